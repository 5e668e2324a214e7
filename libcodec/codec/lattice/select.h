/* Lists of what is coded: coefficient indices picked in their order, with the instruction set at
 * hand. All versions give the same. */
#ifndef UQD_LATTICE_SELECT_H
#define UQD_LATTICE_SELECT_H

#include "util/isa.h"

#include <stddef.h>
#include <stdint.h>

/* Indices that may be written behind those that are picked. */
enum { UQD_SELECT_SLACK = 16 };

struct uqd_select {
    /* Picks of n indices those whose phase is `phase`; returns how many. */
    size_t (*of_phase)(uint16_t *out, const uint16_t *indices, const uint8_t *phases, size_t n,
                       uint8_t phase);

    /* Picks those whose value is 0 and whose phase is below `end`. */
    size_t (*zeros)(uint16_t *out, const uint16_t *indices, const int16_t *values,
                    const uint8_t *phases, size_t n, uint8_t end);
};

extern const struct uqd_kernel_table uqd_select_kernels;

/* The fastest for cpu_flags (UQD_CPU_* bits), which must be a subset of uqd_cpu_flags(). */
const struct uqd_select *uqd_select_for(unsigned cpu_flags);

extern const struct uqd_select uqd_select_c, uqd_select_avx512;

#endif
