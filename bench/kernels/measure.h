/* The time that a layer takes, by all kernels. */
#ifndef BENCH_KERNELS_MEASURE_H
#define BENCH_KERNELS_MEASURE_H

#include "options.h"
#include "report.h"

/* Fills in the times of a layer on a grid of that size: medians of the rounds of the
 * options, by their kernels. Ends the benchmark if the kernels do not compute the same. */
void measure_layer(struct figures *figures, const struct layer *layer, uint32_t width,
                   uint32_t height, uint32_t threads, const struct options *options);

#endif
