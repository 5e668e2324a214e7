/* Convolution of whole numbers with NEON: 16 output channels in four registers, tiles of up to 5
 * pixels, two input channels at a time. Of the 32 registers 20 hold sums, four hold weights and
 * five inputs. */
#include "nn/conv_tiles.h"
#include "util/arm/neon.h"

#define MAX_PIXELS 5

/* Named sums for every pixel of a tile, since compilers do not reliably keep arrays in registers.
 * n_pixels is a constant at every call: what belongs to further pixels vanishes. */
#define EACH_PIXEL(X) X(0) X(1) X(2) X(3) X(4)
#define DECLARE(p)                                                                                 \
    int32x4_t a##p = vdupq_n_s32(0), b##p = vdupq_n_s32(0), c##p = vdupq_n_s32(0),                 \
              d##p = vdupq_n_s32(0);
#define ADD(p)                                                                                     \
    if (p < n_pixels) {                                                                            \
        const int16x4_t first = vld1_dup_s16(x + p * column);                                      \
        const int16x4_t second = vld1_dup_s16(x + p * column + 1);                                 \
        a##p = vmlal_s16(a##p, vget_low_s16(low.val[0]), first);                                   \
        b##p = vmlal_s16(b##p, vget_high_s16(low.val[0]), first);                                  \
        c##p = vmlal_s16(c##p, vget_low_s16(high.val[0]), first);                                  \
        d##p = vmlal_s16(d##p, vget_high_s16(high.val[0]), first);                                 \
        a##p = vmlal_s16(a##p, vget_low_s16(low.val[1]), second);                                  \
        b##p = vmlal_s16(b##p, vget_high_s16(low.val[1]), second);                                 \
        c##p = vmlal_s16(c##p, vget_low_s16(high.val[1]), second);                                 \
        d##p = vmlal_s16(d##p, vget_high_s16(high.val[1]), second);                                \
    }
#define STORE(p)                                                                                   \
    if (p < n_pixels) {                                                                            \
        vst1q_s32(sums + p * UQD_NN_BLOCK, a##p);                                                  \
        vst1q_s32(sums + p * UQD_NN_BLOCK + 4, b##p);                                              \
        vst1q_s32(sums + p * UQD_NN_BLOCK + 8, c##p);                                              \
        vst1q_s32(sums + p * UQD_NN_BLOCK + 12, d##p);                                             \
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
                /* [0]: of the first input, [1]: of the second */
                const int16x8x2_t low = vld2q_s16(weights), high = vld2q_s16(weights + 16);

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
    int32_t sums[MAX_PIXELS * UQD_NN_BLOCK];

    (void)n_blocks;
    switch (n_pixels) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
    default:
        CASE(5);
    }
    uqd_nn_qfinish_neon(args, oc, pixel, sums, n_pixels);
}

void uqd_nn_qconv_neon(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end)
{
    assert(uqd_nn_can_qconv(args, row_begin, row_end));
    uqd_nn_conv_tiles((struct uqd_nn_tiling){args, args->width, args->height, args->layer->n_out, 1,
                                             MAX_PIXELS, UQD_NN_QSTRIP_PIXELS, tile},
                      row_begin, row_end);
}
