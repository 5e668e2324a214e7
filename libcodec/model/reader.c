#include "model/reader.h"

#include "model/model.h"
#include "util/bytes.h"
#include "util/checked.h"
#include "util/half.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static const uint8_t magic[8] = {0x8e, 'U', 'Q', 'M', '\r', '\n', 0x1a, '\n'};

enum {
    VERSION = 4,
    CLASS_LATTICE = 1,
    HASH_BEGIN = 32,
    RESERVED_AT = 76,
    MAX_TENSORS = 1024,
    NAME_FIELD = 32,
    OFFSET_FIELD = 48, /* of a tensor's entry */
    HASH_FIELD = 56,
    VALUE_SIZE = 2,
};

int uqd_model_file_peek(struct uqd_model_file *file, const void *data, size_t size)
{
    const uint8_t *p = data;
    if (memcmp(p, magic, size < sizeof magic ? size : sizeof magic) != 0)
        return UQD_ERR_CORRUPT;
    if (size < UQD_MODEL_HEADER_SIZE)
        return UQD_NEED_DATA;
    if (uqd_get_u32(p + 8) != VERSION || uqd_get_u32(p + 32) != CLASS_LATTICE)
        return UQD_ERR_UNSUPPORTED;
    *file = (struct uqd_model_file){
        .head = p,
        .size = uqd_get_u64(p + 16),
        .fd = -1,
        .id = uqd_get_u64(p + 24),
        .width = uqd_get_u32(p + 36),
        .n_blocks = uqd_get_u32(p + 40),
        .n_groups = uqd_get_u32(p + 44),
        .n_kinds = uqd_get_u32(p + 48),
        .n_stages = uqd_get_u32(p + 52),
        .n_steps = uqd_get_u32(p + 56),
        .n_phases = uqd_get_u32(p + 60),
        .n_tensors = uqd_get_u32(p + 64),
        .n_networks = uqd_get_u32(p + 68),
        .n_denoise_blocks = uqd_get_u32(p + 72),
    };
    return UQD_OK;
}

static int counts_valid(const struct uqd_model_file *file)
{
    return file->width >= UQD_NN_BLOCK && file->width <= UQD_MODEL_MAX_WIDTH &&
           file->width % UQD_NN_BLOCK == 0 && file->n_blocks <= UQD_MAX_BLOCKS &&
           file->n_groups >= 1 && file->n_groups <= UQD_MAX_GROUPS && file->n_kinds >= 1 &&
           file->n_kinds <= UQD_MAX_KINDS && file->n_stages >= 1 &&
           file->n_stages <= UQD_MAX_STAGES && file->n_steps >= 1 &&
           file->n_steps <= UQD_MAX_STEPS && file->n_phases >= 1 &&
           file->n_phases <= UQD_MAX_PHASES && file->n_tensors <= MAX_TENSORS &&
           file->n_networks >= 1 && file->n_networks <= UQD_MAX_NETWORKS &&
           file->n_denoise_blocks <= UQD_MAX_BLOCKS;
}

