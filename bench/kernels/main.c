/* Measures the convolutions of a model's network beside oneDNN's and beside the peak of the
 * machine, on the grid of a photograph of 768 x 512 pixels.
 *
 * usage: bench_kernels MODEL.uqdm [--threads 1,2] [--rounds 31] [--csv FILE] */
#include "common.h"
#include "layers.h"
#include "measure.h"
#include "options.h"
#include "peak.h"
#include "report.h"
#include "util/isa.h"

#include <errno.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRID_WIDTH = 96, GRID_HEIGHT = 64 };

void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_kernels: %s: %s\n", what, why);
    exit(1);
}

void *new_array(size_t n, size_t size)
{
    void *out = calloc(n, size);

    if (!out)
        die("data", "there is not enough memory");
    return out;
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

    printf("%ux%u cells; uqd %s (%s), oneDNN %d.%d.%d; median of %u rounds\n", GRID_WIDTH,
           GRID_HEIGHT, uqd_version(), uqd_cpu_features(), version->major, version->minor,
           version->patch, options.rounds);
    for (unsigned t = 0; t < options.n_counts; t++) {
        const uint32_t threads = options.threads[t];

        omp_set_num_threads((int)threads);
        const struct peak peak = measure_peak(options.cpu_flags, threads);
        for (unsigned i = 0; i < n; i++) {
            figures[i] = (struct figures){.layer = &layers[i], .peak = peak};
            measure_layer(&figures[i], &layers[i], GRID_WIDTH, GRID_HEIGHT, threads, &options);
        }
        print_table(figures, n, threads, cells);
        csv_add(csv, figures, n, threads, cells);
    }
    csv_close(csv, options.csv);
    uqd_model_free(model);
    return 0;
}
