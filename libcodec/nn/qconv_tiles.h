/* Weights of a quantised layer as tiles of bytes, for processors that multiply those (AMX). */
#ifndef UQD_NN_QCONV_TILES_H
#define UQD_NN_QCONV_TILES_H

#include "nn/conv.h"

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_NN_TILE_DEPTH = 64, /* inputs of a tile */
    UQD_NN_TILE_BYTES = UQD_NN_TILE_DEPTH * UQD_NN_BLOCK,
    UQD_NN_MAX_TILED_IN = 1024, /* input channels of a layer that has tiles */
};

/* Tiles that follow each other for one row of a kernel: its places' inputs side by side. */
static inline uint32_t uqd_nn_tile_chunks(uint32_t size, uint32_t n_in)
{
    return (size * n_in + UQD_NN_TILE_DEPTH - 1) / UQD_NN_TILE_DEPTH;
}

/* Bytes of all tiles of n_out outputs, a multiple of UQD_NN_BLOCK. */
static inline size_t uqd_nn_tiles_size(uint32_t size, uint32_t n_in, uint32_t n_out)
{
    return (size_t)n_out / UQD_NN_BLOCK * size * uqd_nn_tile_chunks(size, n_in) * 2 *
           UQD_NN_TILE_BYTES;
}

/* Packs weights [n_out][n_in][size][size], n_in at most UQD_NN_MAX_TILED_IN, into tiles
 * [blocks of outputs][size][chunk][2][UQD_NN_TILE_DEPTH / 4][UQD_NN_BLOCK][4], first those of the
 * upper bytes, then those of the lower; zeros fill chunks and blocks. To be freed; NULL: no memory.
 */
uint8_t *uqd_nn_tiles_new(uint32_t size, uint32_t n_in, uint32_t n_out, const int16_t *weights);

#endif
