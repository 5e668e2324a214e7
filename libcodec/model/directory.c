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
    NAME_FIELD = 32,   /* bytes, the last of them the type; the shape follows */
    OFFSET_FIELD = 48, /* of a tensor's entry */
    HASH_FIELD = 56,
};

static const uint8_t *entry_at(const struct uqd_tensors *tensors, uint32_t i)
{
    return tensors->entries + (size_t)i * UQD_MODEL_TENSOR_SIZE;
}

/* As in the last byte of the name. */
enum type { TYPE_FLOAT = 0, TYPE_INT16 = 1 };

static enum type type_of(const uint8_t *entry)
{
    return entry[NAME_FIELD - 1];
}

static const uint8_t *find(const struct uqd_tensors *tensors, const char *name, enum type type)
{
    char field[NAME_FIELD] = {0};
    memcpy(field, name, strnlen(name, NAME_FIELD - 1));
    field[NAME_FIELD - 1] = (char)type;
    for (uint32_t i = 0; i < tensors->n; i++)
        if (memcmp(entry_at(tensors, i), field, NAME_FIELD) == 0)
            return entry_at(tensors, i);
    return NULL;
}

/* Where in the file a tensor's values lie, and how many they are. */
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
        extent->offset > tensors->size || bytes > tensors->size - extent->offset)
        return UQD_ERR_CORRUPT;
    extent->offset += tensors->begin;
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
    return (type_of(entry) == TYPE_INT16 || is_finite(tensors, bytes, n)) &&
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
        if (type_of(entry) > TYPE_INT16 ||
            !values_valid(tensors, entry, tensors->data + extent.offset, extent.n))
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

/* The bytes of a file that was verified, or, read from a descriptor into *copy, are now. */
static int read_bytes(const struct uqd_tensors *tensors, const uint8_t *entry, struct extent extent,
                      const uint8_t **bytes, uint8_t **copy)
{
    *copy = NULL;
    if (tensors->data != NULL) {
        *bytes = tensors->data + extent.offset;
        return UQD_OK;
    }
    *copy = uqd_malloc_array(extent.n, tensors->value_size);
    if (*copy == NULL)
        return UQD_ERR_NOMEM;
    *bytes = *copy;
    const int status =
        uqd_read_at(tensors->fd, *copy, extent.n * tensors->value_size, extent.offset);
    return status < 0 || !values_valid(tensors, entry, *copy, extent.n) ? UQD_ERR_MODEL_FILE
                                                                        : UQD_OK;
}

/* The entry of the tensor of exactly that name, type and shape. */
static int look_up(const struct uqd_tensors *tensors, const char *name, enum type type,
                   const uint32_t shape[4], const uint8_t **entry, struct extent *extent)
{
    *entry = find(tensors, name, type);
    if (*entry == NULL)
        return UQD_ERR_CORRUPT;
    for (int i = 0; i < 4; i++)
        if (uqd_get_u32(*entry + NAME_FIELD + 4 * i) != shape[i])
            return UQD_ERR_CORRUPT;
    return locate(tensors, *entry, extent);
}

int uqd_tensors_read(const struct uqd_tensors *tensors, const char *name, const uint32_t shape[4],
                     float *values)
{
    const uint8_t *entry, *bytes;
    uint8_t *copy;
    struct extent extent;
    int status = look_up(tensors, name, TYPE_FLOAT, shape, &entry, &extent);
    if (status < 0 || values == NULL)
        return status;
    status = read_bytes(tensors, entry, extent, &bytes, &copy);
    if (status == UQD_OK)
        widen(tensors, bytes, extent.n, values);
    free(copy);
    return status;
}

int uqd_tensors_read_int16(const struct uqd_tensors *tensors, const char *name,
                           const uint32_t shape[4], int16_t *values)
{
    const uint8_t *entry, *bytes;
    uint8_t *copy;
    struct extent extent;
    int status = look_up(tensors, name, TYPE_INT16, shape, &entry, &extent);
    if (status < 0 || values == NULL)
        return status;
    status = read_bytes(tensors, entry, extent, &bytes, &copy);
    if (status == UQD_OK)
        for (size_t i = 0; i < extent.n; i++)
            values[i] = (int16_t)uqd_get_u16(bytes + 2 * i);
    free(copy);
    return status;
}
