/* What is around the sums of a quantised network. This file is compiled for every instruction set
 * that has no version of its own, with UQD_NN_ISA naming it, and left to the compiler to vectorise:
 * each element is computed by the same operations in the same order whichever way. */
#include "nn/elementary.h"
#include "nn/kernels.h"

#include <assert.h>

#define KERNEL(name) UQD_NN_KERNEL(name)

static inline __attribute__((always_inline)) void qfinish(const struct uqd_nn_qconv_args *args,
                                                          uint32_t oc, size_t pixel,
                                                          const int32_t *restrict sums,
                                                          unsigned n_pixels, enum uqd_nn_finish how)
{
    const float *restrict gain = args->gain + oc, *restrict bias = args->bias + oc;
    const float scale = args->scale;
    const size_t first = pixel * args->output_channels + oc;

    for (unsigned p = 0; p < n_pixels; p++) {
        const size_t at = first + p * args->output_channels;
        int16_t *restrict output = how != UQD_NN_FINISH_FLOAT ? args->output + at : NULL;
        float *restrict values = how == UQD_NN_FINISH_FLOAT ? args->values + at : NULL;

        for (unsigned c = 0; c < UQD_NN_BLOCK; c++) {
            float v = __builtin_fmaf((float)sums[c], gain[c], bias[c]);

            if (how == UQD_NN_FINISH_FLOAT)
                values[c] = v;
            else if (how == UQD_NN_FINISH_SET)
                output[c] = uqd_whole(v);
            else if (how == UQD_NN_FINISH_ADD)
                output[c] = uqd_whole((float)output[c] + v);
            else
                output[c] = uqd_whole(uqd_siluf(v) * scale);
        }
        sums += UQD_NN_BLOCK;
    }
}

void KERNEL(uqd_nn_qfinish)(const struct uqd_nn_qconv_args *args, uint32_t oc, size_t pixel,
                            const int32_t *sums, unsigned n_pixels)
{
    /* Constants at each call, so that the loops have no decisions in them. */
    switch (args->finish) {
    case UQD_NN_FINISH_FLOAT:
        qfinish(args, oc, pixel, sums, n_pixels, UQD_NN_FINISH_FLOAT);
        break;
    case UQD_NN_FINISH_SET:
        qfinish(args, oc, pixel, sums, n_pixels, UQD_NN_FINISH_SET);
        break;
    case UQD_NN_FINISH_ADD:
        qfinish(args, oc, pixel, sums, n_pixels, UQD_NN_FINISH_ADD);
        break;
    case UQD_NN_FINISH_SILU:
        qfinish(args, oc, pixel, sums, n_pixels, UQD_NN_FINISH_SILU);
        break;
    }
}

void KERNEL(uqd_nn_asinh)(int16_t *restrict out, const int16_t *restrict in,
                          const float *restrict scale, float out_scale, size_t n)
{
    assert(uqd_nn_can_asinh(out, in, scale, n));
    for (size_t i = 0; i < n; i++)
        out[i] = uqd_whole(uqd_asinhf((float)in[i] * scale[i]) * out_scale);
}

static void head_means(const struct uqd_nn_head_args *args)
{
    const float *restrict gate = args->gate, *restrict offset = args->offset;
    const float *restrict width = args->width, *restrict reference = args->reference;
    const int16_t *restrict twice_centre = args->twice_centre;
    int32_t *restrict mean_q4 = args->mean_q4;
    const size_t n = args->n;

    for (size_t i = 0; i < n; i++) {
        float c = 0.5f * (float)twice_centre[i];
        float mean = __builtin_fmaf(uqd_sigmoidf(gate[i]), c, offset[i] * reference[i]);

        mean_q4[i] = uqd_round(16.0f * uqd_clampf(mean, c - width[i], c + width[i]));
    }
}

static void head_scales(const struct uqd_nn_head_args *args)
{
    const float *restrict log_scale = args->log_scale, *restrict reference = args->log2_reference;
    uint8_t *restrict scale_index = args->scale_index;
    const size_t n = args->n; /* bytes are stored, which might be args' own */

    for (size_t i = 0; i < n; i++) {
        float log2_scale = uqd_clampf(log_scale[i] + reference[i], -4.0f, 11.0f);

        scale_index[i] = (uint8_t)(uqd_round(16.0f * log2_scale) + 64);
    }
}

void KERNEL(uqd_nn_head)(const struct uqd_nn_head_args *args)
{
    assert(uqd_nn_can_head(args));
    head_means(args);
    if (args->log_scale)
        head_scales(args);
}
