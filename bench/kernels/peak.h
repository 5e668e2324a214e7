/* The most that this machine computes. */
#ifndef BENCH_KERNELS_PEAK_H
#define BENCH_KERNELS_PEAK_H

#include <stdint.h>

/* GFLOP/s of fused multiply-adds in registers, on all threads at once, with the widest of the
 * instruction sets (UQD_CPU_* bits). NaN where no loop is written for the machine. */
double measure_peak(unsigned cpu_flags, uint32_t threads);

#endif
