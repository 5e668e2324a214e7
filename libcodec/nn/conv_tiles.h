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

/* strip_pixels of either convolution: what a pixel takes in a cache is twice as much in floats. */
#define UQD_NN_STRIP_PIXELS  256
#define UQD_NN_QSTRIP_PIXELS 512

/* Computes the output channels oc .. oc + n_blocks * UQD_NN_BLOCK - 1 of n_pixels pixels of a row,
 * from number `pixel` on, rows being width + 2 pixels long. args are those of either convolution.
 */
typedef void (*uqd_nn_tile)(const void *args, uint32_t oc, unsigned n_blocks, size_t pixel,
                            unsigned n_pixels);

/* What is the same for all tiles of a call. */
struct uqd_nn_tiling {
    const void *args;
    uint32_t width, height, n_out;   /* of the args and their layer */
    unsigned max_blocks, max_pixels; /* of a tile */
    unsigned strip_pixels;           /* about so many follow each other */
    uqd_nn_tile tile;
};

static inline __attribute__((always_inline)) void
uqd_nn_conv_row(const struct uqd_nn_tiling *tiling, uint32_t y, uint32_t oc, unsigned n_blocks)
{
    const uint32_t width = tiling->width;
    const uint32_t n_tiles = (width + tiling->max_pixels - 1) / tiling->max_pixels;
    const size_t row = y * ((size_t)width + 2);

    /* Widths that differ by one pixel at most: no tile is so narrow that it waits for latencies. */
    for (uint32_t i = 0, x = 0; i < n_tiles; i++) {
        uint32_t end = (uint32_t)((uint64_t)width * (i + 1) / n_tiles);

        tiling->tile(tiling->args, oc, n_blocks, row + x, end - x);
        x = end;
    }
}

static inline __attribute__((always_inline)) void
uqd_nn_conv_tiles(const struct uqd_nn_tiling tiling, uint32_t row_begin, uint32_t row_end)
{
    const uint32_t n_blocks = tiling.n_out / UQD_NN_BLOCK;
    const uint32_t strip = tiling.strip_pixels / tiling.width + 1;

    assert(row_begin <= row_end && row_end <= tiling.height);
    for (uint32_t begin = row_begin; begin < row_end; begin += strip) {
        uint32_t end = row_end - begin < strip ? row_end : begin + strip;

        for (uint32_t block = 0; block < n_blocks; block += tiling.max_blocks) {
            uint32_t left = n_blocks - block;
            unsigned n = left < tiling.max_blocks ? left : tiling.max_blocks;

            for (uint32_t y = begin; y < end; y++)
                uqd_nn_conv_row(&tiling, y, block * UQD_NN_BLOCK, n);
        }
    }
}

#endif
