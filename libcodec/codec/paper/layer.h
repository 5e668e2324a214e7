/* A layer of the network of the paper. */
#ifndef UQD_PAPER_LAYER_H
#define UQD_PAPER_LAYER_H

#include "nn/ops.h"

#include <stddef.h>
#include <stdint.h>

/* A convolution and what follows it. */
struct uqd_paper_layer {
    const struct uqd_nn_conv *conv;
    const float *gain, *bias; /* conv->n_out values each */
    enum uqd_nn_activation activation;
    int accumulate; /* add to what the output holds */
};

static inline double uqd_paper_layer_macs(const struct uqd_paper_layer *layer)
{
    return (double)layer->conv->size * layer->conv->size * layer->conv->n_in * layer->conv->n_out;
}

/* Runs a 1x1 layer over n pixels that lie *_channels floats apart, on the thread that calls, inside
 * a row function. */
void uqd_paper_run_pixels(const struct uqd_nn_ops *ops, const struct uqd_paper_layer *layer,
                          const float *input, size_t input_channels, float *output,
                          size_t output_channels, uint32_t n);

#endif
