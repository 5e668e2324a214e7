#include "report.h"

#include "common.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* 10^9 operations: a product and its addition are two. */
static double work_of(const struct layer *layer, double cells)
{
    return 2e-9 * layer_macs(layer) * cells;
}

/* Of the channels that our kernels compute, those that nobody needs. */
static double padded_share(const struct layer *layer)
{
    return 1 - (double)layer->n_out / uqd_nn_padded(layer->n_out);
}

/* Of one kernel: time, speed and how much of the peak that is. */
static void print_speed(double seconds, double work, double peak)
{
    printf("  %8.3f %7.1f", 1e3 * seconds, work / seconds);
    if (isnan(peak))
        printf(" %6s", "");
    else
        printf(" %4.0f %%", 100 * work / seconds / peak);
}

/* Sums of times, or those of one layer. */
struct times {
    double work; /* 10^9 operations */
    double ours, floats, int8;
};

static void print_times(const struct times *times, const struct peak *peak)
{
    print_speed(times->ours, times->work, peak->whole);
    print_speed(times->floats, times->work, peak->floats);
    printf(" %6.2f", times->floats / times->ours);
    printf("  %8.3f %7.1f %6.2f", 1e3 * times->int8, times->work / times->int8,
           times->int8 / times->ours);
}

static void print_layer(const struct figures *f, double cells)
{
    const struct layer *layer = f->layer;
    const struct times times = {work_of(layer, cells), f->ours, f->floats.seconds, f->int8.seconds};

    printf("%-9s %-10s %ux%u %4u ->%4u %4.0f %% %5u", part_names[layer->part], layer->name,
           layer->size, layer->size, layer->n_in, layer->n_out, 100 * padded_share(layer),
           layer->runs);
    print_times(&times, &f->peak);
    printf("  %s, %s\n", f->floats.kernel, f->int8.kernel);
}

/* The sum of the parts in the mask, each layer as often as it runs. */
static void print_sum(const char *name, unsigned parts, const struct figures *figures, unsigned n,
                      double cells)
{
    struct times times = {0};

    for (unsigned i = 0; i < n; i++) {
        const struct figures *f = &figures[i];
        const double runs = f->layer->runs;

        if (!(parts & 1u << f->layer->part))
            continue;
        times.work += runs * work_of(f->layer, cells);
        times.ours += runs * f->ours;
        times.floats += runs * f->floats.seconds;
        times.int8 += runs * f->int8.seconds;
    }
    printf("%-48s", name);
    print_times(&times, &figures[0].peak);
    printf("\n");
}

static void print_heading(const struct figures *figures, uint32_t threads)
{
    const struct peak *peak = &figures[0].peak;

    printf("\n%u thread%s", threads, threads > 1 ? "s" : "");
    if (!isnan(peak->whole))
        printf(", peak %.1f GOP/s of int16, %.1f GFLOP/s of float32", peak->whole, peak->floats);
    printf("\n%48s  %-23s  %-30s  %s\n", "", "uqd, int16", "oneDNN, float32", "oneDNN, int8");
    printf("%-20s %-3s %10s %6s %5s  %8s %7s %6s  %8s %7s %6s %6s  %8s %7s %6s  %s\n", "", "",
           "channels", "padded", "runs", "ms", "GOP/s", "peak", "ms", "GFLOP/s", "peak", "ratio",
           "ms", "GOP/s", "ratio", "oneDNN's kernels");
}

void print_table(const struct figures *figures, unsigned n, uint32_t threads, double cells)
{
    print_heading(figures, threads);
    for (unsigned i = 0; i < n; i++)
        print_layer(&figures[i], cells);
    print_sum("stage: trunk, groups", 1u << PART_TRUNK | 1u << PART_GROUPS, figures, n, cells);
    print_sum("denoised picture: trunk, denoiser", 1u << PART_TRUNK | 1u << PART_DENOISER, figures,
              n, cells);
    fflush(stdout);
}

FILE *csv_open(const char *path)
{
    if (!path)
        return NULL;
    FILE *file = fopen(path, "w");
    if (!file)
        die(path, strerror(errno));
    fprintf(file, "threads,part,layer,size,n_in,n_out,padded,runs,peak_gops,peak_gflops,uqd_ms,"
                  "uqd_gops,onednn_ms,onednn_gflops,onednn_kernel,int8_ms,int8_gops,int8_kernel\n");
    return file;
}

void csv_add(FILE *csv, const struct figures *figures, unsigned n, uint32_t threads, double cells)
{
    for (unsigned i = 0; csv && i < n; i++) {
        const struct figures *f = &figures[i];
        const struct layer *layer = f->layer;
        const double work = work_of(layer, cells);

        fprintf(csv, "%u,%s,%s,%u,%u,%u,%.4f,%u,%.2f,%.2f,", threads, part_names[layer->part],
                layer->name, layer->size, layer->n_in, layer->n_out, padded_share(layer),
                layer->runs, f->peak.whole, f->peak.floats);
        fprintf(csv, "%.4f,%.2f,", 1e3 * f->ours, work / f->ours);
        fprintf(csv, "%.4f,%.2f,%s,", 1e3 * f->floats.seconds, work / f->floats.seconds,
                f->floats.kernel);
        fprintf(csv, "%.4f,%.2f,%s\n", 1e3 * f->int8.seconds, work / f->int8.seconds,
                f->int8.kernel);
    }
}

void csv_close(FILE *csv, const char *path)
{
    if (!csv)
        return;
    const int has_failed = ferror(csv);
    if (fclose(csv) != 0 || has_failed)
        die(path, "cannot be written");
}
