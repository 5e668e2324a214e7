/* The kernels of each instruction set, for the table of nn/ops.h and for each other. */
#ifndef UQD_NN_KERNELS_H
#define UQD_NN_KERNELS_H

#include "nn/ops.h"

#include <stddef.h>
#include <stdint.h>

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

/* ---- What the operations ask of their arguments (nn/ops.h), for assertions ---- */

static inline int uqd_nn_is_aligned(const void *weights)
{
    return (uintptr_t)weights % UQD_NN_ALIGNMENT == 0;
}

/* Whether pieces of memory of so many bytes do not overlap. */
static inline int uqd_nn_are_apart(const void *a, size_t a_size, const void *b, size_t b_size)
{
    const uintptr_t a_begin = (uintptr_t)a, b_begin = (uintptr_t)b;

    return a_begin + a_size <= b_begin || b_begin + b_size <= a_begin;
}

static inline int uqd_nn_can_conv(const struct uqd_nn_conv_args *args, uint32_t row_begin,
                                  uint32_t row_end)
{
    const struct uqd_nn_conv *layer = args->layer;

    return row_begin <= row_end && row_end <= args->height && args->width > 0 &&
           uqd_nn_is_aligned(layer->weights) && layer->n_out % UQD_NN_BLOCK == 0 &&
           layer->n_in <= args->input_channels && layer->n_out <= args->output_channels &&
           args->input != args->output;
}

static inline int uqd_nn_can_qconv(const struct uqd_nn_qconv_args *args, uint32_t row_begin,
                                   uint32_t row_end)
{
    const struct uqd_nn_qconv *layer = args->layer;

    return row_begin <= row_end && row_end <= args->height && args->width > 0 &&
           uqd_nn_is_aligned(layer->weights) && layer->n_out % UQD_NN_BLOCK == 0 &&
           layer->n_in % 2 == 0 && args->input_channels % 2 == 0 &&
           layer->n_in <= args->input_channels && layer->n_out <= args->output_channels &&
           args->input != args->output &&
           (args->finish == UQD_NN_FINISH_FLOAT ? args->values != NULL : args->output != NULL);
}

static inline int uqd_nn_can_asinh(const int16_t *out, const int16_t *in, const float *scale,
                                   size_t n)
{
    return uqd_nn_are_apart(out, n * sizeof *out, in, n * sizeof *in) &&
           uqd_nn_are_apart(out, n * sizeof *out, scale, n * sizeof *scale);
}

static inline int uqd_nn_can_head(const struct uqd_nn_head_args *args)
{
    return args->log_scale == NULL || (args->log2_reference != NULL && args->scale_index != NULL);
}

/* nn/table.c */
extern const struct uqd_nn_ops uqd_nn_ops_c, uqd_nn_ops_avx2, uqd_nn_ops_avxvnni, uqd_nn_ops_avx512,
    uqd_nn_ops_vnni, uqd_nn_ops_amx, uqd_nn_ops_neon;

#endif
