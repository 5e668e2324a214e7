/* The operations of the network. Plain C defines them; the other instruction sets give the same
 * bits for all finite inputs and results, see each operation.
 *
 * They are defined in the environment of uqd_fpenv_enter. All are pure functions of their
 * arguments: they may run on any number of threads as long as no output overlaps another thread's
 * inputs or outputs. Inputs and outputs of one call do not overlap either. */
#ifndef UQD_NN_OPS_H
#define UQD_NN_OPS_H

#include "nn/conv.h"
#include "nn/qconv.h"
#include "util/isa.h"

#include <stddef.h>
#include <stdint.h>

enum uqd_nn_activation { UQD_NN_ACTIVATION_NONE, UQD_NN_ACTIVATION_SILU };

/* One convolution between two planes (nn/plane.h) of equal width and height. `input` and `output`
 * point at the interior pixel (0, 0) of their planes, at the first channel to use; pixels are
 * *_channels floats and rows (width + 2) * *_channels floats apart. */
struct uqd_nn_conv_args {
    const struct uqd_nn_conv *layer;
    const float *input; /* layer->n_in channels are read */
    size_t input_channels;
    float *output; /* layer->n_out channels are written */
    size_t output_channels;
    const float *gain, *bias; /* layer->n_out values each */
    uint32_t width, height;   /* pixels without the border */
    enum uqd_nn_activation activation;
    int accumulate; /* add to what the output holds instead of replacing it */
};

/* What becomes of the sums of a quantised layer. */
enum uqd_nn_finish {
    UQD_NN_FINISH_FLOAT, /* numbers as they are */
    UQD_NN_FINISH_SET,   /* whole numbers */
    UQD_NN_FINISH_ADD,   /* whole numbers, with those that the output holds */
    UQD_NN_FINISH_SILU,  /* whole numbers of what the activation makes of them */
};

/* One convolution between two planes of whole numbers (struct uqd_nn_qplane), like struct
 * uqd_nn_conv_args. Channels that are read begin at an even one of an even number. */
struct uqd_nn_qconv_args {
    const struct uqd_nn_qconv *layer;
    const int16_t *input; /* layer->n_in channels are read */
    size_t input_channels;
    int16_t *output; /* layer->n_out channels are written, here .. */
    float *values;   /* .. or, with UQD_NN_FINISH_FLOAT, here */
    size_t output_channels;
    const float *gain, *bias; /* layer->n_out values each */
    float scale;              /* with UQD_NN_FINISH_SILU: what an activation of 1 becomes */
    uint32_t width, height;   /* pixels without the border */
    enum uqd_nn_finish finish;
};

/* What follows the network's last layer, for n coefficients. */
struct uqd_nn_head_args {
    const float *gate, *offset;
    const float *log_scale;      /* log2 of the scale in units of reference, or NULL: no scales */
    const int16_t *twice_centre; /* of the coefficient's cell */
    const float *width;          /* of cells at the coefficient's level: a power of 2 */
    const float *reference;      /* half the width, at most 64 */
    const float *log2_reference; /* not read if log_scale is NULL */
    int32_t *mean_q4;            /* out: mean in units of 1/16 */
    uint8_t *scale_index; /* out: 16 * log2 of the scale + 64, 0 .. 240; not written if log_scale
                             is NULL */
    size_t n;
};

/* Normalisation of groups of channels: what follows from the sums over all pixels. */
struct uqd_nn_norm_args {
    const double *sum, *squares; /* of each channel's values and of their squares */
    const float *weight, *bias;
    uint32_t n_channels, n_groups; /* groups of consecutive channels, equally many each */
    uint32_t n_pixels;
    float *scale, *shift; /* out: [n_channels] */
};

/* Normalised values of n_pixels pixels that lie *_channels floats apart. n_channels is a multiple
 * of UQD_NN_BLOCK. */
struct uqd_nn_affine_args {
    const float *input;
    size_t input_channels;
    float *output;
    size_t output_channels;
    const float *scale, *shift; /* [n_channels] */
    uint32_t n_pixels, n_channels;
    enum uqd_nn_activation activation;
};

/* Attention of n_queries queries to n_keys more keys, a multiple of UQD_NN_BLOCK. Of each query:
 * its scores, and what is known of the keys before. */
struct uqd_nn_softmax_args {
    float *scores;  /* [n_queries][n_keys]; out: weights, relative to the highest score */
    float *highest; /* so far */
    float *sum;     /* of the weights so far, relative to the highest score */
    float *factor;  /* out: what former weights are to be multiplied by */
    uint32_t n_queries, n_keys;
};

struct uqd_nn_ops {
    /* Computes the output rows row_begin .. row_end - 1. For every pixel and output channel oc:
     *     acc = 0
     *     for ky, kx, ic, each ascending: acc = fmaf(input, weight, acc)
     *     v = fmaf(acc, gain[oc], bias[oc])
     *     silu: v = silu(v)                  (nn/elementary.h)
     *     accumulate: v = output + v
     *     output = v
     * The zeros of the border take part in the sum. A NaN is a NaN for every instruction set, but
     * its sign and payload may differ. A call is efficient from some 100 pixels on. */
    void (*conv)(const struct uqd_nn_conv_args *args, uint32_t row_begin, uint32_t row_end);

