/* Variable-length integers: 7 bits a byte, least significant first, the top bit set on all bytes
 * but the last; at most 9 bytes, and no longer than needed. */
#ifndef UQD_CONTAINER_VARINT_H
#define UQD_CONTAINER_VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { UQD_VARINT_MAX = 9 };

/* Reads a value at data[*position] and moves on. Returns UQD_OK, UQD_NEED_DATA if size ends inside
 * it, or UQD_ERR_CORRUPT; then *position stays. */
int uqd_varint_read(const uint8_t *data, size_t size, size_t *position, uint64_t *value);

/* Writes a value below 2^63; returns the number of bytes. */
size_t uqd_varint_write(uint8_t data[UQD_VARINT_MAX], uint64_t value);

static inline uint64_t uqd_zigzag(int32_t value)
{
    return value < 0 ? 2 * (uint64_t)(-(int64_t)value) - 1 : 2 * (uint64_t)value;
}

static inline int64_t uqd_unzigzag(uint64_t value)
{
    return value & 1 ? -(int64_t)((value + 1) / 2) : (int64_t)(value / 2);
}

#endif
