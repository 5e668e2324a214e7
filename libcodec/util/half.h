/* IEEE 754 numbers as they are in files: binary16 and binary32. */
#ifndef UQD_UTIL_HALF_H
#define UQD_UTIL_HALF_H

#include <stdint.h>
#include <string.h>

static inline int uqd_half_is_finite(uint32_t half)
{
    return (half & 0x7c00) != 0x7c00;
}

/* The same value; exact, whatever the rounding mode. The half must be finite. */
static inline float uqd_half_to_float(uint32_t half)
{
    const uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
    const float subnormal = (float)fraction * 0x1p-24f;
    uint32_t bits;
    memcpy(&bits, &subnormal, sizeof bits);
    /* Without a branch, so that loops over it vectorise. */
    const uint32_t is_normal = 0 - (uint32_t)(exponent > 0);
    const uint32_t normal = (exponent + 127 - 15) << 23 | fraction << 13;
    bits = (bits & ~is_normal) | (normal & is_normal) | (half & 0x8000) << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline int uqd_single_is_finite(uint32_t bits)
{
    return (bits & 0x7f800000) != 0x7f800000;
}

static inline float uqd_single_to_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
