/* Convolution of whole numbers with AVX2: 16 output channels in two registers, tiles of up to 6
 * pixels, two input channels at a time. Of the 16 registers 12 hold sums, two hold weights, one an
 * input and one a product. With AVX-VNNI, for which this file is compiled a second time, products
 * are added by the instruction that makes them. */
#include "nn/conv_tiles.h"
#include "util/x86/avx2.h"

#include <string.h>

#define MAX_PIXELS 6

#ifdef __AVXVNNI__
#define QCONV          uqd_nn_qconv_avxvnni
#define DOT(sum, x, w) _mm256_dpwssd_avx_epi32(sum, x, w)
#else
#define QCONV          uqd_nn_qconv_avx2
#define DOT(sum, x, w) _mm256_add_epi32(sum, _mm256_madd_epi16(x, w))
#endif

/* Named sums for every pixel of a tile, since compilers do not reliably keep arrays in registers.
 * n_pixels is a constant at every call: what belongs to further pixels vanishes. */
#define EACH_PIXEL(X) X(0) X(1) X(2) X(3) X(4) X(5)
#define DECLARE(p)    __m256i low##p = _mm256_setzero_si256(), high##p = _mm256_setzero_si256();
#define ADD(p)                                                                                     \
    if (p < n_pixels) {                                                                            \
        __m256i in = two_inputs(x + p * column);                                                   \
        low##p = DOT(low##p, in, w_low);                                                           \
        high##p = DOT(high##p, in, w_high);                                                        \
    }
#define STORE(p)                                                                                   \
    if (p < n_pixels) {                                                                            \
        _mm256_store_si256((__m256i *)(sums + p * UQD_NN_BLOCK), low##p);                          \
        _mm256_store_si256((__m256i *)(sums + p * UQD_NN_BLOCK + 8), high##p);                     \
    }

/* Of a pixel, to be multiplied with those of all outputs. */
static inline __m256i two_inputs(const int16_t *x)
{
    int32_t both;

    memcpy(&both, x, sizeof both);
    return _mm256_set1_epi32(both);
}

static inline __attribute__((always_inline)) void sum_tile(const struct uqd_nn_qconv_args *args,
                                                           const int16_t *weights,
                                                           const int16_t *input, unsigned n_pixels,
                                                           int32_t *sums)
{
    const ptrdiff_t column = (ptrdiff_t)args->input_channels;
    const ptrdiff_t row = ((ptrdiff_t)args->width + 2) * column;
    const uint32_t n_in = args->layer->n_in;
    const int radius = (int)args->layer->size / 2;

    EACH_PIXEL(DECLARE)
    for (int ky = -radius; ky <= radius; ky++)
        for (int kx = -radius; kx <= radius; kx++) {
            const int16_t *x = input + ky * row + kx * column;

            for (uint32_t ic = 0; ic < n_in; ic += 2) {
                __m256i w_low = _mm256_load_si256((const __m256i *)weights);
                __m256i w_high = _mm256_load_si256((const __m256i *)(weights + UQD_NN_BLOCK));

                EACH_PIXEL(ADD)
                weights += 2 * UQD_NN_BLOCK;
                x += 2;
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
    const struct uqd_nn_qconv_args *args = arguments;
    const struct uqd_nn_qconv *layer = args->layer;
    const int16_t *weights = layer->weights + oc * (size_t)layer->size * layer->size * layer->n_in;
    const int16_t *input = args->input + pixel * args->input_channels;
    _Alignas(32) int32_t sums[MAX_PIXELS * UQD_NN_BLOCK];

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
    uqd_nn_qfinish_avx2(args, oc, pixel, sums, n_pixels);
}

void QCONV(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end)
{
    assert(uqd_nn_can_qconv(args, row_begin, row_end));
    uqd_nn_conv_tiles((struct uqd_nn_tiling){args, args->width, args->height, args->layer->n_out, 1,
                                             MAX_PIXELS, UQD_NN_QSTRIP_PIXELS, tile},
                      row_begin, row_end);
}
