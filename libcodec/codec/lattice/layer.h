/* A layer of the lattice's network, which computes with whole numbers. */
#ifndef UQD_LATTICE_LAYER_H
#define UQD_LATTICE_LAYER_H

#include "nn/ops.h"
#include "nn/plane.h"
#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* A convolution and what becomes of its sums. */
struct uqd_layer {
    const struct uqd_nn_qconv *conv;
    const float *gain, *bias; /* conv->n_out values each */
    float scale;              /* of activations */
    enum uqd_nn_finish finish;
};

static inline double uqd_layer_macs(const struct uqd_layer *layer)
{
    return (double)layer->conv->size * layer->conv->size * layer->conv->n_in * layer->conv->n_out;
}

/* Runs a layer from the first channels of a plane to those of another. Errors: UQD_ERR_CANCELLED.
 */
int uqd_run_layer(struct uqd_work *work, const struct uqd_nn_ops *ops,
                  const struct uqd_layer *layer, const struct uqd_nn_qplane *input,
                  struct uqd_nn_qplane *output);

/* Runs a 1x1 layer over n pixels that lie *_channels numbers apart, on the thread that calls,
 * inside a row function. The output is of floats if the layer ends with UQD_NN_FINISH_FLOAT. */
void uqd_run_pixels(const struct uqd_nn_ops *ops, const struct uqd_layer *layer,
                    const int16_t *input, size_t input_channels, void *output,
                    size_t output_channels, uint32_t n);

#endif
