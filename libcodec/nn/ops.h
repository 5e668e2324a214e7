/* The operations of the network. Plain C defines them; the other instruction sets give the same
 * bits for all finite inputs and results, see each operation.
 *
 * They are defined in the environment of uqd_fpenv_enter. All are pure functions of their
 * arguments: they may run on any number of threads as long as no output overlaps another thread's
 * inputs or outputs. Inputs and outputs of one call do not overlap either. */
#ifndef UQD_NN_OPS_H
#define UQD_NN_OPS_H

#include "nn/conv.h"

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

    /* out[i] = asinh(in[i] * scale[i])       (nn/elementary.h) */
    void (*asinh)(float *out, const int16_t *in, const float *scale, size_t n);

    /* For every coefficient:
     *     mean = fmaf(sigmoid(gate), centre, offset * reference), clamped to centre -+ width
     *     mean_q4 = mean * 16, rounded half to even
     *     log2_scale = log_scale + log2_reference, clamped to -4 .. 11
     *     scale_index = 16 * log2_scale, rounded half to even, + 64
     * Any gate, offset and log_scale are allowed, also infinite ones; clamping a NaN gives the
     * lower bound. The bits are the same for every instruction set in every case. */
    void (*head)(const struct uqd_nn_head_args *args);
};

/* Fills the table with the fastest kernels among plain C and those of cpu_flags (UQD_CPU_* bits),
 * which must be a subset of uqd_cpu_flags(). */
void uqd_nn_ops_init(struct uqd_nn_ops *ops, unsigned cpu_flags);

#endif
