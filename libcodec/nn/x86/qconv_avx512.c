/* Convolution of whole numbers with AVX-512: 16 output channels to a register, tiles of up to 64
 * channels of 6 pixels. Of the 32 registers 24 hold sums, four hold weights and one an input. Two
 * input channels at a time are multiplied and added: with VNNI, for which this file is compiled a
 * second time, by one instruction. */
#include "nn/conv_tiles.h"
#include "nn/x86/qfinish_avx512.h"
#include "util/x86/avx512.h"

#include <string.h>

#define MAX_BLOCKS 4
#define MAX_PIXELS 6

#ifdef __AVX512VNNI__
#define QCONV          uqd_nn_qconv_vnni
#define DOT(sum, x, w) _mm512_dpwssd_epi32(sum, x, w)
#else
#define QCONV          uqd_nn_qconv_avx512
#define DOT(sum, x, w) _mm512_add_epi32(sum, _mm512_madd_epi16(x, w))
#endif

/* Named sums for every pixel and block of a tile, since compilers do not reliably keep arrays in
 * registers. n_blocks and n_pixels are constants at every call: what belongs to further blocks and
 * pixels vanishes. */
#define EACH_BLOCK(X, p) X(p, 0) X(p, 1) X(p, 2) X(p, 3)
#define EACH_PIXEL(X)                                                                              \
    EACH_BLOCK(X, 0)                                                                               \
    EACH_BLOCK(X, 1) EACH_BLOCK(X, 2) EACH_BLOCK(X, 3) EACH_BLOCK(X, 4) EACH_BLOCK(X, 5)
#define DECLARE(p, b) __m512i sum##p##b = _mm512_setzero_si512();
#define ADD(p, b)                                                                                  \
    if (p < n_pixels && b < n_blocks)                                                              \
        sum##p##b = DOT(sum##p##b, two_inputs(x + p * column), w##b);
#define STORE(p, b)                                                                                \
    if (p < n_pixels && b < n_blocks)                                                              \
        _mm512_store_si512(sums[b] + p * UQD_NN_BLOCK, sum##p##b);
#define FINISH(p, b)                                                                               \
    if (p < n_pixels && b < n_blocks)                                                              \
        uqd_nn_qfinish16(args, args->finish, oc + b * UQD_NN_BLOCK, pixel + p, sum##p##b);

/* Of a pixel, to be multiplied with those of all outputs. */
static inline __m512i two_inputs(const int16_t *x)
{
    int32_t both;

    memcpy(&both, x, sizeof both);
    return _mm512_set1_epi32(both);
}

static inline __attribute__((always_inline)) void sum_tile(const struct uqd_nn_qconv_args *args,
                                                           uint32_t oc, unsigned n_blocks,
                                                           size_t pixel, unsigned n_pixels)
{
    const struct uqd_nn_qconv *layer = args->layer;
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const size_t block = (size_t)layer->size * layer->size * layer->n_in * UQD_NN_BLOCK;
    const int16_t *weights = layer->weights + oc / UQD_NN_BLOCK * block;
    const int16_t *input = args->input + pixel * args->input_channels;
    const int radius = (int)layer->size / 2;
    _Alignas(64) int32_t sums[MAX_BLOCKS][MAX_PIXELS * UQD_NN_BLOCK];

    EACH_PIXEL(DECLARE)
    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++) {
            const int16_t *x = input + ky * row + kx * column;

            for (uint32_t ic = 0; ic < layer->n_in; ic += 2) {
                __m512i w0 = _mm512_load_si512(weights);
                __m512i w1 = n_blocks > 1 ? _mm512_load_si512(weights + block) : w0;
                __m512i w2 = n_blocks > 2 ? _mm512_load_si512(weights + 2 * block) : w0;
                __m512i w3 = n_blocks > 3 ? _mm512_load_si512(weights + 3 * block) : w0;

                EACH_PIXEL(ADD)
                weights += 2 * UQD_NN_BLOCK;
                x += 2;
            }
        }
    if (args->finish != UQD_NN_FINISH_SILU) {
        EACH_PIXEL(FINISH)
        return;
    }
    EACH_PIXEL(STORE)
    for (unsigned b = 0; b < n_blocks; b++)
        uqd_nn_qfinish_avx512(args, oc + b * UQD_NN_BLOCK, pixel, sums[b], n_pixels);
}

#define CASE(blocks, pixels)                                                                       \
    case 8 * blocks + pixels:                                                                      \
        sum_tile(args, oc, blocks, pixel, pixels);                                                 \
        break;
#define CASES(blocks)                                                                              \
    CASE(blocks, 1) CASE(blocks, 2) CASE(blocks, 3) CASE(blocks, 4) CASE(blocks, 5) CASE(blocks, 6)

static void tile(const void *args, uint32_t oc, unsigned n_blocks, size_t pixel, unsigned n_pixels)
{
    switch (8 * n_blocks + n_pixels) {
        CASES(1)
        CASES(2)
        CASES(3)
        CASES(4)
    }
}

void QCONV(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end)
{
    assert(uqd_nn_can_qconv(args, row_begin, row_end));
    uqd_nn_conv_tiles((struct uqd_nn_tiling){args, args->width, args->height, args->layer->n_out,
                                             MAX_BLOCKS, MAX_PIXELS, UQD_NN_QSTRIP_PIXELS, tile},
                      row_begin, row_end);
}
