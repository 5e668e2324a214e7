#include "nn/conv.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <uqd/uqd.h>

static void pack(struct uqd_nn_conv *layer, uint32_t n_out, const float *weights)
{
    const size_t n_taps = (size_t)layer->size * layer->size;
    float *packed = layer->weights;

    for (uint32_t block = 0; block < layer->n_out; block += UQD_NN_BLOCK)
        for (size_t tap = 0; tap < n_taps; tap++)
            for (uint32_t in = 0; in < layer->n_in; in++)
                for (uint32_t out = block; out < block + UQD_NN_BLOCK; out++)
                    *packed++ =
                        out < n_out ? weights[(out * (size_t)layer->n_in + in) * n_taps + tap] : 0;
}

int uqd_nn_conv_init(struct uqd_nn_conv *layer, uint32_t size, uint32_t n_in, uint32_t n_out,
                     const float *weights)
{
    size_t n;

    assert((size == 1 || size == 3) && n_in && n_out && n_out <= UINT32_MAX - UQD_NN_BLOCK);
    *layer = (struct uqd_nn_conv){0};
    if (__builtin_mul_overflow((size_t)uqd_nn_padded(n_out), n_in, &n) ||
        __builtin_mul_overflow(n, size * size * sizeof(float), &n) || n > PTRDIFF_MAX)
        return UQD_ERR_NOMEM;
    /* A multiple of the alignment, as a block of outputs is. */
    layer->weights = aligned_alloc(UQD_NN_ALIGNMENT, n);
    if (!layer->weights)
        return UQD_ERR_NOMEM;
    layer->size = size;
    layer->n_in = n_in;
    layer->n_out = uqd_nn_padded(n_out);
    pack(layer, n_out, weights);
    return UQD_OK;
}

void uqd_nn_conv_deinit(struct uqd_nn_conv *layer)
{
    free(layer->weights);
    *layer = (struct uqd_nn_conv){0};
}
