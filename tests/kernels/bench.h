/* Speed of the kernels. */
#ifndef UQD_TESTS_BENCH_H
#define UQD_TESTS_BENCH_H

#include "inputs.h"

/* Prints a table: GFLOP/s of convolutions and their share of the measured peak, and nanoseconds
 * per element of the other operations, for every instruction set of this machine. One thread. */
void bench(struct random *random);

#endif
