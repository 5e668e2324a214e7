/* A convolution layer's weights in the order in which the kernels read them. */
#ifndef UQD_NN_CONV_H
#define UQD_NN_CONV_H

#include <stdint.h>

/* The kernels compute this many output channels side by side. */
#define UQD_NN_BLOCK 16

/* Of weights, in bytes. */
#define UQD_NN_ALIGNMENT 64

struct uqd_nn_conv {
    uint32_t size;  /* 1 or 3: a 1x1 or 3x3 kernel */
    uint32_t n_in;  /* input channels, at least 1 */
    uint32_t n_out; /* output channels, padded to a multiple of UQD_NN_BLOCK */
    float *weights; /* [n_out / UQD_NN_BLOCK][size][size][n_in][UQD_NN_BLOCK]; owned, 64-byte
                       aligned */
};

/* Number of output channels after padding. n_out is at most UINT32_MAX - UQD_NN_BLOCK. */
static inline uint32_t uqd_nn_padded(uint32_t n_out)
{
    return (n_out + UQD_NN_BLOCK - 1) / UQD_NN_BLOCK * UQD_NN_BLOCK;
}

/* Packs weights [n_out][n_in][size][size], which stay the caller's; the channels added by padding
 * get zero weights. Errors: UQD_ERR_NOMEM; then the layer is empty and may be deinitialised. */
int uqd_nn_conv_init(struct uqd_nn_conv *layer, uint32_t size, uint32_t n_in, uint32_t n_out,
                     const float *weights);

/* Frees the weights and makes the layer empty. Allowed for a zeroed struct. */
void uqd_nn_conv_deinit(struct uqd_nn_conv *layer);

#endif