int uqd_model_file_head_size(const struct uqd_model_file *file, size_t *size)
{
    if (!counts_valid(file) || uqd_get_u32(file->head + RESERVED_AT) != 0)
        return UQD_ERR_CORRUPT;
    /* The counts are small, so the sum cannot overflow. */
    *size = UQD_MODEL_HEADER_SIZE + UQD_MODEL_NAME_SIZE +
            (size_t)(2 + 2 * (file->n_phases - 1)) * UQD_CELL_CHANNELS +
            (size_t)file->n_kinds * UQD_MODEL_KIND_SIZE +
            (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE +
            (size_t)file->n_steps * UQD_STEP_NAME_SIZE +
            (size_t)file->n_tensors * UQD_MODEL_TENSOR_SIZE;
    return *size <= file->size ? UQD_OK : UQD_ERR_CORRUPT;
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
    file->name = head + UQD_MODEL_HEADER_SIZE;
    file->channel_groups = file->name + UQD_MODEL_NAME_SIZE;
    file->phases = file->channel_groups + UQD_CELL_CHANNELS;
    file->thresholds = file->phases + UQD_CELL_CHANNELS;
    file->kinds = file->thresholds + (size_t)(file->n_phases - 1) * 2 * UQD_CELL_CHANNELS;
    file->stages = file->kinds + (size_t)file->n_kinds * UQD_MODEL_KIND_SIZE;
    file->steps = file->stages + (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE;
    file->tensors = file->steps + (size_t)file->n_steps * UQD_STEP_NAME_SIZE;
    return UQD_OK;
}

static const uint8_t *find_tensor(const struct uqd_model_file *file, const char *name)
{
    char field[NAME_FIELD] = {0};
    memcpy(field, name, strnlen(name, NAME_FIELD));
    for (uint32_t i = 0; i < file->n_tensors; i++) {
        const uint8_t *entry = file->tensors + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        if (memcmp(entry, field, NAME_FIELD) == 0)
            return entry;
    }
    return NULL;
}

/* Where a tensor's values lie, and how many they are. */
struct extent {
    uint64_t offset;
    size_t n;
};

static int locate(const struct uqd_model_file *file, const uint8_t *entry, struct extent *extent)
{
    size_t bytes;
    extent->n = 1;
    extent->offset = uqd_get_u64(entry + OFFSET_FIELD);
    for (int i = 0; i < 4; i++)
        if (uqd_mul_size(extent->n, uqd_get_u32(entry + NAME_FIELD + 4 * i), &extent->n) < 0)
            return UQD_ERR_CORRUPT;
    if (uqd_mul_size(extent->n, VALUE_SIZE, &bytes) < 0 || extent->offset > file->size ||
        bytes > file->size - extent->offset)
        return UQD_ERR_CORRUPT;
    return UQD_OK;
}

static int values_valid(const uint8_t *entry, const uint8_t *halves, size_t n)
{
    int is_finite = 1;
    for (size_t i = 0; i < n; i++)
        is_finite &= uqd_half_is_finite(uqd_get_u16(halves + VALUE_SIZE * i));
    return is_finite && XXH3_64bits(halves, VALUE_SIZE * n) == uqd_get_u64(entry + HASH_FIELD);
}

int uqd_model_file_verify(const struct uqd_model_file *file)
{
    for (uint32_t i = 0; i < file->n_tensors; i++) {
        const uint8_t *entry = file->tensors + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        struct extent extent;
        const int status = locate(file, entry, &extent);
        if (status < 0)
            return status;
        if (!values_valid(entry, file->data + extent.offset, extent.n))
            return UQD_ERR_CORRUPT;
    }
    return UQD_OK;
}

/* Reads from the descriptor without moving its position. */
static int read_at(int fd, uint8_t *out, size_t size, uint64_t offset)
{
    while (size > 0) {
        const ssize_t n = pread(fd, out, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return UQD_ERR_MODEL_FILE;
        out += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return UQD_OK;
}

/* Values of a file that was verified, or, read from a descriptor, are now. */
static int read_values(const struct uqd_model_file *file, const uint8_t *entry,
                       struct extent extent, float *values)
{
    const uint8_t *halves = file->data != NULL ? file->data + extent.offset : NULL;
    uint8_t *copy = NULL;
    int status = UQD_OK;
    if (halves == NULL) {
        copy = uqd_malloc_array(extent.n, VALUE_SIZE);
        if (copy == NULL)
            return UQD_ERR_NOMEM;
        status = read_at(file->fd, copy, extent.n * VALUE_SIZE, extent.offset);
        if (status == UQD_OK && !values_valid(entry, copy, extent.n))
            status = UQD_ERR_MODEL_FILE;
        halves = copy;
    }
    for (size_t i = 0; i < extent.n && status == UQD_OK; i++)
        values[i] = uqd_half_to_float(uqd_get_u16(halves + VALUE_SIZE * i));
    free(copy);
    return status;
}

int uqd_model_file_tensor(const struct uqd_model_file *file, const char *name,
                          const uint32_t shape[4], float *values)
{
    const uint8_t *entry = find_tensor(file, name);
    struct extent extent;
    if (entry == NULL)
        return UQD_ERR_CORRUPT;
    for (int i = 0; i < 4; i++)
        if (uqd_get_u32(entry + NAME_FIELD + 4 * i) != shape[i])
            return UQD_ERR_CORRUPT;
    const int status = locate(file, entry, &extent);
    return status < 0 || values == NULL ? status : read_values(file, entry, extent, values);
}

int uqd_model_file_read(int fd, uint8_t **head, size_t *head_size)
{
    uint8_t fixed[UQD_MODEL_HEADER_SIZE];
    struct uqd_model_file file;
    struct stat info;
    if (fstat(fd, &info) != 0 || read_at(fd, fixed, sizeof fixed, 0) != UQD_OK)
        return UQD_ERR_CORRUPT;
    int status = uqd_model_file_peek(&file, fixed, sizeof fixed);
    if (status == UQD_OK && (info.st_size < 0 || (uint64_t)info.st_size != file.size))
        status = UQD_ERR_CORRUPT;
    if (status == UQD_OK)
        status = uqd_model_file_head_size(&file, head_size);
    if (status < 0)
        return status;
    *head = uqd_malloc_array(*head_size, 1);
    if (*head == NULL)
        return UQD_ERR_NOMEM;
    return read_at(fd, *head, *head_size, 0) == UQD_OK ? UQD_OK : UQD_ERR_CORRUPT;
}
