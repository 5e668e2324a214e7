/* The convolutions of a model, equal ones once. */
#ifndef BENCH_KERNELS_LAYERS_H
#define BENCH_KERNELS_LAYERS_H

#include "model/model.h"
#include "nn/ops.h"

#include <stdint.h>

/* In the order of their run; a stage is the trunk and the groups, a denoised picture the trunk and
 * the denoiser. */
enum part { PART_TRUNK, PART_GROUPS, PART_DENOISER, N_PARTS };

extern const char *const part_names[N_PARTS];

struct layer {
    enum part part;
    const char *name;
    uint32_t runs;              /* in one run of its part */
    uint32_t size, n_in, n_out; /* n_out without padding */
    int has_bias;
    enum uqd_nn_finish finish; /* what becomes of the sums, their gains and biases */
    /* Of the planes between which it runs in the decoder. */
    uint32_t input_channels, output_channels;
};

enum { MAX_LAYERS = 2 * UQD_MAX_GROUPS + 8 };

/* Fills layers[MAX_LAYERS] and returns how many they are. */
unsigned list_layers(const struct uqd_model *model, const struct uqd_weights *weights,
                     struct layer *layers);

double layer_macs(const struct layer *layer);

#endif
