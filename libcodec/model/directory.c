#include "model/directory.h"

#include "util/bytes.h"
#include "util/checked.h"
#include "util/descriptor.h"
#include "util/half.h"

#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>
#include <xxhash.h>

enum {
    NAME_FIELD = 32,   /* bytes; the shape follows */
    OFFSET_FIELD = 48, /* of a tensor's entry */
    HASH_FIELD = 56,
};

static const uint8_t *entry_at(const struct uqd_tensors *tensors, uint32_t i)
{
    return tensors->entries + (size_t)i * UQD_MODEL_TENSOR_SIZE;
}

static const uint8_t *find(const struct uqd_tensors *tensors, const char *name)
{
    char field[NAME_FIELD] = {0};
    memcpy(field, name, strnlen(name, NAME_FIELD));
    for (uint32_t i = 0; i < tensors->n; i++)
        if (memcmp(entry_at(tensors, i), field, NAME_FIELD) == 0)
            return entry_at(tensors, i);
    return NULL;
}

/* Where a tensor's values lie, and how many they are. */
struct extent {
    uint64_t offset;
    size_t n;
};

static int locate(const struct uqd_tensors *tensors, const uint8_t *entry, struct extent *extent)
{
    size_t bytes;
    extent->n = 1;
    extent->offset = uqd_get_u64(entry + OFFSET_FIELD);
    for (int i = 0; i < 4; i++)
        if (uqd_mul_size(extent->n, uqd_get_u32(entry + NAME_FIELD + 4 * i), &extent->n) < 0)
            return UQD_ERR_CORRUPT;
    if (uqd_mul_size(extent->n, tensors->value_size, &bytes) < 0 ||
        extent->offset > tensors->file_size || bytes > tensors->file_size - extent->offset)
        return UQD_ERR_CORRUPT;
    return UQD_OK;
}

static int is_finite(const struct uqd_tensors *tensors, const uint8_t *bytes, size_t n)
{
    int finite = 1;
    if (tensors->value_size == 2)
        for (size_t i = 0; i < n; i++)
            finite &= uqd_half_is_finite(uqd_get_u16(bytes + 2 * i));
    else
        for (size_t i = 0; i < n; i++)
            finite &= uqd_single_is_finite(uqd_get_u32(bytes + 4 * i));
    return finite;
}

static int values_valid(const struct uqd_tensors *tensors, const uint8_t *entry,
                        const uint8_t *bytes, size_t n)
{
    return is_finite(tensors, bytes, n) &&
           XXH3_64bits(bytes, tensors->value_size * n) == uqd_get_u64(entry + HASH_FIELD);
}

int uqd_tensors_verify(const struct uqd_tensors *tensors)
{
    for (uint32_t i = 0; i < tensors->n; i++) {
        const uint8_t *entry = entry_at(tensors, i);
        struct extent extent;
        const int status = locate(tensors, entry, &extent);
        if (status < 0)
            return status;
        if (!values_valid(tensors, entry, tensors->data + extent.offset, extent.n))
            return UQD_ERR_CORRUPT;
    }
    return UQD_OK;
}

static void widen(const struct uqd_tensors *tensors, const uint8_t *bytes, size_t n, float *values)
{
    if (tensors->value_size == 2)
        for (size_t i = 0; i < n; i++)
            values[i] = uqd_half_to_float(uqd_get_u16(bytes + 2 * i));
    else
        for (size_t i = 0; i < n; i++)
            values[i] = uqd_single_to_float(uqd_get_u32(bytes + 4 * i));
}

/* Values of a file that was verified, or, read from a descriptor, are now. */
static int read_values(const struct uqd_tensors *tensors, const uint8_t *entry,
                       struct extent extent, float *values)
{
    const uint8_t *bytes = tensors->data != NULL ? tensors->data + extent.offset : NULL;
    uint8_t *copy = NULL;
    int status = UQD_OK;
    if (bytes == NULL) {
        copy = uqd_malloc_array(extent.n, tensors->value_size);
        if (copy == NULL)
            return UQD_ERR_NOMEM;
        status = uqd_read_at(tensors->fd, copy, extent.n * tensors->value_size, extent.offset);
        if (status < 0 || !values_valid(tensors, entry, copy, extent.n))
            status = UQD_ERR_MODEL_FILE;
        bytes = copy;
    }
    if (status == UQD_OK)
        widen(tensors, bytes, extent.n, values);
    free(copy);
    return status;
}

int uqd_tensors_read(const struct uqd_tensors *tensors, const char *name, const uint32_t shape[4],
                     float *values)
{
    const uint8_t *entry = find(tensors, name);
    struct extent extent;
    if (entry == NULL)
        return UQD_ERR_CORRUPT;
    for (int i = 0; i < 4; i++)
        if (uqd_get_u32(entry + NAME_FIELD + 4 * i) != shape[i])
            return UQD_ERR_CORRUPT;
    const int status = locate(tensors, entry, &extent);
    return status < 0 || values == NULL ? status : read_values(tensors, entry, extent, values);
}
