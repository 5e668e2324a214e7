#include "model_bytes.h"

#include "model/model.h"
#include "model/reader.h"
#include "tiny_model.h"
#include "util/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <xxhash.h>

#include <cmocka.h>

enum { SIZE_AT = 16 };

struct model_bytes model_bytes_new(void)
{
    struct model_bytes b;
    b.data = tiny_model_bytes(1, &b.size);
    b.n_stage_types = uqd_get_u32(b.data + 48);
    b.n_stages = uqd_get_u32(b.data + 52);
    b.n_phases = uqd_get_u32(b.data + 60);
    b.n_tensors = uqd_get_u32(b.data + 64);
    b.groups = UQD_MODEL_HEADER_SIZE + UQD_MODEL_NAME_SIZE;
    b.phases = b.groups + UQD_BLOCK_CHANNELS;
    b.stage_types = b.phases + (2 * b.n_phases - 1) * (size_t)UQD_BLOCK_CHANNELS;
    b.stages = b.stage_types + b.n_stage_types * UQD_MODEL_STAGE_TYPE_SIZE;
    b.tensors = b.stages + b.n_stages * UQD_MODEL_STAGE_SIZE +
                uqd_get_u32(b.data + 56) * (size_t)UQD_STEP_NAME_SIZE;
    return b;
}

uint8_t *tensor_entry(const struct model_bytes *b, const char *name)
{
    for (uint32_t i = 0; i < b->n_tensors; i++) {
        uint8_t *entry = b->data + b->tensors + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        if (strncmp((const char *)entry, name, 32) == 0)
            return entry;
    }
    fail_msg("the tiny model has no tensor %s", name);
    return NULL;
}

static size_t tensor_size(const uint8_t *entry)
{
    size_t n = 2;
    for (int i = 0; i < 4; i++)
        n *= uqd_get_u32(entry + 32 + 4 * i);
    return n;
}

void model_bytes_seal_tensor(struct model_bytes *b, const char *name)
{
    uint8_t *entry = tensor_entry(b, name);
    uqd_put_u64(entry + 56, XXH3_64bits(b->data + uqd_get_u64(entry + 48), tensor_size(entry)));
}

void model_bytes_set_value(struct model_bytes *b, const char *tensor, size_t index, uint32_t bits)
{
    const size_t offset = (size_t)uqd_get_u64(tensor_entry(b, tensor) + 48);
    uqd_put_u16(b->data + offset + 2 * index, bits);
    model_bytes_seal_tensor(b, tensor);
}

static void drop_denoise_bits(struct model_bytes *b, const char *name)
{
    uint8_t *entry = tensor_entry(b, name);
    uint8_t *values = b->data + uqd_get_u64(entry + 48);
    const uint32_t n = uqd_get_u32(entry + 32),
                   n_dropped = uqd_get_u32(b->data + DENOISE_BLOCKS_AT);
    memmove(values + 2 * (n - 1 - n_dropped), values + 2 * (n - 1), 2);
    uqd_put_u32(entry + 32, n - n_dropped);
    model_bytes_seal_tensor(b, name);
}

void model_bytes_drop_denoise_blocks(struct model_bytes *b)
{
    drop_denoise_bits(b, "net0.bits");
    drop_denoise_bits(b, "net1.bits");
    uqd_put_u32(b->data + DENOISE_BLOCKS_AT, 0);
}

/* Where the head ends by the counts in the header as they are; the file's end if they make no
 * sense. */
static size_t head_size(const struct model_bytes *b)
{
    struct uqd_model_file file;
    size_t size = b->size;
    if (uqd_model_file_peek(&file, b->data, b->size) == UQD_OK &&
        uqd_model_file_head_size(&file, &size) == UQD_OK)
        return size;
    return b->size;
}

void model_bytes_seal(struct model_bytes *b)
{
    uqd_put_u64(b->data + SIZE_AT, b->size);
    uqd_put_u64(b->data + MODEL_HASH_AT,
                XXH3_64bits(b->data + MODEL_HASH_BEGIN, head_size(b) - MODEL_HASH_BEGIN));
}
