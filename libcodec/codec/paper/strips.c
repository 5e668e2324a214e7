#include "codec/paper/strips.h"

#include "codec/paper/norm.h"
#include "codec/paper/workspace.h"

#include <string.h>

enum {
    SIDE = UQD_PAPER_SIDE,
    PITCH = SIDE + 2, /* pixels from a pixel to the one below it, with the border */
    ROWS = 8,         /* of the output, at most; the input has one more above and below */
    INPUT_PIXELS = (ROWS + 2) * PITCH,
};

size_t uqd_paper_strips_scratch(size_t channels)
{
    return INPUT_PIXELS * channels + (size_t)ROWS * PITCH * UQD_NN_BLOCK;
}

/* The input of n rows from y on, inside a border: outside of the picture it is zero. */
static void make_input(const struct uqd_paper_strips *strips, uint32_t y, uint32_t n, float *input)
{
    const size_t channels = strips->channels;
    for (uint32_t i = 0; i < n + 2; i++) {
        float *row = input + i * PITCH * channels;
        if (y + i == 0 || y + i > SIDE) {
            memset(row, 0, PITCH * channels * sizeof *row);
            continue;
        }
        memset(row, 0, channels * sizeof *row);
        strips->make_row(strips->arguments, y + i - 1, row + channels, channels);
        memset(row + (SIDE + 1) * channels, 0, channels * sizeof *row);
    }
}

/* n rows; those of the output are PITCH pixels apart too. */
static void convolve(const struct uqd_paper_strips *strips, const float *input, float *output,
                     size_t output_channels, uint32_t n)
{
    const struct uqd_paper_layer *layer = &strips->layer;
    const struct uqd_nn_conv_args args = {
        .layer = layer->conv,
        .input = input + (PITCH + 1) * strips->channels,
        .input_channels = strips->channels,
        .output = output,
        .output_channels = output_channels,
        .gain = layer->gain,
        .bias = layer->bias,
        .width = SIDE,
        .height = n,
        .activation = layer->activation,
        .accumulate = layer->accumulate,
    };
    strips->network->ops.conv(&args, 0, n);
}

static void run_to_plane(const struct uqd_paper_strips *strips, const float *input, uint32_t y,
                         uint32_t n)
{
    const struct uqd_nn_plane *plane = &strips->output->plane;
    for (uint32_t row = y; row < y + n && strips->begin_row != NULL; row++)
        strips->begin_row(strips->arguments, row);
    convolve(strips, input, uqd_nn_plane_pixel(plane, 0, y), plane->channels, n);
    for (uint32_t row = y; row < y + n; row++)
        uqd_paper_sum_row(strips->network, strips->output, row);
}

static void run_to_function(const struct uqd_paper_strips *strips, const float *input,
                            float *outputs, uint32_t y, uint32_t n)
{
    convolve(strips, input, outputs, UQD_NN_BLOCK, n);
    for (uint32_t i = 0; i < n; i++)
        strips->take_row(strips->arguments, y + i, outputs + i * PITCH * UQD_NN_BLOCK);
}

static void run_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct uqd_paper_strips *strips = arguments;
    float *input = uqd_paper_scratch(strips->network);
    float *outputs = input + INPUT_PIXELS * strips->channels;
    for (uint32_t y = row_begin; y < row_end; y += ROWS) {
        const uint32_t n = row_end - y < ROWS ? row_end - y : ROWS;
        make_input(strips, y, n, input);
        if (strips->output != NULL)
            run_to_plane(strips, input, y, n);
        else
            run_to_function(strips, input, outputs, y, n);
    }
}

int uqd_paper_strips_run(struct uqd_paper_strips *strips, struct uqd_work *work)
{
    const double macs = uqd_paper_layer_macs(&strips->layer) + strips->begin_macs;
    const int status = uqd_paper_for_rows(work, macs, run_rows, strips);
    if (status == UQD_OK && strips->output != NULL)
        uqd_paper_sum_plane(strips->network, strips->output);
    return status;
}
