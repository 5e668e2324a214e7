#include "ours.h"

#include "common.h"
#include "util/cpu.h"
#include "util/fpenv.h"

#include <string.h>

/* The pieces of codec/network.c: bands between two reports of progress, each in many chunks. */
#define BAND_MACS 5e8
#define CHUNKS    8.0
#define CELLS     128.0

static void new_plane(struct uqd_nn_plane *plane, const struct data *data, uint32_t channels)
{
    if (uqd_nn_plane_alloc(plane, data->width, data->height, channels) < 0)
        die("a plane", "there is not enough memory");
}

/* Copies n channels of every pixel between [cell][n] and a plane, from its channel `first` on. */
static void fill_plane(struct uqd_nn_plane *plane, const float *values, uint32_t n)
{
    for (uint32_t y = 0; y < plane->height; y++)
        for (uint32_t x = 0; x < plane->width; x++, values += n)
            memcpy(uqd_nn_plane_pixel(plane, x, y), values, n * sizeof *values);
}

void ours_output(const struct ours *ours, const struct data *data, float *out)
{
    const uint32_t n = data->layer->n_out;

    for (uint32_t y = 0; y < ours->output.height; y++)
        for (uint32_t x = 0; x < ours->output.width; x++, out += n)
            memcpy(out, uqd_nn_plane_pixel(&ours->output, x, y), n * sizeof *out);
}

void ours_init(struct ours *ours, const struct data *data, uint32_t threads)
{
    const struct layer *layer = data->layer;

    *ours = (struct ours){.threads = threads};
    uqd_nn_ops_init(&ours->ops, uqd_cpu_flags());
    if (uqd_nn_conv_init(&ours->conv, layer->size, layer->n_in, layer->n_out, data->weights) < 0)
        die("weights", "there is not enough memory");
    new_plane(&ours->input, data, layer->input_channels);
    new_plane(&ours->output, data, layer->output_channels);
    fill_plane(&ours->input, data->input, layer->n_in);
    fill_plane(&ours->output, data->output, layer->n_out);
    ours->args = (struct uqd_nn_conv_args){
        .layer = &ours->conv,
        .input = uqd_nn_plane_pixel(&ours->input, 0, 0),
        .input_channels = layer->input_channels,
        .output = uqd_nn_plane_pixel(&ours->output, 0, 0),
        .output_channels = layer->output_channels,
        .gain = data->gain,
        .bias = data->bias,
        .width = data->width,
        .height = data->height,
        .activation = layer->has_silu ? UQD_NN_ACTIVATION_SILU : UQD_NN_ACTIVATION_NONE,
        .accumulate = layer->accumulates,
    };
}

void ours_free(struct ours *ours)
{
    uqd_nn_conv_deinit(&ours->conv);
    uqd_nn_plane_free(&ours->input);
    uqd_nn_plane_free(&ours->output);
}

static uint32_t clamp_rows(double rows, uint32_t height)
{
    return rows < 1 ? 1 : rows > height ? height : (uint32_t)rows;
}

static void run_band(const struct ours *ours, uint32_t begin, uint32_t end)
{
    const double even = (end - begin) / (CHUNKS * ours->threads);
    const double least = CELLS / ours->args.width;
    const uint32_t rows = clamp_rows(even > least ? even : least, ours->args.height);
    const uint32_t n_chunks = (end - begin + rows - 1) / rows;

#pragma omp parallel for num_threads(ours->threads) schedule(dynamic) if (ours->threads > 1)
    for (uint32_t chunk = 0; chunk < n_chunks; chunk++) {
        const uint32_t first = begin + chunk * rows;
        struct uqd_fpenv saved;

        uqd_fpenv_enter(&saved);
        ours->ops.conv(&ours->args, first, end - first > rows ? first + rows : end);
        uqd_fpenv_leave(&saved);
    }
}

void ours_run(const struct ours *ours)
{
    const struct uqd_nn_conv *conv = &ours->conv;
    const uint32_t height = ours->args.height;
    const double row_macs =
        (double)conv->size * conv->size * conv->n_in * conv->n_out * ours->args.width;
    const uint32_t band = clamp_rows(BAND_MACS * ours->threads / row_macs, height);

    for (uint32_t begin = 0; begin < height; begin += band)
        run_band(ours, begin, height - begin > band ? begin + band : height);
}
