/* The frequencies of many cells' children at once: entropy/split.h for arrays, with the
 * instruction set at hand. All of it is integer arithmetic: every version gives the same. */
#ifndef UQD_ENTROPY_SPLITS_H
#define UQD_ENTROPY_SPLITS_H

#include "util/isa.h"

#include <stddef.h>
#include <stdint.h>

struct uqd_splits {
    /* As the parameters of uqd_split_of; end: high + 1. */
    const int32_t *mean_q4, *low, *first, *second, *end;
    const uint8_t *scale_index;
    uint32_t *cum1, *cum2, *total; /* out: as struct uqd_split */
    size_t n;
};

typedef void uqd_splits_function(const struct uqd_splits *splits);

struct uqd_splits_ops {
    uqd_splits_function *splits;
};

extern const struct uqd_kernel_table uqd_splits_kernels;

/* The fastest for cpu_flags (UQD_CPU_* bits), which must be a subset of uqd_cpu_flags(). */
const struct uqd_splits_ops *uqd_splits_ops_for(unsigned cpu_flags);

extern const struct uqd_splits_ops uqd_splits_ops_c, uqd_splits_ops_avx512;

#endif
