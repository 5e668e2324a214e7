/* The stages of a run of the network. network.c calls them one after the other; each runs on all
 * threads and is done when it returns. Planes are the workspace's, of 64 x 64 pixels and `width`
 * channels; those that are read have their sums, and those that are written get them. Weights and
 * biases must have been read. Errors of all: UQD_ERR_CANCELLED. */
#ifndef UQD_PAPER_STAGES_H
#define UQD_PAPER_STAGES_H

#include "codec/paper/network.h"
#include "codec/paper/norm.h"

#include <stdint.h>

/* The first layer, from z ([3][64][64]) and its sines and cosines. Writes the output. */
int uqd_paper_run_first(const struct uqd_paper_network *network, const float *z,
                        const struct uqd_paper_plane *output, struct uqd_work *work);

/* Residual block i of all, as conditioned for a step, from one plane, or two, to another. That may
 * be the first if there is no second. Uses network->inner. */
int uqd_paper_run_block(const struct uqd_paper_network *network, uint32_t step, uint32_t i,
                        struct uqd_paper_pair input, const struct uqd_paper_plane *output,
                        struct uqd_work *work);

/* Lets each pixel of a plane attend to all of them, and adds to the plane what it attended to. */
int uqd_paper_run_attention(const struct uqd_paper_network *network,
                            const struct uqd_paper_plane *plane, struct uqd_work *work);

/* The last layer. z, eps_hat and factor are [3][64][64], the latter two written. */
int uqd_paper_run_last(const struct uqd_paper_network *network, const struct uqd_paper_plane *input,
                       const float *z, float *eps_hat, float *factor, struct uqd_work *work);

#endif
