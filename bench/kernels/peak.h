/* The most that this machine computes. */
#ifndef BENCH_KERNELS_PEAK_H
#define BENCH_KERNELS_PEAK_H

#include <stdint.h>

/* 10^9 operations a second in registers, on all threads at once, two for each product that is
 * added to a sum. NaN where no loop is written for the machine. */
struct peak {
    double floats; /* fused multiply-adds */
    double whole;  /* products of 16 bits, sums of 32 */
};

/* With the widest of the instruction sets (UQD_CPU_* bits). */
struct peak measure_peak(unsigned cpu_flags, uint32_t threads);

#endif
