/* What was measured, as a table and as a file. */
#ifndef BENCH_KERNELS_REPORT_H
#define BENCH_KERNELS_REPORT_H

#include "layers.h"
#include "peak.h"

#include <stdio.h>

/* What oneDNN took. */
struct peer {
    double seconds; /* of one run */
    char kernel[64];
};

/* One layer on one number of threads. */
struct figures {
    const struct layer *layer;
    struct peak peak;
    double ours; /* seconds of one run */
    struct peer floats, int8;
};

/* All layers and, below, a stage and a denoised picture as sums of them. `cells` is the size of the
 * grid. */
void print_table(const struct figures *figures, unsigned n, uint32_t threads, double cells);

/* Begins the file of comma-separated values. NULL is no file. */
FILE *csv_open(const char *path);

void csv_add(FILE *csv, const struct figures *figures, unsigned n, uint32_t threads, double cells);

/* Ends the benchmark if the file could not be written. */
void csv_close(FILE *csv, const char *path);

#endif
