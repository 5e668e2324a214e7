/* A layer of a quantised network: its weights are whole numbers of 16 bits, in the order in which
 * the kernels read them. */
#ifndef UQD_NN_QCONV_H
#define UQD_NN_QCONV_H

#include "nn/conv.h"

#include <stdint.h>

struct uqd_nn_qconv {
    uint32_t size;    /* 1 or 3: a 1x1 or 3x3 kernel */
    uint32_t n_in;    /* input channels, even */
    uint32_t n_out;   /* output channels, padded to a multiple of UQD_NN_BLOCK */
    int16_t *weights; /* [n_out / UQD_NN_BLOCK][size][size][n_in / 2][UQD_NN_BLOCK][2]; owned,
                         64-byte aligned */
    uint8_t *tiles;   /* the weights once more where the processor has AMX and the layer is worth it
                         (nn/qconv_tiles.h), else NULL; owned */
    float *gain;      /* [n_out] what a sum counts; owned */
};

/* Packs weights [n_out][n_in][size][size] and copies gain [n_out]; the channels added by padding
 * get zeros. Errors: UQD_ERR_NOMEM; then the layer is empty and may be deinitialised. */
int uqd_nn_qconv_init(struct uqd_nn_qconv *layer, uint32_t size, uint32_t n_in, uint32_t n_out,
                      const int16_t *weights, const float *gain);

/* Frees weights and gains and makes the layer empty. Allowed for a zeroed struct. */
void uqd_nn_qconv_deinit(struct uqd_nn_qconv *layer);

#endif
