/* The order in which the convolution kernels go through a range of rows.
 *
 * A tile is a few output channels of a few pixels of one row; its sums stay in registers. For one
 * set of output channels the tiles of a strip of rows follow each other: the weights of the set
 * (at most 64 of 3 * 3 * 128 inputs: 288 KiB) stay in the second-level cache, while the pixels that
 * a tile reads were mostly read by the tile before and by the row above. Strips are short enough
 * that the input, too, is still in a near cache for the next set of output channels. */
#ifndef UQD_NN_CONV_TILES_H
#define UQD_NN_CONV_TILES_H

#include "nn/kernels.h"

#include <assert.h>

#define UQD_NN_STRIP_PIXELS 256

/* Computes the output channels oc .. oc + n_blocks * UQD_NN_BLOCK - 1 of n_pixels pixels of a row.
 * `input` and `output` point at the first pixel. */
typedef void (*uqd_nn_tile)(const struct uqd_nn_conv_args *args, uint32_t oc, unsigned n_blocks,
                            const float *input, float *output, unsigned n_pixels);

static inline __attribute__((always_inline)) void
uqd_nn_conv_row(const struct uqd_nn_conv_args *args, uint32_t y, uint32_t oc, unsigned n_blocks,
                unsigned max_pixels, uqd_nn_tile tile)
{
    const uint32_t n_tiles = (args->width + max_pixels - 1) / max_pixels;
    const size_t row = y * ((size_t)args->width + 2);

    /* Widths that differ by one pixel at most: no tile is so narrow that it waits for latencies. */
    for (uint32_t i = 0, x = 0; i < n_tiles; i++) {
        uint32_t end = (uint32_t)((uint64_t)args->width * (i + 1) / n_tiles);

        tile(args, oc, n_blocks, args->input + (row + x) * args->input_channels,
             args->output + (row + x) * args->output_channels, end - x);
        x = end;
    }
}

static inline __attribute__((always_inline)) void
uqd_nn_conv_tiles(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end,
                  unsigned max_blocks, unsigned max_pixels, uqd_nn_tile tile)
{
    const uint32_t n_blocks = args->layer->n_out / UQD_NN_BLOCK;
    const uint32_t strip = UQD_NN_STRIP_PIXELS / args->width + 1;

    assert(row_begin <= row_end && row_end <= args->height);
    for (uint32_t begin = row_begin; begin < row_end; begin += strip) {
        uint32_t end = row_end - begin < strip ? row_end : begin + strip;

        for (uint32_t block = 0; block < n_blocks; block += max_blocks) {
            uint32_t n = n_blocks - block < max_blocks ? n_blocks - block : max_blocks;

            for (uint32_t y = begin; y < end; y++)
                uqd_nn_conv_row(args, y, block * UQD_NN_BLOCK, n, max_pixels, tile);
        }
    }
}

#endif
