/* The kernels of each instruction set, for the table in nn/ops.h and for each other. */
#ifndef UQD_NN_KERNELS_H
#define UQD_NN_KERNELS_H

#include "nn/ops.h"

/* finish turns the sums [n_pixels][UQD_NN_BLOCK] of the channels from oc on into outputs: gain,
 * bias, activation, accumulation. `output` points at channel oc of the first pixel. */
#define UQD_NN_DECLARE(isa)                                                                        \
    void uqd_nn_conv_##isa(const struct uqd_nn_conv_args *args, uint32_t row_begin,                \
                           uint32_t row_end);                                                      \
    void uqd_nn_asinh_##isa(float *out, const int16_t *in, const float *scale, size_t n);          \
    void uqd_nn_head_##isa(const struct uqd_nn_head_args *args);                                   \
    void uqd_nn_finish_##isa(const struct uqd_nn_conv_args *args, uint32_t oc, float *output,      \
                             const float *sums, unsigned n_pixels);

UQD_NN_DECLARE(c)
UQD_NN_DECLARE(avx2)
UQD_NN_DECLARE(avx512)
UQD_NN_DECLARE(neon)

#endif
