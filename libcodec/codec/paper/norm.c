#include "codec/paper/norm.h"

#include "util/fpenv.h"

#include <string.h>

void uqd_paper_sum_row(const struct uqd_paper_network *network, const struct uqd_paper_plane *plane,
                       uint32_t y)
{
    const uint32_t width = plane->plane.channels;
    network->ops.sums(network->row_sums + (size_t)2 * width * y,
                      uqd_nn_plane_pixel(&plane->plane, 0, y), width, UQD_PAPER_SIDE, width);
}

void uqd_paper_sum_plane(const struct uqd_paper_network *network,
                         const struct uqd_paper_plane *plane)
{
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    network->ops.totals(plane->sums, network->row_sums, UQD_PAPER_SIDE, 2 * plane->plane.channels);
    uqd_fpenv_leave(&saved);
}

/* Puts a plane's two sums where those of some of the pair's n channels belong. */
static void copy_sums(double *pair_sums, size_t n, const struct uqd_paper_plane *plane)
{
    const size_t width = plane->plane.channels;
    memcpy(pair_sums, plane->sums, width * sizeof *pair_sums);
    memcpy(pair_sums + n, plane->sums + width, width * sizeof *pair_sums);
}

void uqd_paper_norm_prepare(const struct uqd_paper_network *network, struct uqd_paper_pair pair,
                            const struct uqd_paper_norm *norm)
{
    const struct uqd_paper *paper = network->model->paper;
    const size_t width = paper->width, n = pair.second != NULL ? 2 * width : width;
    double *sums = network->pair_sums;
    struct uqd_fpenv saved;
    copy_sums(sums, n, pair.first);
    if (pair.second != NULL)
        copy_sums(sums + width, n, pair.second);
    uqd_fpenv_enter(&saved);
    network->ops.norm(&(struct uqd_nn_norm_args){
        .sum = sums,
        .squares = sums + n,
        .weight = norm->weight,
        .bias = norm->bias,
        .n_channels = (uint32_t)n,
        .n_groups = paper->norm_groups,
        .n_pixels = UQD_PAPER_PIXELS,
        .scale = network->scale,
        .shift = network->shift,
    });
    uqd_fpenv_leave(&saved);
}

static void normalise_plane_row(const struct uqd_paper_network *network,
                                const struct uqd_paper_plane *plane, uint32_t y,
                                size_t first_channel, enum uqd_nn_activation activation, float *row,
                                size_t channels)
{
    network->ops.affine(&(struct uqd_nn_affine_args){
        .input = uqd_nn_plane_pixel(&plane->plane, 0, y),
        .input_channels = plane->plane.channels,
        .output = row + first_channel,
        .output_channels = channels,
        .scale = network->scale + first_channel,
        .shift = network->shift + first_channel,
        .n_pixels = UQD_PAPER_SIDE,
        .n_channels = plane->plane.channels,
        .activation = activation,
    });
}

void uqd_paper_normalise_row(const struct uqd_paper_network *network, struct uqd_paper_pair pair,
                             uint32_t y, enum uqd_nn_activation activation, float *row,
                             size_t channels)
{
    normalise_plane_row(network, pair.first, y, 0, activation, row, channels);
    if (pair.second != NULL)
        normalise_plane_row(network, pair.second, y, pair.first->plane.channels, activation, row,
                            channels);
}
