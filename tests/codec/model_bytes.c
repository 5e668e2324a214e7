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
    b.n_kinds = uqd_get_u32(b.data + 48);
    b.n_stages = uqd_get_u32(b.data + 52);
    b.n_phases = uqd_get_u32(b.data + 60);
    b.n_tensors = uqd_get_u32(b.data + 64);
    b.groups = UQD_MODEL_HEADER_SIZE + UQD_MODEL_NAME_SIZE;
    b.phases = b.groups + UQD_CELL_CHANNELS;
    b.kinds = b.phases + (2 * b.n_phases - 1) * (size_t)UQD_CELL_CHANNELS;
    b.stages = b.kinds + b.n_kinds * UQD_MODEL_KIND_SIZE;
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

void model_bytes_seal(struct model_bytes *b)
{
    uqd_put_u64(b->data + SIZE_AT, b->size);
    uqd_put_u64(b->data + MODEL_HASH_AT,
                XXH3_64bits(b->data + MODEL_HASH_BEGIN, b->size - MODEL_HASH_BEGIN));
}
