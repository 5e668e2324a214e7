#include "codec/lattice/layer.h"

#include "codec/rows.h"

#include <assert.h>

struct conv_rows {
    const struct uqd_nn_ops *ops;
    struct uqd_nn_qconv_args args;
};

static void conv_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct conv_rows *call = arguments;
    call->ops->qconv(&call->args, row_begin, row_end);
}

int uqd_run_layer(struct uqd_work *work, const struct uqd_nn_ops *ops,
                  const struct uqd_layer *layer, const struct uqd_nn_qplane *input,
                  struct uqd_nn_qplane *output)
{
    assert(layer->conv->n_in <= input->channels && layer->conv->n_out <= output->channels);
    assert(input->width == output->width && input->height == output->height);
    struct conv_rows call = {
        .ops = ops,
        .args =
            {
                .layer = layer->conv,
                .input = uqd_nn_qplane_pixel(input, 0, 0),
                .input_channels = input->channels,
                .output = uqd_nn_qplane_pixel(output, 0, 0),
                .output_channels = output->channels,
                .gain = layer->gain,
                .bias = layer->bias,
                .scale = layer->scale,
                .width = input->width,
                .height = input->height,
                .finish = layer->finish,
            },
    };
    return uqd_for_rows(work, input->width, input->height, uqd_layer_macs(layer), conv_rows, &call);
}

void uqd_run_pixels(const struct uqd_nn_ops *ops, const struct uqd_layer *layer,
                    const int16_t *input, size_t input_channels, void *output,
                    size_t output_channels, uint32_t n)
{
    assert(layer->conv->size == 1);
    const int is_float = layer->finish == UQD_NN_FINISH_FLOAT;
    const struct uqd_nn_qconv_args args = {
        .layer = layer->conv,
        .input = input,
        .input_channels = input_channels,
        .output = is_float ? NULL : output,
        .values = is_float ? output : NULL,
        .output_channels = output_channels,
        .gain = layer->gain,
        .bias = layer->bias,
        .scale = layer->scale,
        .width = n,
        .height = 1,
        .finish = layer->finish,
    };
    ops->qconv(&args, 0, 1);
}
