#include "nn/qconv_tiles.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FOUR = 4, MAX_DEPTH = 3 * UQD_NN_MAX_TILED_IN };

/* The bytes of four weights, which lie side by side. */
static void put_four(uint8_t *tile, const int16_t *weights)
{
    for (int i = 0; i < FOUR; i++) {
        tile[i] = (uint8_t)(weights[i] >> 8);
        tile[UQD_NN_TILE_BYTES + i] = (uint8_t)weights[i];
    }
}

/* One output of one row of its kernel: weights [n_in][size] that lie `stride` apart by input. */
static void pack_row(uint8_t *tiles, uint32_t size, uint32_t n_in, uint32_t stride,
                     const int16_t *weights)
{
    int16_t row[MAX_DEPTH + FOUR];
    const uint32_t depth = size * n_in;

    for (uint32_t kx = 0; kx < size; kx++)
        for (uint32_t in = 0; in < n_in; in++)
            row[kx * n_in + in] = weights[in * (size_t)stride + kx];
    memset(row + depth, 0, FOUR * sizeof *row);
    for (uint32_t d = 0; d < depth; d += FOUR)
        put_four(tiles + d / UQD_NN_TILE_DEPTH * (2 * UQD_NN_TILE_BYTES) +
                     d % UQD_NN_TILE_DEPTH * UQD_NN_BLOCK,
                 row + d);
}

uint8_t *uqd_nn_tiles_new(uint32_t size, uint32_t n_in, uint32_t n_out, const int16_t *weights)
{
    const size_t n = uqd_nn_tiles_size(size, n_in, uqd_nn_padded(n_out));
    const size_t row = (size_t)uqd_nn_tile_chunks(size, n_in) * 2 * UQD_NN_TILE_BYTES;
    const uint32_t n_taps = size * size;
    uint8_t *tiles = aligned_alloc(UQD_NN_ALIGNMENT, n);

    assert((size == 1 || size == 3) && n_in && n_in <= UQD_NN_MAX_TILED_IN && n_out);
    if (!tiles)
        return NULL;
    memset(tiles, 0, n);
    for (uint32_t out = 0; out < n_out; out++) {
        uint8_t *block = tiles + out / UQD_NN_BLOCK * size * row;
        const int16_t *kernel = weights + (size_t)out * n_in * n_taps;

        for (uint32_t ky = 0; ky < size; ky++)
            pack_row(block + ky * row + out % UQD_NN_BLOCK * FOUR, size, n_in, n_taps,
                     kernel + ky * size);
    }
    return tiles;
}
