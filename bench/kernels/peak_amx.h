/* Products with the tiles of AMX, in registers. */
#ifndef BENCH_KERNELS_PEAK_AMX_H
#define BENCH_KERNELS_PEAK_AMX_H

#include <stdint.h>

/* Only where the processor has them and the process may use them (UQD_CPU_AMX). */
double amx_loop(void);

/* Products of numbers of 16 bits that one run adds to sums. */
extern const double amx_products;

#endif
