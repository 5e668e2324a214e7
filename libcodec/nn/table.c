/* The operations of one instruction set, UQD_NN_SUMS; this file is compiled once for each. One that
 * extends another, UQD_NN_ISA, has sums of whole numbers of its own, and all else of the other. */
#include "nn/kernels.h"

#define KERNEL(name) UQD_NN_KERNEL(name)

const struct uqd_nn_ops UQD_NN_JOIN(uqd_nn_ops, UQD_NN_SUMS) = {
    .conv = KERNEL(uqd_nn_conv),
    .qconv = UQD_NN_JOIN(uqd_nn_qconv, UQD_NN_SUMS),
    .asinh = KERNEL(uqd_nn_asinh),
    .head = KERNEL(uqd_nn_head),
    .sincos = KERNEL(uqd_nn_sincos),
    .softplus = KERNEL(uqd_nn_softplus),
    .sums = KERNEL(uqd_nn_sums),
    .totals = KERNEL(uqd_nn_totals),
    .norm = KERNEL(uqd_nn_norm),
    .affine = KERNEL(uqd_nn_affine),
    .softmax = KERNEL(uqd_nn_softmax),
    .rescale = KERNEL(uqd_nn_rescale),
};
