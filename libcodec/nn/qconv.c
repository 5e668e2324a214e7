#include "nn/qconv.h"

#include "nn/qconv_tiles.h"
#include "util/isa.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

/* Output by output, whose weights lie side by side. */
static void pack(struct uqd_nn_qconv *layer, uint32_t n_out, const int16_t *weights)
{
    const size_t n_taps = (size_t)layer->size * layer->size, n_in = layer->n_in;

    for (uint32_t out = 0; out < n_out; out++) {
        const int16_t *row = weights + out * n_in * n_taps;
        const size_t block = out / UQD_NN_BLOCK * UQD_NN_BLOCK;
        int16_t *packed = layer->weights + block * n_in * n_taps + out % UQD_NN_BLOCK * 2;

        for (size_t tap = 0; tap < n_taps; tap++)
            for (size_t in = 0; in < n_in; in += 2) {
                packed[0] = row[in * n_taps + tap];
                packed[1] = row[(in + 1) * n_taps + tap];
                packed += 2 * UQD_NN_BLOCK;
            }
    }
}

/* Of a few products the ends of tiles cost more than the tiles save. */
static int is_tiled(uint32_t size, uint32_t n_in)
{
    return uqd_cpu_flags() & UQD_CPU_AMX && size * n_in >= UQD_NN_TILE_DEPTH * 3 / 2 &&
           n_in <= UQD_NN_MAX_TILED_IN;
}

int uqd_nn_qconv_init(struct uqd_nn_qconv *layer, uint32_t size, uint32_t n_in, uint32_t n_out,
                      const int16_t *weights, const float *gain)
{
    size_t n;

    assert((size == 1 || size == 3) && n_in && n_in % 2 == 0 && n_out &&
           n_out <= UINT32_MAX - UQD_NN_BLOCK);
    *layer = (struct uqd_nn_qconv){0};
    if (__builtin_mul_overflow((size_t)uqd_nn_padded(n_out), n_in, &n) ||
        __builtin_mul_overflow(n, size * size * sizeof(int16_t), &n) || n > PTRDIFF_MAX)
        return UQD_ERR_NOMEM;
    /* A multiple of the alignment, as a block of two inputs is. */
    layer->weights = aligned_alloc(UQD_NN_ALIGNMENT, n);
    layer->gain = calloc(uqd_nn_padded(n_out), sizeof *layer->gain);
    if (is_tiled(size, n_in))
        layer->tiles = uqd_nn_tiles_new(size, n_in, n_out, weights);
    if (!layer->weights || !layer->gain || (is_tiled(size, n_in) && !layer->tiles)) {
        uqd_nn_qconv_deinit(layer);
        return UQD_ERR_NOMEM;
    }
    layer->size = size;
    layer->n_in = n_in;
    layer->n_out = uqd_nn_padded(n_out);
    if (n_out < layer->n_out)
        memset(layer->weights, 0, n);
    pack(layer, n_out, weights);
    memcpy(layer->gain, gain, n_out * sizeof *gain);
    return UQD_OK;
}

void uqd_nn_qconv_deinit(struct uqd_nn_qconv *layer)
{
    free(layer->weights);
    free(layer->tiles);
    free(layer->gain);
    *layer = (struct uqd_nn_qconv){0};
}
