/* The centroid by quadrature: the part of the cell within 8 scales of the mean, outside of which
 * the distribution holds less than 1/1000, is cut into equal parts; their middles are averaged,
 * weighted by their mass. Everything is relative to the mean and rounded towards it, so that a
 * mirrored distribution has the mirrored centroid. */
#include "entropy/split.h"

#include <assert.h>

enum { N_PARTS = 16, WINDOW_SCALES = 8 };

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Half of the window in Q4. The reciprocal is 2^(T_BITS + RECIP_BITS - 4) / scale. */
static int32_t window_of(uint64_t reciprocal)
{
    const int shift = UQD_LOGISTIC_T_BITS + UQD_LOGISTIC_RECIP_BITS;
    return (int32_t)(((uint64_t)WINDOW_SCALES << shift) / reciprocal);
}

int32_t uqd_split_centroid_q4(int32_t mean_q4, uint32_t scale_index, int32_t low_end,
                              int32_t high_end)
{
    assert(scale_index < UQD_LOGISTIC_SCALES);
    assert(low_end <= high_end && low_end > -(1 << 15) && high_end < 1 << 15);
    const uint64_t reciprocal = uqd_logistic_reciprocal[scale_index];
    const int32_t window = window_of(reciprocal);
    const int32_t mean = uqd_split_clamp(mean_q4, low_end, high_end);
    const int32_t low = -smaller(mean - (16 * low_end - 8), window);
    const int32_t high = smaller(16 * high_end + 8 - mean, window);

    int64_t mass = 0, moment = 0;
    int32_t edge = low, below = uqd_logistic_cdf_reciprocal(low, reciprocal);
    for (int32_t part = 1; part <= N_PARTS; part++) {
        const int32_t next = (low * (N_PARTS - part) + high * part) / N_PARTS;
        const int32_t above = uqd_logistic_cdf_reciprocal(next, reciprocal);
        const int64_t weight = above - below + 1; /* never 0, even where the table is flat */
        mass += weight;
        moment += weight * (edge + next);
        edge = next;
        below = above;
    }
    return mean + (int32_t)(moment / (2 * mass));
}
