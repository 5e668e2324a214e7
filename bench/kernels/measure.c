#include "measure.h"

#include "common.h"
#include "data.h"
#include "onednn.h"
#include "options.h"
#include "ours.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 3 };

#define MAX_DIFFERENCE 1e-4

/* One layer by both, on the same numbers. */
struct pair {
    struct data data;
    struct ours ours;
    struct onednn onednn;
};

/* One run of both. What they leave must be equal but for rounding. */
static void compare(struct pair *pair)
{
    const struct layer *layer = pair->data.layer;
    const size_t n = n_outputs(&pair->data);
    float *ours = new_array(n, sizeof *ours), *onednn = new_array(n, sizeof *onednn);

    ours_run(&pair->ours);
    onednn_run(&pair->onednn);
    ours_output(&pair->ours, &pair->data, ours);
    onednn_output(&pair->onednn, &pair->data, onednn);
    const double difference = largest_difference(&pair->data, ours, onednn);
    free(ours);
    free(onednn);
    if (!(difference <= MAX_DIFFERENCE)) {
        fprintf(stderr,
                "bench_kernels: %s, %s: the outputs of uqd and of oneDNN (%s) differ by %g\n",
                part_names[layer->part], layer->name, pair->onednn.implementation, difference);
        exit(1);
    }
}

static void pair_init(struct pair *pair, const struct layer *layer, enum numbers numbers,
                      uint32_t width, uint32_t height, uint32_t threads, unsigned cpu_flags)
{
    data_init(&pair->data, layer, numbers, width, height);
    ours_init(&pair->ours, &pair->data, threads, cpu_flags);
    onednn_init(&pair->onednn, &pair->data);
    compare(pair);
}

static void pair_free(struct pair *pair)
{
    onednn_free(&pair->onednn);
    ours_free(&pair->ours);
    data_free(&pair->data);
}

static double time_ours(const struct ours *ours)
{
    const double begin = omp_get_wtime();

    ours_run(ours);
    return omp_get_wtime() - begin;
}

static double time_onednn(const struct onednn *onednn)
{
    const double begin = omp_get_wtime();

    onednn_run(onednn);
    return omp_get_wtime() - begin;
}

static int compare_numbers(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, compare_numbers);
    return values[count / 2];
}

/* In turns, so that what disturbs the machine for a while disturbs all. */
static void measure(struct figures *figures, const struct pair *wide, const struct pair *narrow,
                    unsigned rounds)
{
    double ours[MAX_ROUNDS], floats[MAX_ROUNDS], int8[MAX_ROUNDS];

    for (unsigned i = 0; i < WARM_UP; i++) {
        ours_run(&wide->ours);
        onednn_run(&wide->onednn);
        onednn_run(&narrow->onednn);
    }
    for (unsigned i = 0; i < rounds; i++) {
        ours[i] = time_ours(&wide->ours);
        floats[i] = time_onednn(&wide->onednn);
        int8[i] = time_onednn(&narrow->onednn);
    }
    figures->ours = median(ours, rounds);
    figures->floats.seconds = median(floats, rounds);
    figures->int8.seconds = median(int8, rounds);
}

void measure_layer(struct figures *figures, const struct layer *layer, uint32_t width,
                   uint32_t height, uint32_t threads, const struct options *options)
{
    struct pair wide, narrow;

    pair_init(&wide, layer, NUMBERS_16, width, height, threads, options->cpu_flags);
    pair_init(&narrow, layer, NUMBERS_8, width, height, threads, options->cpu_flags);
    measure(figures, &wide, &narrow, options->rounds);
    strcpy(figures->floats.kernel, wide.onednn.implementation);
    strcpy(figures->int8.kernel, narrow.onednn.implementation);
    pair_free(&wide);
    pair_free(&narrow);
}
