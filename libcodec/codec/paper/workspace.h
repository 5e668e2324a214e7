/* What the parts of a run of the network share of its workspace. Only they include this; everybody
 * else runs the network through network.h. */
#ifndef UQD_PAPER_WORKSPACE_H
#define UQD_PAPER_WORKSPACE_H

#include "codec/paper/layer.h"
#include "codec/paper/network.h"
#include "codec/rows.h"
#include "transform/threads.h"

#include <stddef.h>
#include <stdint.h>

/* Residual blocks: those on the way down, two in the middle, those on the way up. They are numbered
 * in the order in which they run. */
static inline uint32_t uqd_paper_all_blocks(const struct uqd_paper *paper)
{
    return 2 * paper->n_blocks + 3;
}

/* Once the weights are read. */
static inline const struct uqd_paper_block *
uqd_paper_block_at(const struct uqd_paper_network *network, uint32_t i)
{
    const uint32_t n = network->model->paper->n_blocks;
    if (i < n)
        return &network->weights->down[i];
    return i < n + 2 ? &network->weights->mid[i - n] : &network->weights->up[i - n - 2];
}

/* The biases, one for each channel, of the first layer of a block in a step. */
static inline float *uqd_paper_bias_at(const struct uqd_paper_network *network, uint32_t step,
                                       uint32_t i)
{
    const struct uqd_paper *paper = network->model->paper;
    return network->biases + ((size_t)step * uqd_paper_all_blocks(paper) + i) * paper->width;
}

/* The scratch memory, scratch_size floats, of the thread that calls. To be called inside a row
 * function: elsewhere a thread may have a number that the workspace has no memory for. */
static inline float *uqd_paper_scratch(const struct uqd_paper_network *network)
{
    return network->scratch + (size_t)omp_get_thread_num() * network->scratch_size;
}

/* The layer that a convolution is in this network, where none has a gain: without activation,
 * replacing its output. bias: conv->n_out values, borrowed. */
static inline struct uqd_paper_layer uqd_paper_layer(const struct uqd_paper_network *network,
                                                     const struct uqd_nn_conv *conv,
                                                     const float *bias)
{
    return (struct uqd_paper_layer){.conv = conv, .gain = network->weights->ones, .bias = bias};
}

/* Calls a function for all rows of the picture, on all threads: see uqd_for_rows.
 * Errors: UQD_ERR_CANCELLED. */
static inline int uqd_paper_for_rows(struct uqd_work *work, double macs_per_pixel,
                                     uqd_row_function *function, void *arguments)
{
    return uqd_for_rows(work, UQD_PAPER_SIDE, UQD_PAPER_SIDE, macs_per_pixel, function, arguments);
}

#endif
