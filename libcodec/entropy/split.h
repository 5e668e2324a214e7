/* Probabilities of the children of a cell of integers, under a logistic distribution.
 *
 * A cell low .. high is the interval low - 1/2 .. high + 1/2. All edges are exact in units of 1/16
 * (Q4). The mean of the distribution is clamped to the cell, so that the cell's mass never
 * vanishes. */
#ifndef UQD_ENTROPY_SPLIT_H
#define UQD_ENTROPY_SPLIT_H

#include "entropy/logistic.h"

#include <stdint.h>

/* Added to every frequency: no symbol is impossible. */
enum { UQD_SPLIT_FLOOR = 4 };

/* Frequencies [0, cum1), [cum1, cum2), [cum2, total) of the children, from below; of two children
 * only, cum2 = total. */
struct uqd_split {
    uint32_t cum1, cum2, total;
};

/* The mean, clamped to the cell, in Q4. */
static inline int32_t uqd_split_clamp(int32_t mean_q4, int32_t low, int32_t high)
{
    const int32_t begin = 16 * low - 8, end = 16 * high + 8;
    return mean_q4 < begin ? begin : mean_q4 > end ? end : mean_q4;
}

/* Frequencies of the children of low .. high that begin at low, first and second; of two children
 * second = high + 1. low < first < second <= high + 1, all within 2^15; scale_index as in
 * entropy/logistic.h. */
static inline struct uqd_split uqd_split_of(int32_t mean_q4, uint32_t scale_index, int32_t low,
                                            int32_t first, int32_t second, int32_t high)
{
    const uint64_t reciprocal = uqd_logistic_reciprocal[scale_index];
    const int32_t base = uqd_split_clamp(mean_q4, low, high) + 8;
    const int32_t f0 = uqd_logistic_cdf_reciprocal(16 * low - base, reciprocal);
    const int32_t f1 = uqd_logistic_cdf_reciprocal(16 * first - base, reciprocal);
    const int32_t f3 = uqd_logistic_cdf_reciprocal(16 * (high + 1) - base, reciprocal);
    const uint32_t cum1 = (uint32_t)(f1 - f0) + UQD_SPLIT_FLOOR;
    const uint32_t two = (uint32_t)(f3 - f0) + 2 * UQD_SPLIT_FLOOR;
    if (second > high)
        return (struct uqd_split){cum1, two, two};
    const int32_t f2 = uqd_logistic_cdf_reciprocal(16 * second - base, reciprocal);
    const uint32_t cum2 = (uint32_t)(f2 - f0) + 2 * UQD_SPLIT_FLOOR;
    return (struct uqd_split){cum1, cum2, two + UQD_SPLIT_FLOOR};
}

/* Centroid, in Q4, of the distribution truncated to the cell low .. high, with the mean clamped to
 * it. Always inside the cell. */
int32_t uqd_split_centroid_q4(int32_t mean_q4, uint32_t scale_index, int32_t low, int32_t high);

#endif
