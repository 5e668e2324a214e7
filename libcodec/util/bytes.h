/* Little-endian integers in byte buffers. */
#ifndef UQD_UTIL_BYTES_H
#define UQD_UTIL_BYTES_H

#include <stdint.h>

static inline uint32_t uqd_get_u16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t uqd_get_u32(const uint8_t *p)
{
    return uqd_get_u16(p) | uqd_get_u16(p + 2) << 16;
}

static inline uint64_t uqd_get_u64(const uint8_t *p)
{
    return uqd_get_u32(p) | (uint64_t)uqd_get_u32(p + 4) << 32;
}

static inline void uqd_put_u16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void uqd_put_u32(uint8_t *p, uint32_t value)
{
    uqd_put_u16(p, value);
    uqd_put_u16(p + 2, value >> 16);
}

static inline void uqd_put_u64(uint8_t *p, uint64_t value)
{
    uqd_put_u32(p, (uint32_t)value);
    uqd_put_u32(p + 4, (uint32_t)(value >> 32));
}

#endif
