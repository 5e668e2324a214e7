#include "report.h"

#include "common.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static double gflops(const struct layer *layer, double cells, double seconds)
{
    return 2e-9 * layer_macs(layer) * cells / seconds;
}

/* Of the channels that our kernels compute, those that nobody needs. */
static double padded_share(const struct layer *layer)
{
    return 1 - (double)layer->n_out / uqd_nn_padded(layer->n_out);
}

static void print_share(double part, double whole)
{
    if (isnan(whole))
        printf(" %6s", "");
    else
        printf(" %4.0f %%", 100 * part / whole);
}

/* Of one kernel: time, speed and how much of the peak that is. */
static void print_speed(double seconds, double speed, double peak)
{
    printf("  %9.3f %8.1f", 1e3 * seconds, speed);
    print_share(speed, peak);
}

static void print_layer(const struct figures *f, double cells)
{
    const struct layer *layer = f->layer;

    printf("%-9s %-10s %ux%u %4u ->%4u %4.0f %% %5u", part_names[layer->part], layer->name,
           layer->size, layer->size, layer->n_in, layer->n_out, 100 * padded_share(layer),
           layer->runs);
    print_speed(f->ours, gflops(layer, cells, f->ours), f->peak);
    print_speed(f->onednn, gflops(layer, cells, f->onednn), f->peak);
    printf("  %5.2f  %s\n", f->onednn / f->ours, f->implementation);
}

/* The sum of the parts in the mask, each layer as often as it runs. */
static void print_sum(const char *name, unsigned parts, const struct figures *figures, unsigned n,
                      double cells)
{
    double ours = 0, onednn = 0, flops = 0;

    for (unsigned i = 0; i < n; i++) {
        const struct layer *layer = figures[i].layer;

        if (!(parts & 1u << layer->part))
            continue;
        ours += layer->runs * figures[i].ours;
        onednn += layer->runs * figures[i].onednn;
        flops += 2e-9 * layer->runs * layer_macs(layer) * cells;
    }
    printf("%-48s", name);
    print_speed(ours, flops / ours, figures[0].peak);
    print_speed(onednn, flops / onednn, figures[0].peak);
    printf("  %5.2f\n", onednn / ours);
}

void print_table(const struct figures *figures, unsigned n, uint32_t threads, double cells)
{
    printf("\n%u thread%s", threads, threads > 1 ? "s" : "");
    if (!isnan(figures[0].peak))
        printf(", peak %.1f GFLOP/s", figures[0].peak);
    printf("\n%-20s %-3s %10s %6s %5s  %9s %8s %6s  %9s %8s %6s  %5s  %s\n", "", "", "channels",
           "padded", "runs", "uqd ms", "GFLOP/s", "peak", "oneDNN ms", "GFLOP/s", "peak", "ratio",
           "oneDNN's kernel");
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
    fprintf(file, "threads,part,layer,size,n_in,n_out,padded,runs,peak_gflops,uqd_ms,uqd_gflops,"
                  "onednn_ms,onednn_gflops,onednn_kernel\n");
    return file;
}

void csv_add(FILE *csv, const struct figures *figures, unsigned n, uint32_t threads, double cells)
{
    for (unsigned i = 0; csv && i < n; i++) {
        const struct figures *f = &figures[i];
        const struct layer *layer = f->layer;

        fprintf(csv, "%u,%s,%s,%u,%u,%u,%.4f,%u,%.2f,%.4f,%.2f,%.4f,%.2f,%s\n", threads,
                part_names[layer->part], layer->name, layer->size, layer->n_in, layer->n_out,
                padded_share(layer), layer->runs, f->peak, 1e3 * f->ours,
                gflops(layer, cells, f->ours), 1e3 * f->onednn, gflops(layer, cells, f->onednn),
                f->implementation);
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
