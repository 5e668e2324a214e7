/* The logistic distribution function in integers.
 *
 * Distances are in units of 1/16 (Q4), probabilities in units of 2^-24. Scales come from a
 * geometric table, 16 to the octave: scale = 2^((index - 64) / 16). */
#ifndef UQD_ENTROPY_LOGISTIC_H
#define UQD_ENTROPY_LOGISTIC_H

#include <stdint.h>

enum {
    UQD_LOGISTIC_SCALES = 241,
    UQD_LOGISTIC_BITS = 24,
    UQD_LOGISTIC_ONE = 1 << UQD_LOGISTIC_BITS,
    UQD_LOGISTIC_MAX_DISTANCE = 1 << 21,
};

/* The argument t = distance / scale is a fixed-point number with UQD_LOGISTIC_T_BITS fraction bits;
 * from UQD_LOGISTIC_T_END = 16 on the distribution function is 1. The table has 256 intervals per
 * unit of t. */
#define UQD_LOGISTIC_T_BITS     24
#define UQD_LOGISTIC_T_END      (UINT64_C(16) << UQD_LOGISTIC_T_BITS)
#define UQD_LOGISTIC_FRACTION   16 /* bits of t inside a table interval */
#define UQD_LOGISTIC_RECIP_BITS 18
#define UQD_LOGISTIC_TABLE_BITS 30
#define UQD_LOGISTIC_TABLE_SIZE (16 * 256 + 2)

/* round(2^(T_BITS + RECIP_BITS - 4) / scale): product with a Q4 distance, shifted right by
 * RECIP_BITS, is t. Made by make_logistic_table.py, as is the next. */
extern const uint64_t uqd_logistic_reciprocal[UQD_LOGISTIC_SCALES];

/* sigmoid(i / 256) - 1/2 in units of 2^-TABLE_BITS, shifted by half of the interpolation error, so
 * that the straight lines between the entries lie half above and half below the curve. */
extern const uint32_t uqd_logistic_table[UQD_LOGISTIC_TABLE_SIZE];

/* As uqd_logistic_cdf, the scale given by its uqd_logistic_reciprocal. */
static inline int32_t uqd_logistic_cdf_reciprocal(int32_t distance, uint64_t reciprocal)
{
    const int32_t sign = distance >> 31;
    const uint64_t size = (uint32_t)((distance ^ sign) - sign);
    uint64_t t = (size * reciprocal) >> UQD_LOGISTIC_RECIP_BITS;
    t = t < UQD_LOGISTIC_T_END ? t : UQD_LOGISTIC_T_END;

    const uint32_t *entry = &uqd_logistic_table[t >> UQD_LOGISTIC_FRACTION];
    const uint64_t fraction = t & ((1u << UQD_LOGISTIC_FRACTION) - 1);
    const uint32_t rise = (uint32_t)(((entry[1] - entry[0]) * fraction) >> UQD_LOGISTIC_FRACTION);
    const int shift = UQD_LOGISTIC_TABLE_BITS - UQD_LOGISTIC_BITS;
    const int32_t half = (int32_t)((entry[0] + rise + (1u << (shift - 1))) >> shift);
    return UQD_LOGISTIC_ONE / 2 + ((half ^ sign) - sign);
}

/* sigmoid(distance / 16 / scale), 0 .. UQD_LOGISTIC_ONE, for |distance| <=
 * UQD_LOGISTIC_MAX_DISTANCE and scale_index < UQD_LOGISTIC_SCALES. Monotone in the distance,
 * exactly antisymmetric (F(-d) = ONE - F(d)), wrong by less than 2^-22. */
static inline int32_t uqd_logistic_cdf(int32_t distance, uint32_t scale_index)
{
    return uqd_logistic_cdf_reciprocal(distance, uqd_logistic_reciprocal[scale_index]);
}

#endif
