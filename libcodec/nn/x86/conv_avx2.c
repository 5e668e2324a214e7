/* Convolution with AVX2 and FMA: 16 output channels in two registers, tiles of up to 6 pixels. Of
 * the 16 registers 12 hold sums, two hold weights and one an input. */
#include "nn/conv_tiles.h"
#include "util/x86/avx2.h"

#define MAX_PIXELS 6

/* Named sums for every pixel of a tile, since compilers do not reliably keep arrays in registers.
 * n_pixels is a constant at every call: what belongs to further pixels vanishes. */
#define EACH_PIXEL(X) X(0) X(1) X(2) X(3) X(4) X(5)
#define DECLARE(p)    __m256 low##p = _mm256_setzero_ps(), high##p = _mm256_setzero_ps();
#define ADD(p)                                                                                     \
    if (p < n_pixels) {                                                                            \
        __m256 in = _mm256_broadcast_ss(x + p * column);                                           \
        low##p = _mm256_fmadd_ps(in, w_low, low##p);                                               \
        high##p = _mm256_fmadd_ps(in, w_high, high##p);                                            \
    }
#define STORE(p)                                                                                   \
    if (p < n_pixels) {                                                                            \
        _mm256_store_ps(sums + p * UQD_NN_BLOCK, low##p);                                          \
        _mm256_store_ps(sums + p * UQD_NN_BLOCK + 8, high##p);                                     \
    }

static inline __attribute__((always_inline)) void sum_tile(const struct uqd_nn_conv_args *args,
                                                           const float *weights, const float *input,
                                                           unsigned n_pixels, float *sums)
{
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const uint32_t n_in = args->layer->n_in;
    const int radius = (int)args->layer->size / 2;

    EACH_PIXEL(DECLARE)
    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++) {
            const float *x = input + ky * row + kx * column;

            for (uint32_t ic = 0; ic < n_in; ic++) {
                __m256 w_low = _mm256_load_ps(weights), w_high = _mm256_load_ps(weights + 8);

                EACH_PIXEL(ADD)
                weights += UQD_NN_BLOCK;
                x++;
            }
        }
    EACH_PIXEL(STORE)
}

#define CASE(n)                                                                                    \
    case n:                                                                                        \
        sum_tile(args, weights, input, n, sums);                                                   \
        break

static void tile(const void *arguments, uint32_t oc, unsigned n_blocks, size_t pixel,
                 unsigned n_pixels)
{
    const struct uqd_nn_conv_args *args = arguments;
    const float *input = args->input + pixel * args->input_channels;
    float *output = args->output + pixel * args->output_channels;
    const struct uqd_nn_conv *layer = args->layer;
    const float *weights = layer->weights + oc * (size_t)layer->size * layer->size * layer->n_in;
    _Alignas(32) float sums[MAX_PIXELS * UQD_NN_BLOCK];

    (void)n_blocks;
    switch (n_pixels) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
    default:
        CASE(6);
    }
    uqd_nn_finish_avx2(args, oc, output + oc, sums, n_pixels);
}

void uqd_nn_conv_avx2(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end)
{
    assert(uqd_nn_can_conv(args, row_begin, row_end));
    uqd_nn_conv_tiles((struct uqd_nn_tiling){args, args->width, args->height, args->layer->n_out, 1,
                                             MAX_PIXELS, UQD_NN_STRIP_PIXELS, tile},
                      row_begin, row_end);
}
