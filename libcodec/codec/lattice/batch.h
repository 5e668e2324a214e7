/* A few coefficients of a group at a time: what their next symbols are coded with, as arrays, with
 * the instruction set at hand. All of it is integer arithmetic: every version gives the same. */
#ifndef UQD_LATTICE_BATCH_H
#define UQD_LATTICE_BATCH_H

#include "codec/lattice/state.h"
#include "util/isa.h"

#include <stdint.h>

enum {
    UQD_BATCH = 64, /* coefficients */
    /* A coefficient's index: (x - the segment's first x) << UQD_INDEX_BITS | channel - the group's
     * first. */
    UQD_INDEX_BITS = 7,
    /* Bytes behind the scales that may be read. */
    UQD_BATCH_SLACK = 3,
};

/* Scale of the first symbols of dithered coefficients, which have no distribution yet: 16. */
enum { UQD_TOP_SCALE_INDEX = 64 + 16 * 4 };

struct uqd_batch {
    uint32_t n;
    int32_t channel[UQD_BATCH]; /* - the group's first */
    int32_t offset[UQD_BATCH];  /* in the segment's [block][n_channels] */
    int32_t twice_centre[UQD_BATCH];
    /* As in entropy/splits.h. */
    int32_t mean_q4[UQD_BATCH], low[UQD_BATCH], first[UQD_BATCH], second[UQD_BATCH], end[UQD_BATCH];
    uint8_t scale_index[UQD_BATCH];
    uint32_t cum1[UQD_BATCH], cum2[UQD_BATCH], total[UQD_BATCH];
    int32_t answer[UQD_BATCH]; /* phases, or positions on curves */
};

/* A segment: what its first block has, the group's first channel in front. */
struct uqd_batch_source {
    const int16_t *twice_centres; /* [block][UQD_BLOCK_CHANNELS] */
    const int32_t *mean_q4;       /* [block][n_channels], or NULL: mean 0, UQD_TOP_SCALE_INDEX */
    const uint8_t *scale_index;   /* NULL where mean_q4 is */
    uint32_t n_channels;
};

/* By channel: 2^level - 1 of a level at which cells stand, and 2^level of that at whose cell around
 * 0 those around 0 are cut; the others are cut in the middle. */
struct uqd_batch_levels {
    int32_t far[UQD_MAX_GROUP_CHANNELS], half[UQD_MAX_GROUP_CHANNELS];
};

/* What a coefficient index says. */
static inline uint32_t uqd_index_channel(uint16_t index)
{
    return index & ((1u << UQD_INDEX_BITS) - 1);
}

static inline uint32_t uqd_index_x(uint16_t index)
{
    return index >> UQD_INDEX_BITS;
}

struct uqd_batch_ops {
    /* Fills everything up to scale_index for n indices, UQD_BATCH at most. */
    void (*gather)(struct uqd_batch *batch, const struct uqd_batch_source *source,
                   const struct uqd_batch_levels *levels, const uint16_t *indices, uint32_t n);

    /* answer: how many of the thresholds [n_thresholds][UQD_MAX_GROUP_CHANNELS], the first ones,
     * the probability to leave 0 is below, in units of 2^-16. */
    void (*phases)(struct uqd_batch *batch, const int32_t *thresholds, uint32_t n_thresholds);

    /* answer: positions of leaving 0 on a curve (entropy/adaptive.h). */
    void (*positions)(struct uqd_batch *batch);
};

extern const struct uqd_kernel_table uqd_batch_kernels;

/* The fastest for cpu_flags (UQD_CPU_* bits), which must be a subset of uqd_cpu_flags(). */
const struct uqd_batch_ops *uqd_batch_ops_for(unsigned cpu_flags);

extern const struct uqd_batch_ops uqd_batch_ops_c, uqd_batch_ops_avx512;

#endif
