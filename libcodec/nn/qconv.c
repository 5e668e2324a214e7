#include "nn/qconv.h"

#include "nn/qconv_tiles.h"
#include "util/cpu.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

#define ALIGNMENT 64

static void pack(struct uqd_nn_qconv *layer, uint32_t n_out, const int16_t *weights)
{
    const size_t n_taps = (size_t)layer->size * layer->size;
    int16_t *packed = layer->weights;

    for (uint32_t block = 0; block < layer->n_out; block += UQD_NN_BLOCK)
        for (size_t tap = 0; tap < n_taps; tap++)
            for (uint32_t in = 0; in < layer->n_in; in += 2)
                for (uint32_t out = block; out < block + UQD_NN_BLOCK; out++)
                    for (uint32_t i = in; i < in + 2; i++)
                        *packed++ = out < n_out
                                        ? weights[(out * (size_t)layer->n_in + i) * n_taps + tap]
                                        : 0;
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
    layer->weights = aligned_alloc(ALIGNMENT, n);
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
