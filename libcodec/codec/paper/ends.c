/* The first layer and the last, which see the picture. */
#include "codec/paper/stages.h"
#include "codec/paper/strips.h"
#include "codec/paper/workspace.h"
#include "nn/elementary.h"

enum {
    SIDE = UQD_PAPER_SIDE,
    COLOURS = UQD_PAPER_COLOURS,
    N_FREQUENCIES = 2,
    FEATURE_CHANNELS = UQD_PAPER_FEATURES + 1, /* the last is not read, and aligns pixels */
};

_Static_assert(UQD_PAPER_FEATURES == (1 + 2 * N_FREQUENCIES) * COLOURS,
               "features are values, sines and cosines");
_Static_assert(FEATURE_CHANNELS % UQD_NN_BLOCK == 0, "pixels are aligned");

/* 2 pi 2^5 and twice that. */
static const float frequencies[N_FREQUENCIES] = {0x1.921fb6p7f, 0x1.921fb6p8f};

/* Beyond which results mean nothing; small enough for products of some of them to be finite. */
#define MAX_RESULT 0x1p60f

/* A row of one colour of the picture. */
static size_t row_at(uint32_t colour, uint32_t y)
{
    return (size_t)colour * UQD_PAPER_PIXELS + y * SIDE;
}

/* ---- The first layer ---- */

struct first {
    const struct uqd_paper_network *network;
    const float *z;
};

/* The features of a colour, from `row` on: z, sines of each frequency, cosines of each, COLOURS
 * floats apart. */
static void colour_features(const struct uqd_nn_ops *ops, const float *z, float *row,
                            size_t channels)
{
    for (uint32_t x = 0; x < SIDE; x++)
        row[x * channels] = z[x];
    for (uint32_t f = 0; f < N_FREQUENCIES; f++) {
        float sines[SIDE], cosines[SIDE];
        float *sine = row + (1 + f) * COLOURS, *cosine = sine + N_FREQUENCIES * COLOURS;
        ops->sincos(sines, cosines, z, frequencies[f], SIDE);
        for (uint32_t x = 0; x < SIDE; x++) {
            sine[x * channels] = sines[x];
            cosine[x * channels] = cosines[x];
        }
    }
}

static void make_features(const void *arguments, uint32_t y, float *row, size_t channels)
{
    const struct first *first = arguments;
    for (uint32_t c = 0; c < COLOURS; c++)
        colour_features(&first->network->ops, first->z + row_at(c, y), row + c, channels);
}

int uqd_paper_run_first(const struct uqd_paper_network *network, const float *z,
                        const struct uqd_paper_plane *output, struct uqd_work *work)
{
    const struct uqd_paper_weights *weights = network->weights;
    const struct first first = {network, z};
    struct uqd_paper_strips strips = {
        .network = network,
        .layer = uqd_paper_layer(network, &weights->in, weights->in_bias),
        .arguments = &first,
        .make_row = make_features,
        .channels = FEATURE_CHANNELS,
        .output = output,
    };
    return uqd_paper_strips_run(&strips, work);
}

/* ---- The last layer ---- */

struct last {
    const struct uqd_paper_network *network;
    struct uqd_paper_pair input;
    const float *z;
    float *eps_hat, *factor;
};

static void normalise_row(const void *arguments, uint32_t y, float *row, size_t channels)
{
    const struct last *last = arguments;
    uqd_paper_normalise_row(last->network, last->input, y, UQD_NN_ACTIVATION_SILU, row, channels);
}

static void take_results(const void *arguments, uint32_t y, const float *outputs)
{
    const struct last *last = arguments;
    for (uint32_t c = 0; c < COLOURS; c++) {
        const size_t at = row_at(c, y);
        const float *z = last->z + at;
        float *eps_hat = last->eps_hat + at, *factor = last->factor + at;
        float raw[SIDE];
        for (uint32_t x = 0; x < SIDE; x++) {
            const float *output = outputs + x * UQD_NN_BLOCK + c;
            eps_hat[x] = uqd_clampf(output[0] + z[x], -MAX_RESULT, MAX_RESULT);
            raw[x] = output[COLOURS];
        }
        last->network->ops.softplus(factor, raw, SIDE);
        for (uint32_t x = 0; x < SIDE; x++)
            factor[x] = factor[x] < MAX_RESULT ? factor[x] : MAX_RESULT;
    }
}

int uqd_paper_run_last(const struct uqd_paper_network *network, const struct uqd_paper_plane *input,
                       const float *z, float *eps_hat, float *factor, struct uqd_work *work)
{
    const struct uqd_paper_weights *weights = network->weights;
    const struct last last = {network, {input, NULL}, z, eps_hat, factor};
    struct uqd_paper_strips strips = {
        .network = network,
        .layer = uqd_paper_layer(network, &weights->out, weights->out_bias),
        .arguments = &last,
        .make_row = normalise_row,
        .channels = weights->out.n_in,
        .take_row = take_results,
    };
    uqd_paper_norm_prepare(network, last.input, &weights->out_norm);
    return uqd_paper_strips_run(&strips, work);
}
