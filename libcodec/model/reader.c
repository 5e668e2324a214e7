#include "model/reader.h"

#include "model/class.h"
#include "util/bytes.h"
#include "util/checked.h"
#include "util/descriptor.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

static const uint8_t magic[8] = {0x8e, 'U', 'Q', 'M', '\r', '\n', 0x1a, '\n'};

enum {
    VERSION_AT = 8,
    HASH_BEGIN = 32,
    DENOISER_HASH_BEGIN = 8,
};

int uqd_model_file_peek(struct uqd_model_file *file, const void *data, size_t size)
{
    const uint8_t *p = data;
    if (memcmp(p, magic, size < sizeof magic ? size : sizeof magic) != 0)
        return UQD_ERR_CORRUPT;
    if (size < UQD_MODEL_HEADER_SIZE)
        return UQD_NEED_DATA;
    const struct uqd_model_class *class = uqd_model_class_of(uqd_get_u32(p + 32));
    const uint32_t version = uqd_get_u32(p + VERSION_AT);
    if (class == NULL || version < class->first_version || version > class->last_version)
        return UQD_ERR_UNSUPPORTED;
    *file = (struct uqd_model_file){
        .class = class,
        .version = version,
        .head = p,
        .size = uqd_get_u64(p + 16),
        .id = uqd_get_u64(p + 24),
        .width = uqd_get_u32(p + 36),
        .n_residual_blocks = uqd_get_u32(p + 40),
        .n_groups = uqd_get_u32(p + 44),
    };
    class->peek(file, p);
    file->tensors.fd = -1;
    return UQD_OK;
}

static int is_zero(const uint8_t *begin, const uint8_t *end)
{
    while (begin < end)
        if (*begin++ != 0)
            return 0;
    return 1;
}

int uqd_model_file_head_size(const struct uqd_model_file *file, size_t *size)
{
    if (!file->class->counts_valid(file) || file->tensors.n > file->class->max_tensors ||
        !is_zero(file->reserved, file->head + UQD_MODEL_HEADER_SIZE))
        return UQD_ERR_CORRUPT;
    /* The counts are small, so the sum cannot overflow. */
    *size = UQD_MODEL_HEADER_SIZE + file->class->tables_size(file) +
            (size_t)file->tensors.n * UQD_MODEL_TENSOR_SIZE;
    return *size <= file->tensors.size && file->tensors.size <= file->size ? UQD_OK
                                                                           : UQD_ERR_CORRUPT;
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
    file->name = file->head + UQD_MODEL_HEADER_SIZE;
    file->tensors.entries = file->name + file->class->tables_size(file);
    file->class->find_tables(file);
    file->denoiser = file->tensors;
    return UQD_OK;
}

int uqd_model_file_denoiser_head_size(const struct uqd_model_file *file,
                                      const uint8_t fixed[UQD_MODEL_DENOISER_HEADER_SIZE],
                                      size_t *size)
{
    const uint32_t n_tensors = uqd_get_u32(fixed + 24);
    if (n_tensors > file->class->max_tensors)
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
           uqd_get_u32(head + 28) == 0;
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
