#include "nn/qconv_tiles.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

/* Where a weight's byte lies within a tile. */
static size_t place(uint32_t depth, uint32_t out)
{
    return (depth / 4 * UQD_NN_BLOCK + out) * 4 + depth % 4;
}

/* The tiles of one row of the kernels of outputs `first` .. */
static void pack_row(uint8_t *tiles, uint32_t size, uint32_t n_in, uint32_t first, uint32_t n_out,
                     uint32_t ky, const int16_t *weights)
{
    const size_t n_taps = (size_t)size * size;

    for (uint32_t out = first; out < first + UQD_NN_BLOCK && out < n_out; out++)
        for (uint32_t kx = 0; kx < size; kx++)
            for (uint32_t in = 0; in < n_in; in++) {
                const int16_t weight = weights[(out * (size_t)n_in + in) * n_taps + ky * size + kx];
                const uint32_t depth = kx * n_in + in;
                uint8_t *tile = tiles + depth / UQD_NN_TILE_DEPTH * 2 * UQD_NN_TILE_BYTES;
                const size_t at = place(depth % UQD_NN_TILE_DEPTH, out - first);

                tile[at] = (uint8_t)(weight >> 8);
                tile[UQD_NN_TILE_BYTES + at] = (uint8_t)weight;
            }
}

uint8_t *uqd_nn_tiles_new(uint32_t size, uint32_t n_in, uint32_t n_out, const int16_t *weights)
{
    const size_t n = uqd_nn_tiles_size(size, n_in, uqd_nn_padded(n_out));
    const size_t row = (size_t)uqd_nn_tile_chunks(size, n_in) * 2 * UQD_NN_TILE_BYTES;
    uint8_t *tiles = aligned_alloc(ALIGNMENT, n), *next = tiles;

    if (!tiles)
        return NULL;
    memset(tiles, 0, n);
    for (uint32_t first = 0; first < n_out; first += UQD_NN_BLOCK)
        for (uint32_t ky = 0; ky < size; ky++) {
            pack_row(next, size, n_in, first, n_out, ky, weights);
            next += row;
        }
    return tiles;
}
