/* The command line. */
#ifndef BENCH_KERNELS_OPTIONS_H
#define BENCH_KERNELS_OPTIONS_H

#include <stdint.h>

enum {
    MAX_THREADS = 64,
    MAX_COUNTS = 8, /* numbers of threads in one run */
    MIN_ROUNDS = 15,
    MAX_ROUNDS = 1000,
};

struct options {
    const char *model, *csv; /* no file: NULL */
    uint32_t threads[MAX_COUNTS];
    unsigned n_counts, rounds;
    unsigned cpu_flags; /* UQD_CPU_* bits that the machine has */
};

/* Ends the benchmark if they are wrong. */
void parse_options(struct options *options, int argc, char **argv);

#endif
