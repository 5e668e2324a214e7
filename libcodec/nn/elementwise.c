/* The operations without sums. This file is compiled once for every instruction set, with
 * UQD_NN_ISA naming it, and left to the compiler to vectorise: each element is computed by the
 * same operations in the same order whichever way. */
#include "nn/elementary.h"
#include "nn/kernels.h"

#define KERNEL(name) UQD_NN_KERNEL(name)

static inline __attribute__((always_inline)) void
finish(const struct uqd_nn_conv_args *args, uint32_t oc, float *restrict output,
       const float *restrict sums, unsigned n_pixels, int silu, int accumulate)
{
    const float *restrict gain = args->gain + oc, *restrict bias = args->bias + oc;

    for (unsigned p = 0; p < n_pixels; p++) {
        for (unsigned c = 0; c < UQD_NN_BLOCK; c++) {
            float v = __builtin_fmaf(sums[c], gain[c], bias[c]);

            if (silu)
                v = uqd_siluf(v);
            output[c] = accumulate ? output[c] + v : v;
        }
        sums += UQD_NN_BLOCK;
        output += args->output_channels;
    }
}

void KERNEL(uqd_nn_finish)(const struct uqd_nn_conv_args *args, uint32_t oc, float *output,
                           const float *sums, unsigned n_pixels)
{
    const int silu = args->activation == UQD_NN_ACTIVATION_SILU;

    /* Constants at each call, so that the loops have no decisions in them. */
    if (silu && args->accumulate)
        finish(args, oc, output, sums, n_pixels, 1, 1);
    else if (silu)
        finish(args, oc, output, sums, n_pixels, 1, 0);
    else if (args->accumulate)
        finish(args, oc, output, sums, n_pixels, 0, 1);
    else
        finish(args, oc, output, sums, n_pixels, 0, 0);
}
