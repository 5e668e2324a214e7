/* Normalisation of planes. What a run needs to know of all pixels of a plane are two sums for each
 * channel. They are summed up by rows while the plane is made, so that neither the order nor the
 * number of threads shows in a bit of them, and no plane is read for its sums alone. */
#ifndef UQD_PAPER_NORM_H
#define UQD_PAPER_NORM_H

#include "codec/paper/network.h"

#include <stddef.h>
#include <stdint.h>

/* What is normalised at once: a plane, or two as one of twice as many channels. Borrowed. */
struct uqd_paper_pair {
    const struct uqd_paper_plane *first, *second; /* second is NULL if there is but one */
};

/* Sums up row y of a plane that is being made: into the workspace's row_sums, of which there is
 * one, for one plane at a time. For a row function; threads have different rows. */
void uqd_paper_sum_row(const struct uqd_paper_network *network, const struct uqd_paper_plane *plane,
                       uint32_t y);

/* Sets plane->sums once all its rows are summed up. On the thread that runs the network. */
void uqd_paper_sum_plane(const struct uqd_paper_network *network,
                         const struct uqd_paper_plane *plane);

/* Computes the workspace's scale and shift, which hold until the next call, from planes with sums.
 * On the thread that runs the network. */
void uqd_paper_norm_prepare(const struct uqd_paper_network *network, struct uqd_paper_pair pair,
                            const struct uqd_paper_norm *norm);

/* Normalises row y of the pair that uqd_paper_norm_prepare was called for to a row of pixels that
 * lie `channels` floats apart. For a row function. */
void uqd_paper_normalise_row(const struct uqd_paper_network *network, struct uqd_paper_pair pair,
                             uint32_t y, enum uqd_nn_activation activation, float *row,
                             size_t channels);

#endif
