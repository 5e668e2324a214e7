/* Measures the convolutions of a model's network beside oneDNN's and beside the peak of the
 * machine, on the grid of a photograph of 768 x 512 pixels.
 *
 * usage: bench_kernels MODEL.uqdm [--threads 1,2] [--rounds 31] [--csv FILE] */
#include "common.h"
#include "data.h"
#include "layers.h"
#include "onednn.h"
#include "ours.h"
#include "peak.h"
#include "report.h"
#include "util/cpu.h"

#include <errno.h>
#include <getopt.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRID_WIDTH = 96,
    GRID_HEIGHT = 64,
    MAX_THREADS = 64,
    MAX_COUNTS = 8, /* numbers of threads in one run */
    MIN_ROUNDS = 15,
    MAX_ROUNDS = 1000,
    WARM_UP = 3,
};

#define MAX_DIFFERENCE 1e-4

struct options {
    const char *model, *csv;
    uint32_t threads[MAX_COUNTS];
    unsigned n_counts, rounds;
};

void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_kernels: %s: %s\n", what, why);
    exit(1);
}

float *new_floats(size_t n)
{
    float *out = malloc(n * sizeof *out);

    if (!out)
        die("data", "there is not enough memory");
    return out;
}

/* ---- Options ---- */

static _Noreturn void usage(void)
{
    fprintf(stderr,
            "usage: bench_kernels MODEL.uqdm [--threads 1,2] [--rounds %u..%u] [--csv FILE]\n",
            MIN_ROUNDS, MAX_ROUNDS);
    exit(2);
}

/* A number in the range; moves the text behind it. */
static unsigned parse_number(const char **text, unsigned low, unsigned high)
{
    char *end;
    const long value = strtol(*text, &end, 10);

    if (end == *text || value < (long)low || value > (long)high)
        usage();
    *text = end;
    return (unsigned)value;
}

/* The same, and nothing behind it. */
static unsigned parse_only_number(const char *text, unsigned low, unsigned high)
{
    const unsigned value = parse_number(&text, low, high);

    if (*text != '\0')
        usage();
    return value;
}

static void parse_threads(struct options *options, const char *text)
{
    for (options->n_counts = 0;; text++) {
        if (options->n_counts == MAX_COUNTS)
            usage();
        options->threads[options->n_counts++] = parse_number(&text, 1, MAX_THREADS);
        if (*text == '\0')
            return;
        if (*text != ',')
            usage();
    }
}

static void parse_options(struct options *options, int argc, char **argv)
{
    static const struct option names[] = {{"threads", required_argument, NULL, 't'},
                                          {"rounds", required_argument, NULL, 'r'},
                                          {"csv", required_argument, NULL, 'c'},
                                          {NULL, 0, NULL, 0}};
    int option;

    *options = (struct options){.threads = {1, 2}, .n_counts = 2, .rounds = 31};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 't')
            parse_threads(options, optarg);
        else if (option == 'r')
            options->rounds = parse_only_number(optarg, MIN_ROUNDS, MAX_ROUNDS);
        else if (option == 'c')
            options->csv = optarg;
        else
            usage();
    }
    if (optind + 1 != argc)
        usage();
    options->model = argv[optind];
}

static struct uqd_model *read_model(const char *path)
{
    enum { CHUNK = 1 << 20 };
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    size_t size = 0, n;
    struct uqd_model *model;

    if (!file)
        die(path, strerror(errno));
    do {
        data = realloc(data, size + CHUNK);
        if (!data)
            die(path, "there is not enough memory");
        n = fread(data + size, 1, CHUNK, file);
        size += n;
    } while (n > 0);
    if (ferror(file))
        die(path, "cannot be read");
    fclose(file);
    const int status = uqd_model_new(&model, data, size);
    if (status < 0)
        die(path, uqd_status_text(status));
    free(data);
    return model;
}

/* ---- Measurements ---- */

struct pair {
    struct data data;
    struct ours ours;
    struct onednn onednn;
};

/* One run of both on the same numbers. What they leave must be equal but for rounding. */
static void compare(struct pair *pair)
{
    const struct layer *layer = pair->data.layer;
    const size_t n = n_cells(&pair->data) * layer->n_out;
    float *ours = new_floats(n), *onednn = new_floats(n);

    ours_run(&pair->ours);
    onednn_run(&pair->onednn);
    ours_output(&pair->ours, &pair->data, ours);
    onednn_output(&pair->onednn, &pair->data, onednn);
    const double difference = largest_difference(&pair->data, ours, onednn);
    free(ours);
    free(onednn);
    if (!(difference <= MAX_DIFFERENCE)) {
        fprintf(stderr, "bench_kernels: %s, %s: the outputs of uqd and oneDNN differ by %g\n",
                part_names[layer->part], layer->name, difference);
        exit(1);
    }
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

/* In turns, so that what disturbs the machine for a while disturbs both. */
static void measure(const struct pair *pair, unsigned rounds, struct figures *figures)
{
    double ours[MAX_ROUNDS], onednn[MAX_ROUNDS];

    for (unsigned i = 0; i < WARM_UP; i++) {
        ours_run(&pair->ours);
        onednn_run(&pair->onednn);
    }
    for (unsigned i = 0; i < rounds; i++) {
        ours[i] = time_ours(&pair->ours);
        onednn[i] = time_onednn(&pair->onednn);
    }
    figures->ours = median(ours, rounds);
    figures->onednn = median(onednn, rounds);
}

static struct figures measure_layer(const struct layer *layer, uint32_t threads, double peak,
                                    unsigned rounds)
{
    struct figures figures = {.layer = layer, .peak = peak};
    struct pair pair;

    data_init(&pair.data, layer, GRID_WIDTH, GRID_HEIGHT);
    ours_init(&pair.ours, &pair.data, threads);
    onednn_init(&pair.onednn, &pair.data);
    compare(&pair);
    measure(&pair, rounds, &figures);
    memcpy(figures.implementation, pair.onednn.implementation, sizeof figures.implementation);
    onednn_free(&pair.onednn);
    ours_free(&pair.ours);
    data_free(&pair.data);
    return figures;
}

int main(int argc, char **argv)
{
    const double cells = (double)GRID_WIDTH * GRID_HEIGHT;
    const dnnl_version_t *version = dnnl_version();
    struct options options;
    struct layer layers[MAX_LAYERS];
    struct figures figures[MAX_LAYERS];

    parse_options(&options, argc, argv);
    struct uqd_model *model = read_model(options.model);
    const struct uqd_weights *weights;
    if (uqd_model_network(model, 0, &weights) < 0)
        die(options.model, uqd_status_text(UQD_ERR_NOMEM));
    const unsigned n = list_layers(model, weights, layers);
    FILE *csv = csv_open(options.csv);

    printf("%ux%u cells, float32; uqd %s (%s), oneDNN %d.%d.%d; median of %u rounds\n", GRID_WIDTH,
           GRID_HEIGHT, uqd_version(), uqd_cpu_features(), version->major, version->minor,
           version->patch, options.rounds);
    for (unsigned t = 0; t < options.n_counts; t++) {
        const uint32_t threads = options.threads[t];

        omp_set_num_threads((int)threads);
        const double peak = measure_peak(uqd_cpu_flags(), threads);
        for (unsigned i = 0; i < n; i++)
            figures[i] = measure_layer(&layers[i], threads, peak, options.rounds);
        print_table(figures, n, threads, cells);
        csv_add(csv, figures, n, threads, cells);
    }
    csv_close(csv, options.csv);
    uqd_model_free(model);
    return 0;
}
