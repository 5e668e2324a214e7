/* A paper model: one network in the pixel domain, for pictures of 64 x 64, and the diffusion steps
 * that it is run for (docs/format.md, "Model file" and "Network of paper models"). */
#ifndef UQD_MODEL_PAPER_PAPER_H
#define UQD_MODEL_PAPER_PAPER_H

#include "model/directory.h"
#include "nn/conv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct uqd_model;

enum {
    UQD_PAPER_SIDE = 64,
    UQD_PAPER_PIXELS = UQD_PAPER_SIDE * UQD_PAPER_SIDE,
    UQD_PAPER_COLOURS = 3,
    UQD_PAPER_FEATURES = 5 * UQD_PAPER_COLOURS, /* values, and sines and cosines of multiples */
    UQD_PAPER_OUTPUTS = 2 * UQD_PAPER_COLOURS,
    UQD_PAPER_MAX_STEPS = 31,
    UQD_PAPER_MAX_BLOCKS = 128,
    UQD_PAPER_MAX_WIDTH = 1024,
};

/* From z_t to z_s, with less noise. All finite. */
struct uqd_paper_step {
    float gamma_t, gamma_s; /* noise over signal as a logarithm, before and behind */
    float time;             /* what the network is told of gamma_t */
    float inv_alpha, noise; /* x_hat = inv_alpha * z - noise * eps_hat; positive, not negative */
    float from_z, from_x;   /* p_loc = from_z * z + from_x * clamp(x_hat, -1, 1) */
    float scale;            /* p_scale = scale * factor; positive */
    float delta;            /* width of the cells; positive */
    float flow_z, flow_x;   /* flow: loc = flow_z * z + flow_x * x_hat, not clamped */
};

struct uqd_paper_norm {
    float *weight, *bias; /* of each channel */
};

/* A residual block. */
struct uqd_paper_block {
    uint32_t n_in; /* channels: the width, or twice it where a plane is taken up again */
    struct uqd_paper_norm norm1, norm2;
    struct uqd_nn_conv conv1, conv2;
    float *bias1, *bias2;
    struct uqd_nn_conv cond; /* 1x1, from the conditioning to what is added to bias1 */
    /* What becomes of the input where it is wider than the output: of its first half and its
     * second, which are not side by side. */
    struct uqd_nn_conv skip[2];
    float *skip_bias;
};

struct uqd_paper_weights {
    float *timescales; /* [width / 2] */
    struct uqd_nn_conv embed[2];
    float *embed_bias[2];
    struct uqd_nn_conv in;
    float *in_bias;
    struct uqd_paper_block down[UQD_PAPER_MAX_BLOCKS], mid[2], up[UQD_PAPER_MAX_BLOCKS + 1];
    struct uqd_paper_norm attention_norm, out_norm;
    struct uqd_nn_conv qkv, attention_out, out;
    float *qkv_bias, *attention_out_bias;
    float *out_bias; /* [out.n_out], zeros behind the six of the model */
    float *vectors;  /* owns all biases and norms above */
    float *ones;     /* gains of all layers, and zeros for those without a bias; each [4 * width] */
    float *zeros;
};

struct uqd_paper {
    uint32_t width, n_blocks, norm_groups;
    uint32_t n_steps;         /* runs of the network; the step behind the last makes it lossless */
    float inv_alpha_0, snr_0; /* 1 / alpha and exp(-gamma) of z_0 */
    struct uqd_paper_step steps[UQD_PAPER_MAX_STEPS];
    double macs_per_pixel; /* multiply-accumulates of one run */
    size_t n_vectors;      /* floats of all biases and norms, padded */
    /* The weights are what changes of a model that several threads share: see uqd_paper_weights. */
    pthread_mutex_t lock;
    atomic_int is_read;
    struct uqd_paper_weights weights; /* shapes; weights if is_read */
    struct uqd_tensors tensors;       /* borrows the model's data */
};

/* The weights, read now if they have not been. Any thread may ask. The model's class is
 * UQD_MODEL_PAPER. Errors: UQD_ERR_NOMEM, UQD_ERR_MODEL_FILE if the file has changed. */
int uqd_paper_weights(const struct uqd_model *model, const struct uqd_paper_weights **weights);

#endif
