#include "model/reader.h"

#include "model/model.h"
#include "model/paper/paper.h"
#include "util/bytes.h"
#include "util/checked.h"
#include "util/descriptor.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

static const uint8_t magic[8] = {0x8e, 'U', 'Q', 'M', '\r', '\n', 0x1a, '\n'};

enum {
    LATTICE_VERSION_OF_ONE_PART = 5,
    LATTICE_VERSION = 6,
    PAPER_VERSION = 4,
    VERSION_AT = 8,
    REVISION_AT = 12,
    HASH_BEGIN = 32,
    DENOISER_HASH_BEGIN = 8,
    LATTICE_MAX_TENSORS = 1024,
    PAPER_MAX_TENSORS = 4096,
};

static void peek_lattice(struct uqd_model_file *file, const uint8_t *p)
{
    file->n_kinds = uqd_get_u32(p + 48);
    file->n_stages = uqd_get_u32(p + 52);
    file->n_steps = uqd_get_u32(p + 56);
    file->n_phases = uqd_get_u32(p + 60);
    file->tensors.n = uqd_get_u32(p + 64);
    file->n_networks = uqd_get_u32(p + 68);
    file->tensors.value_size = 2;
    file->tensors.size = file->size;
    file->reserved = p + 76;
    if (uqd_get_u32(p + VERSION_AT) == LATTICE_VERSION_OF_ONE_PART) {
        file->n_denoise_blocks = uqd_get_u32(p + 72);
        return;
    }
    file->revision = uqd_get_u32(p + REVISION_AT);
    file->denoiser_at = uqd_get_u64(p + 72);
    file->tensors.size = file->denoiser_at;
    file->reserved = p + UQD_MODEL_HEADER_SIZE;
}

static void peek_paper(struct uqd_model_file *file, const uint8_t *p)
{
    file->n_steps = uqd_get_u32(p + 48);
    file->tensors.n = uqd_get_u32(p + 52);
    file->tensors.value_size = 4;
    file->tensors.size = file->size;
    file->reserved = p + 56;
}

/* Each class has its own. */
static int is_supported(uint32_t class, uint32_t version)
{
    return (class == UQD_MODEL_LATTICE &&
            (version == LATTICE_VERSION || version == LATTICE_VERSION_OF_ONE_PART)) ||
           (class == UQD_MODEL_PAPER && version == PAPER_VERSION);
}

int uqd_model_file_peek(struct uqd_model_file *file, const void *data, size_t size)
{
    const uint8_t *p = data;
    if (memcmp(p, magic, size < sizeof magic ? size : sizeof magic) != 0)
        return UQD_ERR_CORRUPT;
    if (size < UQD_MODEL_HEADER_SIZE)
        return UQD_NEED_DATA;
    const uint32_t class = uqd_get_u32(p + 32);
    if (!is_supported(class, uqd_get_u32(p + VERSION_AT)))
        return UQD_ERR_UNSUPPORTED;
    *file = (struct uqd_model_file){
        .class = class,
        .head = p,
        .size = uqd_get_u64(p + 16),
        .id = uqd_get_u64(p + 24),
        .width = uqd_get_u32(p + 36),
        .n_blocks = uqd_get_u32(p + 40),
        .n_groups = uqd_get_u32(p + 44),
    };
    (class == UQD_MODEL_LATTICE ? peek_lattice : peek_paper)(file, p);
    file->tensors.fd = -1;
    return UQD_OK;
}

static int within(uint32_t value, uint32_t least, uint32_t most)
{
    return value >= least && value <= most;
}

static int lattice_counts_valid(const struct uqd_model_file *file)
{
    return file->width % UQD_NN_BLOCK == 0 &&
           within(file->width, UQD_NN_BLOCK, UQD_MODEL_MAX_WIDTH) &&
           file->n_blocks <= UQD_MAX_BLOCKS && within(file->n_groups, 1, UQD_MAX_GROUPS) &&
           within(file->n_kinds, 1, UQD_MAX_KINDS) && within(file->n_stages, 1, UQD_MAX_STAGES) &&
           within(file->n_steps, 1, UQD_MAX_STEPS) && within(file->n_phases, 1, UQD_MAX_PHASES) &&
           file->tensors.n <= LATTICE_MAX_TENSORS &&
           within(file->n_networks, 1, UQD_MAX_NETWORKS) &&
           file->n_denoise_blocks <= UQD_MAX_BLOCKS;
}

