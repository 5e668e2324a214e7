/* Convolution with AVX-512: 16 output channels to a register, tiles of up to 64 channels of 6
 * pixels. Of the 32 registers 24 hold sums, four hold weights and one an input: ten loads for 24
 * multiplications, where two blocks of twelve pixels would need fourteen. */
#include "nn/conv_tiles.h"
#include "util/x86/avx512.h"

#define MAX_BLOCKS 4
#define MAX_PIXELS 6

/* Named sums for every pixel and block of a tile, since compilers do not reliably keep arrays in
 * registers. n_blocks and n_pixels are constants at every call: what belongs to further blocks and
 * pixels vanishes. */
#define EACH_BLOCK(X, p) X(p, 0) X(p, 1) X(p, 2) X(p, 3)
#define EACH_PIXEL(X)                                                                              \
    EACH_BLOCK(X, 0)                                                                               \
    EACH_BLOCK(X, 1) EACH_BLOCK(X, 2) EACH_BLOCK(X, 3) EACH_BLOCK(X, 4) EACH_BLOCK(X, 5)
#define DECLARE(p, b) __m512 sum##p##b = _mm512_setzero_ps();
#define ADD(p, b)                                                                                  \
    if (p < n_pixels && b < n_blocks)                                                              \
        sum##p##b = _mm512_fmadd_ps(_mm512_set1_ps(x[p * column]), w##b, sum##p##b);
#define FETCH(p, b)                                                                                \
    if (p < n_pixels && b < n_blocks)                                                              \
        _mm_prefetch((const char *)(output + p * args->output_channels + oc + b * UQD_NN_BLOCK),   \
                     _MM_HINT_T0);
#define STORE(p, b)                                                                                \
    if (p < n_pixels && b < n_blocks)                                                              \
        _mm512_store_ps(sums[b] + p * UQD_NN_BLOCK, sum##p##b);
#define FINISH(p, b)                                                                               \
    if (p < n_pixels && b < n_blocks)                                                              \
        finish(args, oc + b * UQD_NN_BLOCK, output + p * args->output_channels, sum##p##b);

/* What uqd_nn_finish does of one block without an activation. */
static inline void finish(const struct uqd_nn_conv_args *args, uint32_t oc, float *output,
                          __m512 sum)
{
    __m512 v =
        _mm512_fmadd_ps(sum, _mm512_loadu_ps(args->gain + oc), _mm512_loadu_ps(args->bias + oc));
    if (args->accumulate)
        v = _mm512_add_ps(_mm512_loadu_ps(output + oc), v);
    _mm512_storeu_ps(output + oc, v);
}

static inline __attribute__((always_inline)) void sum_tile(const struct uqd_nn_conv_args *args,
                                                           uint32_t oc, unsigned n_blocks,
                                                           const float *input, float *output,
                                                           unsigned n_pixels)
{
    const struct uqd_nn_conv *layer = args->layer;
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const size_t block = (size_t)layer->size * layer->size * layer->n_in * UQD_NN_BLOCK;
    const float *weights = layer->weights + oc / UQD_NN_BLOCK * block;
    const int radius = (int)layer->size / 2;
    _Alignas(64) float sums[MAX_BLOCKS][MAX_PIXELS * UQD_NN_BLOCK];

    /* The outputs, which the end of a short tile would wait for: to be added to, or to be owned. */
    EACH_PIXEL(FETCH)
    EACH_PIXEL(DECLARE)
    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++) {
            const float *x = input + ky * row + kx * column;

            for (uint32_t ic = 0; ic < layer->n_in; ic++) {
                __m512 w0 = _mm512_load_ps(weights);
                __m512 w1 = n_blocks > 1 ? _mm512_load_ps(weights + block) : w0;
                __m512 w2 = n_blocks > 2 ? _mm512_load_ps(weights + 2 * block) : w0;
                __m512 w3 = n_blocks > 3 ? _mm512_load_ps(weights + 3 * block) : w0;

                EACH_PIXEL(ADD)
                weights += UQD_NN_BLOCK;
                x++;
            }
        }
    if (args->activation == UQD_NN_ACTIVATION_NONE) {
        EACH_PIXEL(FINISH)
        return;
    }
    EACH_PIXEL(STORE)
    for (unsigned b = 0; b < n_blocks; b++)
        uqd_nn_finish_avx512(args, oc + b * UQD_NN_BLOCK, output + oc + b * UQD_NN_BLOCK, sums[b],
                             n_pixels);
}

#define CASE(blocks, pixels)                                                                       \
    case 8 * blocks + pixels:                                                                      \
        sum_tile(args, oc, blocks, input, output, pixels);                                         \
        break;
#define CASES(blocks)                                                                              \
    CASE(blocks, 1) CASE(blocks, 2) CASE(blocks, 3) CASE(blocks, 4) CASE(blocks, 5) CASE(blocks, 6)

static void tile(const void *arguments, uint32_t oc, unsigned n_blocks, size_t pixel,
                 unsigned n_pixels)
{
    const struct uqd_nn_conv_args *args = arguments;
    const float *input = args->input + pixel * args->input_channels;
    float *output = args->output + pixel * args->output_channels;
    switch (8 * n_blocks + n_pixels) {
        CASES(1)
        CASES(2)
        CASES(3)
        CASES(4)
    }
}

void uqd_nn_conv_avx512(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end)
{
    assert(uqd_nn_can_conv(args, row_begin, row_end));
    uqd_nn_conv_tiles((struct uqd_nn_tiling){args, args->width, args->height, args->layer->n_out,
                                             MAX_BLOCKS, MAX_PIXELS, UQD_NN_STRIP_PIXELS, tile},
                      row_begin, row_end);
}
