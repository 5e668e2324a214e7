/* What a stream teaches about the probabilities that it is coded with.
 *
 * The network says how likely a coefficient is to leave 0, but not knowing the picture as a whole
 * it is a little wrong in the same way again and again. A curve maps the odds it says to those that
 * were met: probabilities at 49 points, half an octave of odds apart, straight lines between. Each
 * decision moves the two points around it, first by much, then by a hundredth. (Secondary symbol
 * estimation: Mahoney, Data Compression Explained, 4.4.)
 *
 * Everything is integer. Odds below 2^-12 or from 2^12 on are left as they are. */
#ifndef UQD_ENTROPY_ADAPTIVE_H
#define UQD_ENTROPY_ADAPTIVE_H

#include <stdint.h>

enum {
    UQD_ADAPTIVE_BINS = 49,
    UQD_ADAPTIVE_ZERO = 12 * 256, /* position of even odds, in 1/256 octaves */
    UQD_ADAPTIVE_END = 2 * UQD_ADAPTIVE_ZERO,
    UQD_ADAPTIVE_BIN_BITS = 7, /* of a position between two points */
    UQD_ADAPTIVE_SLOWEST = 80, /* decisions after which a point moves at its slowest */
    UQD_ADAPTIVE_RECIPROCAL_BITS = 23,
};

struct uqd_adaptive {
    uint16_t probability[UQD_ADAPTIVE_BINS]; /* in units of 2^-16 */
    uint8_t seen[UQD_ADAPTIVE_BINS];         /* decisions next to the point, up to SLOWEST */
};

/* round(256 log2(1 + i / 256)), and the probabilities of the points. Made by
 * make_adaptive_table.py. */
extern const uint8_t uqd_log2_table[256];
extern const uint16_t uqd_adaptive_start[UQD_ADAPTIVE_BINS];

/* 2^RECIPROCAL_BITS / (seen + 20), rounded up: its product with a number below 2^16, shifted back,
 * is exactly that number divided by seen + 20. */
extern const uint32_t uqd_adaptive_reciprocal[UQD_ADAPTIVE_SLOWEST + 1];

/* off / (seen + 20), towards 0, for |off| < 2^16. */
static inline int32_t uqd_adaptive_share(int32_t off, uint32_t seen)
{
    const uint64_t product =
        (uint64_t)(uint32_t)(off < 0 ? -off : off) * uqd_adaptive_reciprocal[seen];
    const int32_t share = (int32_t)(product >> UQD_ADAPTIVE_RECIPROCAL_BITS);
    return off < 0 ? -share : share;
}

/* A curve that changes nothing. */
void uqd_adaptive_init(struct uqd_adaptive *curve);

/* 256 log2(x), x >= 1. */
static inline int32_t uqd_log2_q8(uint32_t x)
{
    const int leading = __builtin_clz(x);
    return 256 * (31 - leading) + uqd_log2_table[(x << leading) >> 23 & 0xff];
}

/* Place of odds yes : no (at least 1 each) on the curve, negative where it has none. */
static inline int32_t uqd_adaptive_position(uint32_t yes, uint32_t no)
{
    const int32_t position = uqd_log2_q8(yes) - uqd_log2_q8(no) + UQD_ADAPTIVE_ZERO;
    return position < UQD_ADAPTIVE_END ? position : -1;
}

/* The frequency of yes among `total` (up to 2^25), `yes` of which were said: three parts what was
 * met, one part what was said. Leaves at least `floor` to either side. */
static inline uint32_t uqd_adaptive_yes(const struct uqd_adaptive *curve, int32_t position,
                                        uint32_t yes, uint32_t total, uint32_t floor)
{
    const uint32_t bin = (uint32_t)position >> UQD_ADAPTIVE_BIN_BITS;
    const uint32_t one = 1 << UQD_ADAPTIVE_BIN_BITS, fraction = (uint32_t)position & (one - 1);
    const uint32_t met =
        (curve->probability[bin] * (one - fraction) + curve->probability[bin + 1] * fraction) >>
        UQD_ADAPTIVE_BIN_BITS;
    const uint32_t adapted = (uint32_t)(((uint64_t)total * met) >> 16);
    const uint32_t mixed = (yes + 3 * adapted) >> 2;
    return mixed < floor ? floor : mixed > total - floor ? total - floor : mixed;
}

static inline void uqd_adaptive_move(struct uqd_adaptive *curve, uint32_t bin, int32_t weight,
                                     int happened)
{
    const int32_t target = happened ? 0xffff : 0, seen = curve->seen[bin];
    const int32_t off = ((target - curve->probability[bin]) * weight) >> UQD_ADAPTIVE_BIN_BITS;
    curve->probability[bin] =
        (uint16_t)(curve->probability[bin] + uqd_adaptive_share(off, (uint32_t)seen));
    curve->seen[bin] = (uint8_t)(seen + (seen < UQD_ADAPTIVE_SLOWEST));
}

/* Tells the curve what happened there. */
static inline void uqd_adaptive_update(struct uqd_adaptive *curve, int32_t position, int happened)
{
    const uint32_t bin = (uint32_t)position >> UQD_ADAPTIVE_BIN_BITS;
    const int32_t one = 1 << UQD_ADAPTIVE_BIN_BITS, fraction = position & (one - 1);
    uqd_adaptive_move(curve, bin, one - fraction, happened);
    uqd_adaptive_move(curve, bin + 1, fraction, happened);
}

#endif
