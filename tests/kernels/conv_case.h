/* One convolution with everything it needs, for the kernel tests and their benchmark. */
#ifndef UQD_TESTS_CONV_CASE_H
#define UQD_TESTS_CONV_CASE_H

#include "inputs.h"
#include "nn/ops.h"
#include "nn/plane.h"

struct conv_shape {
    uint32_t size, n_in, n_out, width, height;
};

struct conv_case {
    struct conv_shape shape;
    float *weights; /* [n_out][n_in][size][size] */
    struct uqd_nn_conv layer;
    struct uqd_nn_plane input, output; /* may have more channels than are used */
    float *gain, *bias;
    struct uqd_nn_conv_args args;
};

/* Random weights, gain and bias, `fill` in the input, numbers in all of the output's memory. The
 * channels of the planes are n_in and n_out, and some more if `spread`. */
void conv_case_init(struct conv_case *conv, struct random *random, const struct conv_shape *shape,
                    enum fill fill, int spread);

void conv_case_deinit(struct conv_case *conv);

/* Floats of a plane with its border. */
size_t plane_floats(const struct uqd_nn_plane *plane);

#endif
