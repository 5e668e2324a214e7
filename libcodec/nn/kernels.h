/* The kernels of each instruction set, for the table of nn/ops.h and for each other. */
#ifndef UQD_NN_KERNELS_H
#define UQD_NN_KERNELS_H

#include "nn/ops.h"

/* finish turns the sums [n_pixels][UQD_NN_BLOCK] of the channels from oc on into outputs: gain,
 * bias, activation, accumulation. `output` points at channel oc of the first pixel. qfinish does
 * it for the pixels from number `pixel` on, rows being width + 2 pixels long. */
#define UQD_NN_DECLARE(isa)                                                                        \
    void uqd_nn_conv_##isa(const struct uqd_nn_conv_args *args, uint32_t row_begin,                \
                           uint32_t row_end);                                                      \
    void uqd_nn_qconv_##isa(const struct uqd_nn_qconv_args *args, uint32_t row_begin,              \
                            uint32_t row_end);                                                     \
    void uqd_nn_qfinish_##isa(const struct uqd_nn_qconv_args *args, uint32_t oc, size_t pixel,     \
                              const int32_t *sums, unsigned n_pixels);                             \
    void uqd_nn_asinh_##isa(int16_t *out, const int16_t *in, const float *scale, float out_scale,  \
                            size_t n);                                                             \
    void uqd_nn_head_##isa(const struct uqd_nn_head_args *args);                                   \
    void uqd_nn_sincos_##isa(float *sines, float *cosines, const float *values, float frequency,   \
                             size_t n);                                                            \
    void uqd_nn_softplus_##isa(float *out, const float *in, size_t n);                             \
    void uqd_nn_sums_##isa(double *sums, const float *pixels, size_t stride, uint32_t n_pixels,    \
                           uint32_t n);                                                            \
    void uqd_nn_totals_##isa(double *totals, const double *rows, uint32_t n_rows, uint32_t n);     \
    void uqd_nn_norm_##isa(const struct uqd_nn_norm_args *args);                                   \
    void uqd_nn_affine_##isa(const struct uqd_nn_affine_args *args);                               \
    void uqd_nn_softmax_##isa(const struct uqd_nn_softmax_args *args);                             \
    void uqd_nn_rescale_##isa(float *values, size_t stride, const float *factors, uint32_t n_rows, \
                              uint32_t n);                                                         \
    void uqd_nn_finish_##isa(const struct uqd_nn_conv_args *args, uint32_t oc, float *output,      \
                             const float *sums, unsigned n_pixels);

/* The name of a kernel in files that are compiled for every instruction set, UQD_NN_ISA. */
#define UQD_NN_JOIN_(name, isa) name##_##isa
#define UQD_NN_JOIN(name, isa)  UQD_NN_JOIN_(name, isa)
#define UQD_NN_KERNEL(name)     UQD_NN_JOIN(name, UQD_NN_ISA)

UQD_NN_DECLARE(c)
UQD_NN_DECLARE(avx2)
UQD_NN_DECLARE(avx512)
UQD_NN_DECLARE(neon)

void uqd_nn_qconv_avxvnni(const struct uqd_nn_qconv_args *args, uint32_t row_begin,
                          uint32_t row_end);
void uqd_nn_qconv_vnni(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end);
void uqd_nn_qconv_amx(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end);

/* nn/table.c */
extern const struct uqd_nn_ops uqd_nn_ops_c, uqd_nn_ops_avx2, uqd_nn_ops_avxvnni, uqd_nn_ops_avx512,
    uqd_nn_ops_vnni, uqd_nn_ops_amx, uqd_nn_ops_neon;

#endif