    /* Computes the output rows row_begin .. row_end - 1. For every pixel and output channel oc:
     *     sum = all input * weight, modulo 2^32
     *     v = fmaf((float)sum, gain[oc], bias[oc])
     *     UQD_NN_FINISH_FLOAT: values = v
     *     UQD_NN_FINISH_SET:   output = whole(v)
     *     UQD_NN_FINISH_ADD:   output = whole((float)output + v)
     *     UQD_NN_FINISH_SILU:  output = whole(silu(v) * scale)       (both in nn/elementary.h)
     * The order of the sums makes no difference. Inputs, gains and biases are finite, but v may be
     * anything; the bits are the same for every instruction set in every case but that of a NaN
     * among the values, whose sign and payload may differ. */
    void (*qconv)(const struct uqd_nn_qconv_args *args, uint32_t row_begin, uint32_t row_end);

    /* out[i] = whole(asinh(in[i] * scale[i]) * out_scale)       (nn/elementary.h) */
    void (*asinh)(int16_t *out, const int16_t *in, const float *scale, float out_scale, size_t n);

    /* For every coefficient:
     *     mean = fmaf(sigmoid(gate), centre, offset * reference), clamped to centre -+ width
     *     mean_q4 = mean * 16, rounded half to even
     *     log2_scale = log_scale + log2_reference, clamped to -4 .. 11
     *     scale_index = 16 * log2_scale, rounded half to even, + 64
     * Any gate, offset and log_scale are allowed, also infinite ones; clamping a NaN gives the
     * lower bound. The bits are the same for every instruction set in every case. */
    void (*head)(const struct uqd_nn_head_args *args);

    /* Those that follow are of paper models. What they return of a NaN is a NaN, whose sign and
     * payload may differ, or as stated; all else is the same for every instruction set. */

    /* sines[i] = sin(frequency * values[i]), cosines[i] = cos(..)       (nn/elementary.h) */
    void (*sincos)(float *sines, float *cosines, const float *values, float frequency, size_t n);

    /* out[i] = softplus(in[i] + log(e - 1)), 1 for 0                    (nn/elementary.h) */
    void (*softplus)(float *out, const float *in, size_t n);

    /* Sums over n_pixels pixels that lie `stride` floats apart; n is a multiple of UQD_NN_BLOCK. In
     * double, for every channel c < n:
     *     sums[c] = sums[n + c] = 0
     *     for every pixel, ascending: sums[c] += value, sums[n + c] += value * value */
    void (*sums)(double *sums, const float *pixels, size_t stride, uint32_t n_pixels, uint32_t n);

    /* totals[i] = 0, then += rows[r * n + i] for every r < n_rows, ascending; in double. */
    void (*totals)(double *totals, const double *rows, uint32_t n_rows, uint32_t n);

    /* For every group, in double, its channels ascending:
     *     s = 0 + sum[c] + sum[c + 1] + ..
     *     q = 0 + squares[c] + squares[c + 1] + ..
     *     count = n_pixels * channels of the group
     *     mean = s / count
     *     var = q / count - mean * mean, 0 unless that is above 0
     *     r = 1 / sqrt(var + 1e-5)
     *     for each channel: f = weight * r, scale = (float)f, shift = (float)(bias - mean * f) */
    void (*norm)(const struct uqd_nn_norm_args *args);

    /* v = fmaf(input, scale[c], shift[c]); silu: v = silu(v); output = v */
    void (*affine)(const struct uqd_nn_affine_args *args);

    /* For every query, the lane of key k being k % 16:
     *     m[lane] = highest
     *     for every key, ascending: m[lane] = s > m[lane] ? s : m[lane]
     *     top = fold(m, a > b ? a : b)
     *     factor = e(highest - top)
     *     t[lane] = 0
     *     for every key, ascending: p = e(s - top), t[lane] += p, score = p
     *     sum = fmaf(sum, factor, fold(t, a + b)), highest = top
     * with e(x) = exp(x > -60 ? x : -60), and fold(v, f) = v[0] behind
     *     for half = 8, 4, 2, 1: for lane < half: v[lane] = f(v[lane], v[lane + half])
     * Any score is allowed: an infinity that is the highest, and a NaN, count as -60 less than the
     * highest. No result is an infinity or a NaN if highest, sum and the number of keys are within
     * reason; the bits are the same in every case. */
    void (*softmax)(const struct uqd_nn_softmax_args *args);

    /* values[r * stride + i] *= factors[r] for all r < n_rows, i < n, a multiple of UQD_NN_BLOCK.
     */
    void (*rescale)(float *values, size_t stride, const float *factors, uint32_t n_rows,
                    uint32_t n);
};

extern const struct uqd_kernel_table uqd_nn_kernels;

/* The fastest for cpu_flags (UQD_CPU_* bits), which must be a subset of uqd_cpu_flags(). */
const struct uqd_nn_ops *uqd_nn_ops_for(unsigned cpu_flags);

#endif