static int paper_counts_valid(const struct uqd_model_file *file)
{
    return file->width % UQD_NN_BLOCK == 0 &&
           within(file->width, UQD_NN_BLOCK, UQD_PAPER_MAX_WIDTH) &&
           file->n_blocks <= UQD_PAPER_MAX_BLOCKS && within(file->n_groups, 1, file->width) &&
           file->width % file->n_groups == 0 && within(file->n_steps, 1, UQD_PAPER_MAX_STEPS) &&
           file->tensors.n <= PAPER_MAX_TENSORS;
}

static int is_zero(const uint8_t *begin, const uint8_t *end)
{
    while (begin < end)
        if (*begin++ != 0)
            return 0;
    return 1;
}

/* Of the sections between the fixed header and the directory, by counts that are valid. */
static size_t tables_size(const struct uqd_model_file *file)
{
    if (file->class == UQD_MODEL_PAPER)
        return UQD_MODEL_NAME_SIZE + (size_t)file->n_steps * UQD_MODEL_PAPER_STEP_SIZE +
               UQD_MODEL_PAPER_END_SIZE + (size_t)(file->n_steps + 1) * UQD_STEP_NAME_SIZE;
    return UQD_MODEL_NAME_SIZE + (size_t)(2 + 2 * (file->n_phases - 1)) * UQD_CELL_CHANNELS +
           (size_t)file->n_kinds * UQD_MODEL_KIND_SIZE +
           (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE +
           (size_t)file->n_steps * UQD_STEP_NAME_SIZE;
}

int uqd_model_file_head_size(const struct uqd_model_file *file, size_t *size)
{
    const int is_paper = file->class == UQD_MODEL_PAPER;
    if (!(is_paper ? paper_counts_valid(file) : lattice_counts_valid(file)) ||
        !is_zero(file->reserved, file->head + UQD_MODEL_HEADER_SIZE))
        return UQD_ERR_CORRUPT;
    /* The counts are small, so the sum cannot overflow. */
    *size =
        UQD_MODEL_HEADER_SIZE + tables_size(file) + (size_t)file->tensors.n * UQD_MODEL_TENSOR_SIZE;
    return *size <= file->tensors.size && file->tensors.size <= file->size ? UQD_OK
                                                                           : UQD_ERR_CORRUPT;
}

static void find_sections(struct uqd_model_file *file)
{
    file->name = file->head + UQD_MODEL_HEADER_SIZE;
    file->tensors.entries = file->name + tables_size(file);
    if (file->class == UQD_MODEL_PAPER) {
        file->paper_steps = file->name + UQD_MODEL_NAME_SIZE;
        file->paper_end = file->paper_steps + (size_t)file->n_steps * UQD_MODEL_PAPER_STEP_SIZE;
        file->steps = file->paper_end + UQD_MODEL_PAPER_END_SIZE;
        return;
    }
    file->channel_groups = file->name + UQD_MODEL_NAME_SIZE;
    file->phases = file->channel_groups + UQD_CELL_CHANNELS;
    file->thresholds = file->phases + UQD_CELL_CHANNELS;
    file->kinds = file->thresholds + (size_t)(file->n_phases - 1) * 2 * UQD_CELL_CHANNELS;
    file->stages = file->kinds + (size_t)file->n_kinds * UQD_MODEL_KIND_SIZE;
    file->steps = file->stages + (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE;
}

int uqd_model_file_open(struct uqd_model_file *file, const uint8_t *head, size_t head_size)
{
    size_t wanted;
    int status = uqd_model_file_peek(file, head, head_size);
    if (status == UQD_OK)
        status = uqd_model_file_head_size(file, &wanted);
    if (status != UQD_OK)
        return status == UQD_NEED_DATA ? UQD_ERR_CORRUPT : status;
    if (wanted > head_size || XXH3_64bits(head + HASH_BEGIN, wanted - HASH_BEGIN) != file->id)
        return UQD_ERR_CORRUPT;
    find_sections(file);
    file->denoiser = file->tensors;
    return UQD_OK;
}

int uqd_model_file_denoiser_head_size(const struct uqd_model_file *file,
                                      const uint8_t fixed[UQD_MODEL_DENOISER_HEADER_SIZE],
                                      size_t *size)
{
    const uint32_t n_tensors = uqd_get_u32(fixed + 24);
    if (n_tensors > LATTICE_MAX_TENSORS)
        return UQD_ERR_CORRUPT;
    *size = UQD_MODEL_DENOISER_HEADER_SIZE + (size_t)n_tensors * UQD_MODEL_TENSOR_SIZE;
    return *size <= file->size - file->denoiser_at ? UQD_OK : UQD_ERR_CORRUPT;
}

/* It is of a trunk, and another model's makes no picture of what this one has in mind. */
static int denoiser_valid(const struct uqd_model_file *file, const uint8_t *head, size_t size)
{
    return XXH3_64bits(head + DENOISER_HASH_BEGIN, size - DENOISER_HASH_BEGIN) ==
               file->denoiser_id &&
           uqd_get_u64(head + 8) == file->id && uqd_get_u32(head + 16) == file->revision &&
           file->n_denoise_blocks <= UQD_MAX_BLOCKS && uqd_get_u32(head + 28) == 0;
}

int uqd_model_file_open_denoiser(struct uqd_model_file *file, const uint8_t *head, size_t head_size)
{
    size_t wanted;
    assert(file->denoiser_at > 0);
    if (head_size < UQD_MODEL_DENOISER_HEADER_SIZE ||
        uqd_model_file_denoiser_head_size(file, head, &wanted) < 0 || wanted > head_size)
        return UQD_ERR_CORRUPT;
    file->denoiser_id = uqd_get_u64(head);
    file->n_denoise_blocks = uqd_get_u32(head + 20);
    file->denoiser.n = uqd_get_u32(head + 24);
    file->denoiser.entries = head + UQD_MODEL_DENOISER_HEADER_SIZE;
    file->denoiser.begin = file->denoiser_at;
    file->denoiser.size = file->size - file->denoiser_at;
    return denoiser_valid(file, head, wanted) ? UQD_OK : UQD_ERR_CORRUPT;
}

void uqd_model_file_set_values(struct uqd_model_file *file, const uint8_t *data, int fd)
{
    file->tensors.data = file->denoiser.data = data;
    file->tensors.fd = file->denoiser.fd = fd;
}

static int read_head(int fd, uint64_t offset, uint8_t **head, size_t size)
{
    *head = uqd_malloc_array(size, 1);
    if (*head == NULL)
        return UQD_ERR_NOMEM;
    return uqd_read_at(fd, *head, size, offset) < 0 ? UQD_ERR_CORRUPT : UQD_OK;
}

int uqd_model_file_read(int fd, uint8_t **head, size_t *head_size)
{
    uint8_t fixed[UQD_MODEL_HEADER_SIZE];
    struct uqd_model_file file;
    struct stat info;
    if (fstat(fd, &info) != 0 || uqd_read_at(fd, fixed, sizeof fixed, 0) < 0)
        return UQD_ERR_CORRUPT;
    int status = uqd_model_file_peek(&file, fixed, sizeof fixed);
    if (status == UQD_OK && (info.st_size < 0 || (uint64_t)info.st_size != file.size))
        status = UQD_ERR_CORRUPT;
    if (status == UQD_OK)
        status = uqd_model_file_head_size(&file, head_size);
    if (status < 0)
        return status;
    return read_head(fd, 0, head, *head_size);
}

int uqd_model_file_read_denoiser(const struct uqd_model_file *file, int fd, uint8_t **head,
                                 size_t *head_size)
{
    uint8_t fixed[UQD_MODEL_DENOISER_HEADER_SIZE];
    assert(file->denoiser_at > 0);
    if (uqd_read_at(fd, fixed, sizeof fixed, file->denoiser_at) < 0 ||
        uqd_model_file_denoiser_head_size(file, fixed, head_size) < 0)
        return UQD_ERR_CORRUPT;
    return read_head(fd, file->denoiser_at, head, *head_size);
}
