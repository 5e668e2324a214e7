/* Layers of the network on all threads. */
#ifndef UQD_CODEC_LAYERS_H
#define UQD_CODEC_LAYERS_H

#include "nn/ops.h"
#include "nn/plane.h"
#include "util/parallel.h"

#include <stdint.h>

/* A convolution and what follows it. */
struct uqd_layer {
    const struct uqd_nn_conv *conv;
    const float *gain, *bias; /* conv->n_out values each */
    enum uqd_nn_activation activation;
    int accumulate; /* add to what the output holds */
};

static inline double uqd_layer_macs(const struct uqd_layer *layer)
{
    return (double)layer->conv->size * layer->conv->size * layer->conv->n_in * layer->conv->n_out;
}

typedef void uqd_row_function(void *arguments, uint32_t row_begin, uint32_t row_end);

/* Calls the function for all rows of a grid, in chunks on all threads, band by band with progress
 * in between; each call in the environment of uqd_fpenv_enter. Errors: UQD_ERR_CANCELLED. */
int uqd_for_rows(struct uqd_work *work, uint32_t width, uint32_t height, double macs_per_cell,
                 uqd_row_function *function, void *arguments);

/* Runs a layer from the first channels of a plane to those of another. Errors: UQD_ERR_CANCELLED.
 */
int uqd_run_layer(struct uqd_work *work, const struct uqd_nn_ops *ops,
                  const struct uqd_layer *layer, const struct uqd_nn_plane *input,
                  struct uqd_nn_plane *output);

/* Runs a 1x1 layer over n pixels that lie *_channels floats apart, on the thread that calls, inside
 * a row function. */
void uqd_run_pixels(const struct uqd_nn_ops *ops, const struct uqd_layer *layer, const float *input,
                    size_t input_channels, float *output, size_t output_channels, uint32_t n);

#endif
