/* Convolution with AVX-512: 16 output channels to a register, tiles of up to 32 channels of 12
 * pixels. Of the 32 registers 24 hold sums, two hold weights and one an input. */
#if !defined(__AVX512F__) || !defined(__FMA__)
#error "compile with -mavx512f -mfma"
#endif

#include "nn/conv_tiles.h"

#include <immintrin.h>

#define MAX_BLOCKS 2
#define MAX_PIXELS 12

/* Named sums for every pixel of a tile, since compilers do not reliably keep arrays in registers.
 * n_blocks and n_pixels are constants at every call: what belongs to a second block or to further
 * pixels vanishes. */
#define EACH_PIXEL(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define DECLARE(p)    __m512 first##p = _mm512_setzero_ps(), second##p = _mm512_setzero_ps();
#define ADD(p)                                                                                     \
    if (p < n_pixels) {                                                                            \
        __m512 in = _mm512_set1_ps(x[p * column]);                                                 \
        first##p = _mm512_fmadd_ps(in, w_first, first##p);                                         \
        if (n_blocks > 1)                                                                          \
            second##p = _mm512_fmadd_ps(in, w_second, second##p);                                  \
    }
#define STORE(p)                                                                                   \
    if (p < n_pixels) {                                                                            \
        _mm512_store_ps(sums[0] + p * UQD_NN_BLOCK, first##p);                                     \
        if (n_blocks > 1)                                                                          \
            _mm512_store_ps(sums[1] + p * UQD_NN_BLOCK, second##p);                                \
    }

static inline __attribute__((always_inline)) void
sum_tile(const struct uqd_nn_conv_args *args, const float *weights, const float *input,
         unsigned n_blocks, unsigned n_pixels, float sums[MAX_BLOCKS][MAX_PIXELS * UQD_NN_BLOCK])
{
    const struct uqd_nn_conv *layer = args->layer;
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const size_t block = (size_t)layer->size * layer->size * layer->n_in * UQD_NN_BLOCK;
    const float *second_weights = n_blocks > 1 ? weights + block : weights;
    const int radius = (int)layer->size / 2;

    EACH_PIXEL(DECLARE)
    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++) {
            const float *x = input + ky * row + kx * column;

            for (uint32_t ic = 0; ic < layer->n_in; ic++) {
                __m512 w_first = _mm512_load_ps(weights);
                __m512 w_second = _mm512_load_ps(second_weights);

                EACH_PIXEL(ADD)
                weights += UQD_NN_BLOCK;
                second_weights += UQD_NN_BLOCK;
                x++;
            }
        }
    EACH_PIXEL(STORE)
}

#define CASE(n)                                                                                    \
    case n:                                                                                        \
        if (n_blocks == 2)                                                                         \
            sum_tile(args, weights, input, 2, n, sums);                                            \
        else                                                                                       \
            sum_tile(args, weights, input, 1, n, sums);                                            \
        break

static void tile(const struct uqd_nn_conv_args *args, uint32_t oc, unsigned n_blocks,
                 const float *input, float *output, unsigned n_pixels)
{
    const struct uqd_nn_conv *layer = args->layer;
    const float *weights = layer->weights + oc * (size_t)layer->size * layer->size * layer->n_in;
    _Alignas(64) float sums[MAX_BLOCKS][MAX_PIXELS * UQD_NN_BLOCK];

    switch (n_pixels) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
    default:
        CASE(12);
    }
    for (unsigned b = 0; b < n_blocks; b++)
        uqd_nn_finish_avx512(args, oc + b * UQD_NN_BLOCK, output + oc + b * UQD_NN_BLOCK, sums[b],
                             n_pixels);
}

void uqd_nn_conv_avx512(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end)
{
    uqd_nn_conv_tiles(args, row_begin, row_end, MAX_BLOCKS, MAX_PIXELS, tile);
}
