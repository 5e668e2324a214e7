/* Convolution with NEON: 16 output channels in four registers, tiles of up to 5 pixels. Of the 32
 * registers 20 hold sums, four hold weights and five inputs; compilers load all inputs first, so
 * that a sixth pixel would push sums out of the registers. */
#include "nn/conv_tiles.h"
#include "util/arm/neon.h"

#define MAX_PIXELS 5

/* Named sums for every pixel of a tile, since compilers do not reliably keep arrays in registers.
 * n_pixels is a constant at every call: what belongs to further pixels vanishes. */
#define EACH_PIXEL(X) X(0) X(1) X(2) X(3) X(4)
#define DECLARE(p)                                                                                 \
    float32x4_t a##p = vdupq_n_f32(0), b##p = vdupq_n_f32(0), c##p = vdupq_n_f32(0),               \
                d##p = vdupq_n_f32(0);
#define ADD(p)                                                                                     \
    if (p < n_pixels) {                                                                            \
        float32x4_t in = vld1q_dup_f32(x + p * column);                                            \
        a##p = vfmaq_f32(a##p, in, w_a);                                                           \
        b##p = vfmaq_f32(b##p, in, w_b);                                                           \
        c##p = vfmaq_f32(c##p, in, w_c);                                                           \
        d##p = vfmaq_f32(d##p, in, w_d);                                                           \
    }
#define STORE(p)                                                                                   \
    if (p < n_pixels) {                                                                            \
        vst1q_f32(sums + p * UQD_NN_BLOCK, a##p);                                                  \
        vst1q_f32(sums + p * UQD_NN_BLOCK + 4, b##p);                                              \
        vst1q_f32(sums + p * UQD_NN_BLOCK + 8, c##p);                                              \
        vst1q_f32(sums + p * UQD_NN_BLOCK + 12, d##p);                                             \
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
                float32x4_t w_a = vld1q_f32(weights), w_b = vld1q_f32(weights + 4);
                float32x4_t w_c = vld1q_f32(weights + 8), w_d = vld1q_f32(weights + 12);

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
    float sums[MAX_PIXELS * UQD_NN_BLOCK];

    (void)n_blocks;
    switch (n_pixels) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
    default:
        CASE(5);
    }
    uqd_nn_finish_neon(args, oc, output + oc, sums, n_pixels);
}

void uqd_nn_conv_neon(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end)
{
    assert(uqd_nn_can_conv(args, row_begin, row_end));
    uqd_nn_conv_tiles((struct uqd_nn_tiling){args, args->width, args->height, args->layer->n_out, 1,
                                             MAX_PIXELS, UQD_NN_STRIP_PIXELS, tile},
                      row_begin, row_end);
}
