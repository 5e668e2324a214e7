/* Attention of all pixels to all pixels. Queries are taken row by row; keys and values are packed
 * as weights of 1x1 layers, so that scores and means are convolutions with known bits. */
#include "codec/paper/attention.h"

#include "codec/paper/stages.h"
#include "codec/paper/workspace.h"

#include <float.h>
#include <string.h>

enum {
    SIDE = UQD_PAPER_SIDE,
    PIXELS = UQD_PAPER_PIXELS,
    KEYS = UQD_PAPER_KEYS,
    QUERIES = SIDE, /* at a time */
};

struct attention {
    const struct uqd_paper_network *network;
    const struct uqd_paper_plane *plane; /* read, and then added to */
};

/* Scores of a row of queries, what they attend to, and three floats for each query. Queries, keys
 * and values of a row, which are made before, need less. */
size_t uqd_paper_attention_scratch(size_t width)
{
    return QUERIES * (KEYS + width + 3);
}

void uqd_paper_attention_prepare(const struct uqd_paper_network *network)
{
    for (uint32_t k = 0; k < KEYS; k++) {
        network->score_gain[k] = 1 / __builtin_sqrtf((float)network->model->paper->width);
        network->score_bias[k] = 0;
    }
}

/* ---- Queries, keys and values ---- */

/* n outputs of a 1x1 layer, from the first on, as a layer of their own. */
static struct uqd_nn_conv part_of(const struct uqd_nn_conv *conv, uint32_t first, uint32_t n)
{
    return (struct uqd_nn_conv){1, conv->n_in, n, conv->weights + (size_t)first * conv->n_in};
}

/* Puts the keys and values of a row, [pixel][key, value], where they are weights of layers: keys of
 * one with an output for each, values of one for KEYS inputs each. */
static void pack_row(const struct uqd_paper_network *network, uint32_t y, const float *row)
{
    const size_t width = network->model->paper->width;
    for (size_t x = 0; x < SIDE; x++) {
        const size_t at = y * SIDE + x, lane = at % UQD_NN_BLOCK;
        const float *key = row + x * 2 * width, *value = key + width;
        float *keys = network->keys + (at - lane) * width + lane;
        float *values = network->values + at / KEYS * KEYS * width + at % KEYS * UQD_NN_BLOCK;
        for (size_t c = 0; c < width; c++)
            keys[c * UQD_NN_BLOCK] = key[c];
        for (size_t c = 0; c < width; c += UQD_NN_BLOCK)
            memcpy(values + c * KEYS, value + c, UQD_NN_BLOCK * sizeof *values);
    }
}

static void pack_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct attention *call = arguments;
    const struct uqd_paper_network *network = call->network;
    const struct uqd_paper_weights *weights = network->weights;
    const uint32_t width = network->model->paper->width;
    const struct uqd_nn_conv query_conv = part_of(&weights->qkv, 0, width),
                             pair_conv = part_of(&weights->qkv, width, 2 * width);
    const struct uqd_paper_layer query = uqd_paper_layer(network, &query_conv, weights->qkv_bias),
                                 pair = uqd_paper_layer(network, &pair_conv,
                                                        weights->qkv_bias + width);
    float *row = uqd_paper_scratch(network), *keys_and_values = row + (size_t)SIDE * width;
    for (uint32_t y = row_begin; y < row_end; y++) {
        uqd_paper_normalise_row(network, (struct uqd_paper_pair){call->plane, NULL}, y,
                                UQD_NN_ACTIVATION_NONE, row, width);
        uqd_paper_run_pixels(&network->ops, &query, row, width,
                             network->queries + (size_t)y * SIDE * width, width, SIDE);
        uqd_paper_run_pixels(&network->ops, &pair, row, width, keys_and_values, 2 * width, SIDE);
        pack_row(network, y, keys_and_values);
    }
}

/* ---- Scores and means ---- */

/* Adds a block of keys, the first of which is number k, to the means of what queries attend to. */
static void attend_to_block(const struct uqd_paper_network *network, const float *queries, size_t k,
                            const struct uqd_nn_softmax_args *softmax, float *means)
{
    const uint32_t width = network->model->paper->width, n = softmax->n_queries;
    const struct uqd_nn_conv keys = {1, width, KEYS, network->keys + k * width};
    const struct uqd_nn_conv values = {1, KEYS, width, network->values + k * width};
    const struct uqd_paper_layer score = {
        .conv = &keys, .gain = network->score_gain, .bias = network->score_bias};
    struct uqd_paper_layer mix = uqd_paper_layer(network, &values, network->weights->zeros);
    mix.accumulate = 1;
    uqd_paper_run_pixels(&network->ops, &score, queries, width, softmax->scores, KEYS, n);
    network->ops.softmax(softmax);
    network->ops.rescale(means, width, softmax->factor, n, width);
    uqd_paper_run_pixels(&network->ops, &mix, softmax->scores, KEYS, means, width, n);
}

/* Means of all values, as QUERIES queries attend to them. */
static void attend(const struct uqd_paper_network *network, const float *queries,
                   const struct uqd_nn_softmax_args *softmax, float *means)
{
    const uint32_t width = network->model->paper->width;
    memset(means, 0, (size_t)QUERIES * width * sizeof *means);
    for (uint32_t q = 0; q < QUERIES; q++) {
        softmax->highest[q] = -FLT_MAX;
        softmax->sum[q] = 0;
    }
    for (size_t k = 0; k < PIXELS; k += KEYS)
        attend_to_block(network, queries, k, softmax, means);
    for (uint32_t q = 0; q < QUERIES; q++)
        softmax->factor[q] = 1 / softmax->sum[q];
    network->ops.rescale(means, width, softmax->factor, QUERIES, width);
}

static void attention_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct attention *call = arguments;
    const struct uqd_paper_network *network = call->network;
    const struct uqd_paper_weights *weights = network->weights;
    const uint32_t width = network->model->paper->width;
    float *scores = uqd_paper_scratch(network), *means = scores + QUERIES * KEYS;
    float *of_queries = means + (size_t)QUERIES * width;
    const struct uqd_nn_softmax_args softmax = {
        .scores = scores,
        .highest = of_queries,
        .sum = of_queries + QUERIES,
        .factor = of_queries + 2 * QUERIES,
        .n_queries = QUERIES,
        .n_keys = KEYS,
    };
    struct uqd_paper_layer out =
        uqd_paper_layer(network, &weights->attention_out, weights->attention_out_bias);
    out.accumulate = 1;
    for (uint32_t y = row_begin; y < row_end; y++) {
        attend(network, network->queries + (size_t)y * SIDE * width, &softmax, means);
        uqd_paper_run_pixels(&network->ops, &out, means, width,
                             uqd_nn_plane_pixel(&call->plane->plane, 0, y), width, SIDE);
        uqd_paper_sum_row(network, call->plane, y);
    }
}

int uqd_paper_run_attention(const struct uqd_paper_network *network,
                            const struct uqd_paper_plane *plane, struct uqd_work *work)
{
    const double width = network->model->paper->width;
    struct attention call = {network, plane};
    uqd_paper_norm_prepare(network, (struct uqd_paper_pair){plane, NULL},
                           &network->weights->attention_norm);
    int status = uqd_paper_for_rows(work, 3 * width * width, pack_rows, &call);
    if (status == UQD_OK)
        status =
            uqd_paper_for_rows(work, 2 * PIXELS * width + width * width, attention_rows, &call);
    if (status == UQD_OK)
        uqd_paper_sum_plane(network, plane);
    return status;
}
