#include "codec/paper/layer.h"

void uqd_paper_run_pixels(const struct uqd_nn_ops *ops, const struct uqd_paper_layer *layer,
                          const float *input, size_t input_channels, float *output,
                          size_t output_channels, uint32_t n)
{
    const struct uqd_nn_conv_args args = {
        .layer = layer->conv,
        .input = input,
        .input_channels = input_channels,
        .output = output,
        .output_channels = output_channels,
        .gain = layer->gain,
        .bias = layer->bias,
        .width = n,
        .height = 1,
        .activation = layer->activation,
        .accumulate = layer->accumulate,
    };
    ops->conv(&args, 0, 1);
}
