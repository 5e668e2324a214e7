#include "model/reader.h"

#include "model/model.h"
#include "util/bytes.h"
#include "util/checked.h"
#include "util/half.h"

#include <string.h>
#include <xxhash.h>

static const uint8_t magic[8] = {0x8e, 'U', 'Q', 'M', '\r', '\n', 0x1a, '\n'};

enum {
    VERSION = 4,
    CLASS_LATTICE = 1,
    HASH_BEGIN = 32,
    RESERVED_AT = 76,
    MAX_TENSORS = 1024,
    NAME_FIELD = 32,
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
        .data = p,
        .size = size,
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

int uqd_model_file_open(struct uqd_model_file *file, const void *data, size_t size)
{
    const int status = uqd_model_file_peek(file, data, size);
    if (status != UQD_OK)
        return status == UQD_NEED_DATA ? UQD_ERR_CORRUPT : status;
    if (uqd_get_u64(file->data + 16) != size || !counts_valid(file) ||
        uqd_get_u32(file->data + RESERVED_AT) != 0)
        return UQD_ERR_CORRUPT;
    if (XXH3_64bits(file->data + HASH_BEGIN, size - HASH_BEGIN) != file->id)
        return UQD_ERR_CORRUPT;
    /* The counts are small, so the sum cannot overflow. */
    file->name = file->data + UQD_MODEL_HEADER_SIZE;
    file->channel_groups = file->name + UQD_MODEL_NAME_SIZE;
    file->phases = file->channel_groups + UQD_CELL_CHANNELS;
    file->thresholds = file->phases + UQD_CELL_CHANNELS;
    file->kinds = file->thresholds + (size_t)(file->n_phases - 1) * 2 * UQD_CELL_CHANNELS;
    file->stages = file->kinds + (size_t)file->n_kinds * UQD_MODEL_KIND_SIZE;
    file->steps = file->stages + (size_t)file->n_stages * UQD_MODEL_STAGE_SIZE;
    file->tensors = file->steps + (size_t)file->n_steps * UQD_STEP_NAME_SIZE;
    const size_t end =
        (size_t)(file->tensors - file->data) + (size_t)file->n_tensors * UQD_MODEL_TENSOR_SIZE;
    return end <= size ? UQD_OK : UQD_ERR_CORRUPT;
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

int uqd_model_file_tensor(const struct uqd_model_file *file, const char *name,
                          const uint32_t shape[4], float *values)
{
    const uint8_t *entry = find_tensor(file, name);
    if (entry == NULL)
        return UQD_ERR_CORRUPT;
    size_t n = 1, bytes;
    for (int i = 0; i < 4; i++) {
        if (uqd_get_u32(entry + NAME_FIELD + 4 * i) != shape[i] ||
            uqd_mul_size(n, shape[i], &n) < 0)
            return UQD_ERR_CORRUPT;
    }
    const uint64_t offset = uqd_get_u64(entry + 48);
    if (uqd_mul_size(n, VALUE_SIZE, &bytes) < 0 || offset > file->size ||
        bytes > file->size - offset)
        return UQD_ERR_CORRUPT;
    const uint8_t *halves = file->data + offset;
    uint32_t is_finite = 1;
    for (size_t i = 0; i < n; i++)
        is_finite &= (uint32_t)uqd_half_is_finite(uqd_get_u16(halves + VALUE_SIZE * i));
    if (!is_finite)
        return UQD_ERR_CORRUPT;
    for (size_t i = 0; i < n && values != NULL; i++)
        values[i] = uqd_half_to_float(uqd_get_u16(halves + VALUE_SIZE * i));
    return UQD_OK;
}
