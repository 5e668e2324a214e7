/* Residual blocks. */
#include "codec/paper/stages.h"
#include "codec/paper/strips.h"
#include "codec/paper/workspace.h"

#include <string.h>

/* One of the two layers of a block. */
struct block_layer {
    const struct uqd_paper_network *network;
    const struct uqd_paper_block *block;
    const struct uqd_paper_norm *norm;
    struct uqd_paper_layer layer;
    struct uqd_paper_pair input;
    const struct uqd_paper_plane *output;
    struct uqd_paper_pair kept; /* what the block's input was, which the second layer adds to */
};

static void normalise_row(const void *arguments, uint32_t y, float *row, size_t channels)
{
    const struct block_layer *call = arguments;
    uqd_paper_normalise_row(call->network, call->input, y, UQD_NN_ACTIVATION_SILU, row, channels);
}

/* Begins a row of the output with the block's input. */
static void keep_row(const void *arguments, uint32_t y)
{
    const struct block_layer *call = arguments;
    const struct uqd_nn_plane *output = &call->output->plane;
    float *to = uqd_nn_plane_pixel(output, 0, y);
    const float *from = uqd_nn_plane_pixel(&call->kept.first->plane, 0, y);
    if (to != from)
        memcpy(to, from, (size_t)UQD_PAPER_SIDE * output->channels * sizeof *to);
}

static void run_skip(const struct block_layer *call, const struct uqd_paper_layer *skip,
                     const struct uqd_paper_plane *from, uint32_t y)
{
    const struct uqd_nn_plane *input = &from->plane, *output = &call->output->plane;
    uqd_paper_run_pixels(&call->network->ops, skip, uqd_nn_plane_pixel(input, 0, y),
                         input->channels, uqd_nn_plane_pixel(output, 0, y), output->channels,
                         UQD_PAPER_SIDE);
}

/* Begins a row of the output with what a layer makes of the block's two planes of input. */
static void merge_row(const void *arguments, uint32_t y)
{
    const struct block_layer *call = arguments;
    const struct uqd_paper_block *block = call->block;
    const struct uqd_paper_layer first =
        uqd_paper_layer(call->network, &block->skip[0], block->skip_bias);
    struct uqd_paper_layer second =
        uqd_paper_layer(call->network, &block->skip[1], call->network->weights->zeros);
    second.accumulate = 1;
    run_skip(call, &first, call->kept.first, y);
    run_skip(call, &second, call->kept.second, y);
}

static int run_layer(const struct block_layer *call, struct uqd_work *work)
{
    const double width = call->output->plane.channels;
    struct uqd_paper_strips strips = {
        .network = call->network,
        .layer = call->layer,
        .arguments = call,
        .make_row = normalise_row,
        .channels = call->layer.conv->n_in,
        .output = call->output,
    };
    if (call->kept.second != NULL) {
        strips.begin_row = merge_row;
        strips.begin_macs = 2 * width * width;
    } else if (call->kept.first != NULL) {
        strips.begin_row = keep_row;
    }
    uqd_paper_norm_prepare(call->network, call->input, call->norm);
    return uqd_paper_strips_run(&strips, work);
}

int uqd_paper_run_block(const struct uqd_paper_network *network, uint32_t step, uint32_t i,
                        struct uqd_paper_pair input, const struct uqd_paper_plane *output,
                        struct uqd_work *work)
{
    const struct uqd_paper_block *block = uqd_paper_block_at(network, i);
    const struct block_layer first = {
        .network = network,
        .block = block,
        .norm = &block->norm1,
        .layer = uqd_paper_layer(network, &block->conv1, uqd_paper_bias_at(network, step, i)),
        .input = input,
        .output = &network->inner,
    };
    struct block_layer second = {
        .network = network,
        .block = block,
        .norm = &block->norm2,
        .layer = uqd_paper_layer(network, &block->conv2, block->bias2),
        .input = {&network->inner, NULL},
        .output = output,
        .kept = input,
    };
    second.layer.accumulate = 1;
    const int status = run_layer(&first, work);
    return status == UQD_OK ? run_layer(&second, work) : status;
}
