/* Probabilities of refining a lattice cell to one of its three thirds, under a logistic
 * distribution.
 *
 * A cell of odd width w around an integer centre c is the interval c - w/2 .. c + w/2. All edges
 * are exact in units of 1/16 (Q4). The mean of the distribution is clamped to the cell, so that the
 * cell's mass never vanishes. */
#ifndef UQD_ENTROPY_TERNARY_H
#define UQD_ENTROPY_TERNARY_H

#include "entropy/logistic.h"

#include <stdint.h>

/* Added to every frequency: no symbol is impossible. */
enum { UQD_TERNARY_FLOOR = 4 };

/* Frequencies [0, cum1), [cum1, cum2), [cum2, total) of the lower, middle and upper third. */
struct uqd_ternary {
    uint32_t cum1, cum2, total;
};

/* Distance of the clamped mean from the centre of the cell, in Q4. */
static inline int32_t uqd_ternary_clamp(int32_t mean_q4, int32_t centre, int32_t width)
{
    const int32_t low = 16 * centre - 8 * width, high = 16 * centre + 8 * width;
    const int32_t mean = mean_q4 < low ? low : mean_q4 > high ? high : mean_q4;
    return mean - 16 * centre;
}

/* Frequencies of the thirds of the cell of that centre and width (an odd multiple of 3, at most
 * 19683; |centre| <= 2^15). scale_index as in entropy/logistic.h. */
static inline struct uqd_ternary uqd_ternary_of(int32_t mean_q4, uint32_t scale_index,
                                                int32_t centre, int32_t width)
{
    const uint64_t reciprocal = uqd_logistic_reciprocal[scale_index];
    const int32_t mean = uqd_ternary_clamp(mean_q4, centre, width);
    const int32_t outer = 8 * width, inner = 8 * (width / 3);
    const int32_t f0 = uqd_logistic_cdf_reciprocal(-outer - mean, reciprocal);
    const int32_t f1 = uqd_logistic_cdf_reciprocal(-inner - mean, reciprocal);
    const int32_t f2 = uqd_logistic_cdf_reciprocal(inner - mean, reciprocal);
    const int32_t f3 = uqd_logistic_cdf_reciprocal(outer - mean, reciprocal);
    return (struct uqd_ternary){
        .cum1 = (uint32_t)(f1 - f0) + UQD_TERNARY_FLOOR,
        .cum2 = (uint32_t)(f2 - f0) + 2 * UQD_TERNARY_FLOOR,
        .total = (uint32_t)(f3 - f0) + 3 * UQD_TERNARY_FLOOR,
    };
}

/* Centroid, in Q4, of the distribution truncated to the cell of that centre and odd width (1 ..
 * 6561), with the mean clamped to the cell as above. Always inside the cell. */
int32_t uqd_ternary_centroid_q4(int32_t mean_q4, uint32_t scale_index, int32_t centre,
                                int32_t width);

#endif
