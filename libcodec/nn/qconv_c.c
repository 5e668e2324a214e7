/* The convolution of whole numbers as nn/ops.h defines it. */
#include "nn/kernels.h"

#include <assert.h>

/* The sums of one block of output channels for the pixel whose first input channel is `input`.
 * Unsigned: beyond 32 bits they wrap. */
static void sum_block(const struct uqd_nn_qconv_args *args, const int16_t *weights,
                      const int16_t *input, int32_t sums[UQD_NN_BLOCK])
{
    const struct uqd_nn_qconv *layer = args->layer;
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const int radius = (int)layer->size / 2;
    uint32_t total[UQD_NN_BLOCK] = {0};

    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++)
            for (uint32_t ic = 0; ic < layer->n_in; ic += 2) {
                const int16_t *x = input + ky * row + kx * column + (ptrdiff_t)ic;

                for (unsigned c = 0; c < UQD_NN_BLOCK; c++)
                    total[c] +=
                        (uint32_t)(x[0] * weights[2 * c]) + (uint32_t)(x[1] * weights[2 * c + 1]);
                weights += 2 * UQD_NN_BLOCK;
            }
    for (unsigned c = 0; c < UQD_NN_BLOCK; c++)
        sums[c] = (int32_t)total[c];
}

void uqd_nn_qconv_c(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end)
{
    const struct uqd_nn_qconv *layer = args->layer;
    const size_t block_size = (size_t)layer->size * layer->size * layer->n_in;

    assert(uqd_nn_can_qconv(args, row_begin, row_end));
    for (uint32_t y = row_begin; y < row_end; y++)
        for (uint32_t x = 0; x < args->width; x++) {
            const size_t pixel = y * ((size_t)args->width + 2) + x;

            for (uint32_t oc = 0; oc < layer->n_out; oc += UQD_NN_BLOCK) {
                int32_t sums[UQD_NN_BLOCK];

                sum_block(args, layer->weights + oc * block_size,
                          args->input + pixel * args->input_channels, sums);
                uqd_nn_qfinish_c(args, oc, pixel, sums, 1);
            }
        }
}
