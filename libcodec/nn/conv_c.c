/* The convolution as nn/ops.h defines it. */
#include "nn/kernels.h"

#include <assert.h>

/* The sums of one block of output channels for the pixel whose first input channel is `input`. */
static void sum_block(const struct uqd_nn_conv_args *args, const float *weights, const float *input,
                      float sums[UQD_NN_BLOCK])
{
    const struct uqd_nn_conv *layer = args->layer;
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const int radius = (int)layer->size / 2;

    for (unsigned c = 0; c < UQD_NN_BLOCK; c++)
        sums[c] = 0;
    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++)
            for (uint32_t ic = 0; ic < layer->n_in; ic++) {
                float x = input[ky * row + kx * column + (ptrdiff_t)ic];

                for (unsigned c = 0; c < UQD_NN_BLOCK; c++)
                    sums[c] = __builtin_fmaf(x, weights[c], sums[c]);
                weights += UQD_NN_BLOCK;
            }
}

void uqd_nn_conv_c(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end)
{
    const struct uqd_nn_conv *layer = args->layer;
    const size_t block_size = (size_t)layer->size * layer->size * layer->n_in;

    assert(uqd_nn_can_conv(args, row_begin, row_end));
    for (uint32_t y = row_begin; y < row_end; y++)
        for (uint32_t x = 0; x < args->width; x++) {
            size_t pixel = y * ((size_t)args->width + 2) + x;
            const float *input = args->input + pixel * args->input_channels;
            float *output = args->output + pixel * args->output_channels;

            for (uint32_t oc = 0; oc < layer->n_out; oc += UQD_NN_BLOCK) {
                float sums[UQD_NN_BLOCK];

                sum_block(args, layer->weights + oc * block_size, input, sums);
                uqd_nn_finish_c(args, oc, output + oc, sums, 1);
            }
        }
}
