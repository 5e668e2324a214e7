#include "codec/paper/network.h"

#include "codec/layers.h"
#include "nn/elementary.h"
#include "transform/threads.h"
#include "util/checked.h"
#include "util/cpu.h"
#include "util/fpenv.h"

#include <assert.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE = UQD_PAPER_SIDE,
    PIXELS = UQD_PAPER_PIXELS,
    PITCH = SIDE + 2, /* pixels from a pixel to the one below it in what convolutions read */
    /* Rows that a thread normalises into a strip, and convolves from there. */
    STRIP_ROWS = 8,
    STRIP_PIXELS = (STRIP_ROWS + 2) * PITCH,
    STRIP_FEATURES = 16, /* channels of a strip of features, one unused */
    /* Attention is computed for so many queries and keys at a time. The keys are part of the
     * definition, since the weights are summed up in blocks. */
    QUERIES = SIDE,
    KEYS = 512,
    ALIGNMENT = 64,
};

/* 2 pi 2^5 and twice that. */
static const float frequencies[2] = {0x1.921fb6p7f, 0x1.921fb6p8f};

/* Beyond which results mean nothing; small enough for products of some of them to be finite. */
#define MAX_RESULT 0x1p60f

/* ---- Memory ---- */

static uint32_t n_planes(const struct uqd_paper *paper)
{
    return paper->n_blocks + 1 + 3;
}

static uint32_t n_all_blocks(const struct uqd_paper *paper)
{
    return 2 * paper->n_blocks + 3;
}

/* Sums of planes, of the rows of one, and of two planes side by side. */
static size_t doubles_size(const struct uqd_paper *paper)
{
    return (size_t)2 * paper->width * (n_planes(paper) + SIDE + 2);
}

/* Of a thread: a strip of two planes and what becomes of it at the end of the network; or scores,
 * sums and what is attended to; or a row of keys and values. The first is the largest. */
static size_t scratch_size(const struct uqd_paper *paper)
{
    const size_t width = paper->width;
    const size_t strip = 2 * STRIP_PIXELS * width + (size_t)STRIP_ROWS * PITCH * UQD_NN_BLOCK;
    const size_t attention = QUERIES * (KEYS + width + 3);
    return strip > attention ? strip : attention;
}

/* Without scratch memory. */
static size_t floats_size(const struct uqd_paper *paper)
{
    const size_t width = paper->width;
    return 4 * width + paper->n_steps * n_all_blocks(paper) * width + 3 * PIXELS * width + 2 * KEYS;
}

size_t uqd_paper_network_size(const struct uqd_model *model)
{
    const struct uqd_paper *paper = model->paper;
    return n_planes(paper) *
               (sizeof(struct uqd_paper_plane) + uqd_nn_plane_size(SIDE, SIDE, paper->width)) +
           doubles_size(paper) * sizeof(double) +
           (floats_size(paper) + scratch_size(paper)) * sizeof(float);
}

static int alloc_plane(struct uqd_paper_network *network, struct uqd_paper_plane *plane,
                       double **sums)
{
    const uint32_t width = network->model->paper->width;
    plane->sums = *sums;
    *sums += (size_t)2 * width;
    return uqd_nn_plane_alloc(&plane->plane, SIDE, SIDE, width);
}

static int alloc_planes(struct uqd_paper_network *network)
{
    const struct uqd_paper *paper = network->model->paper;
    network->skips = uqd_calloc_array(paper->n_blocks + 1, sizeof *network->skips);
    network->doubles = uqd_malloc_array(doubles_size(paper), sizeof(double));
    if (network->skips == NULL || network->doubles == NULL)
        return UQD_ERR_NOMEM;
    double *sums = network->doubles;
    int status = alloc_plane(network, &network->hidden, &sums);
    if (status == UQD_OK)
        status = alloc_plane(network, &network->other, &sums);
    if (status == UQD_OK)
        status = alloc_plane(network, &network->inner, &sums);
    for (uint32_t i = 0; i <= paper->n_blocks && status == UQD_OK; i++)
        status = alloc_plane(network, &network->skips[i], &sums);
    network->row_sums = sums;
    network->pair_sums = sums + (size_t)2 * SIDE * paper->width;
    return status;
}

static int alloc_floats(struct uqd_paper_network *network)
{
    const struct uqd_paper *paper = network->model->paper;
    const size_t width = paper->width;
    size_t n;
    network->scratch_size = scratch_size(paper);
    if (uqd_mul_size(network->threads, network->scratch_size, &n) < 0 ||
        uqd_add_size(n, floats_size(paper), &n) < 0 || uqd_mul_size(n, sizeof(float), &n) < 0 ||
        n > PTRDIFF_MAX)
        return UQD_ERR_NOMEM;
    /* Keys and values are read as weights of layers, which are aligned; all sizes are multiples. */
    float *next = network->floats = aligned_alloc(ALIGNMENT, n);
    if (next == NULL)
        return UQD_ERR_NOMEM;
    network->scale = next;
    network->shift = next += 2 * width;
    network->biases = next += 2 * width;
    network->queries = next += paper->n_steps * n_all_blocks(paper) * width;
    network->keys = next += PIXELS * width;
    network->values = next += PIXELS * width;
    network->score_gain = next += PIXELS * width;
    network->score_bias = next += KEYS;
    network->scratch = next += KEYS;
    return UQD_OK;
}

int uqd_paper_network_init(struct uqd_paper_network *network, const struct uqd_model *model,
                           unsigned cpu_mask, uint32_t threads)
{
    assert(model->class == UQD_MODEL_PAPER && threads > 0);
    *network = (struct uqd_paper_network){.model = model, .threads = threads};
    uqd_nn_ops_init(&network->ops, uqd_cpu_flags() & cpu_mask);
    const int status = alloc_planes(network);
    return status == UQD_OK ? alloc_floats(network) : status;
}

void uqd_paper_network_free(struct uqd_paper_network *network)
{
    for (uint32_t i = 0; network->skips != NULL && i <= network->model->paper->n_blocks; i++)
        uqd_nn_plane_free(&network->skips[i].plane);
    uqd_nn_plane_free(&network->hidden.plane);
    uqd_nn_plane_free(&network->other.plane);
    uqd_nn_plane_free(&network->inner.plane);
    free(network->skips);
    free(network->doubles);
    free(network->floats);
    *network = (struct uqd_paper_network){0};
}

/* The calling thread's. */
static float *scratch_of(const struct uqd_paper_network *network)
{
    return network->scratch + (size_t)omp_get_thread_num() * network->scratch_size;
}

/* ---- Conditioning ---- */

/* The output for one input, or a row of them, of a layer without a gain. */
static void run_pixels(const struct uqd_paper_network *network, const struct uqd_nn_conv *conv,
                       const float *bias, enum uqd_nn_activation activation, const float *input,
                       float *output, size_t output_channels, uint32_t n)
{
    const struct uqd_layer layer = {conv, network->weights->ones, bias, activation, 0};
    uqd_run_pixels(&network->ops, &layer, input, conv->n_in, output, output_channels, n);
}

static const struct uqd_paper_block *block_at(const struct uqd_paper_network *network, uint32_t i)
{
    const uint32_t n = network->model->paper->n_blocks;
    if (i < n)
        return &network->weights->down[i];
    return i < n + 2 ? &network->weights->mid[i - n] : &network->weights->up[i - n - 2];
}

/* The biases of all blocks' first layers, for all steps at once: they depend on nothing else. */
static void compute_biases(struct uqd_paper_network *network)
{
    const struct uqd_paper *paper = network->model->paper;
    const struct uqd_paper_weights *weights = network->weights;
    const size_t width = paper->width, n_blocks = n_all_blocks(paper);
    const uint32_t n = paper->n_steps;
    float *waves = network->scratch, *inner = waves + n * width, *cond = inner + n * 4 * width;
    for (uint32_t step = 0; step < n; step++) {
        float *sines = waves + step * width;
        network->ops.sincos(sines, sines + width / 2, weights->timescales,
                            paper->steps[step].time * 1000, width / 2);
    }
    run_pixels(network, &weights->embed[0], weights->embed_bias[0], UQD_NN_ACTIVATION_SILU, waves,
               inner, 4 * width, n);
    run_pixels(network, &weights->embed[1], weights->embed_bias[1], UQD_NN_ACTIVATION_SILU, inner,
               cond, 4 * width, n);
    for (uint32_t i = 0; i < n_blocks; i++) {
        const struct uqd_paper_block *block = block_at(network, i);
        run_pixels(network, &block->cond, block->bias1, UQD_NN_ACTIVATION_NONE, cond,
                   network->biases + i * width, n_blocks * width, n);
    }
}

/* What the first run needs. */
static int prepare(struct uqd_paper_network *network)
{
    const struct uqd_paper_weights *weights;
    struct uqd_fpenv saved;
    const int status = uqd_paper_weights(network->model, &weights);
    if (status < 0)
        return status;
    network->weights = weights;
    uqd_fpenv_enter(&saved);
    compute_biases(network);
    for (uint32_t k = 0; k < KEYS; k++) {
        network->score_gain[k] = 1 / __builtin_sqrtf((float)network->model->paper->width);
        network->score_bias[k] = 0;
    }
    uqd_fpenv_leave(&saved);
    return UQD_OK;
}

/* ---- Normalisation ---- */

/* A row's part in the sums over a plane. */
static void sum_row(const struct uqd_paper_network *network, const struct uqd_paper_plane *plane,
                    uint32_t y)
{
    const uint32_t width = plane->plane.channels;
    network->ops.sums(network->row_sums + (size_t)2 * width * y,
                      uqd_nn_plane_pixel(&plane->plane, 0, y), width, SIDE, width);
}

/* Of a plane whose rows are all summed up. */
static void sum_plane(const struct uqd_paper_network *network, const struct uqd_paper_plane *plane)
{
    struct uqd_fpenv saved;
    uqd_fpenv_enter(&saved);
    network->ops.totals(plane->sums, network->row_sums, SIDE, 2 * plane->plane.channels);
    uqd_fpenv_leave(&saved);
}

/* Scale and shift for the channels of a plane, or of two side by side. */
static void prepare_norm(const struct uqd_paper_network *network,
                         const struct uqd_paper_plane *first, const struct uqd_paper_plane *second,
                         const struct uqd_paper_norm *norm)
{
    const struct uqd_paper *paper = network->model->paper;
    const size_t width = paper->width, n = second != NULL ? 2 * width : width;
    double *sums = network->pair_sums;
    struct uqd_fpenv saved;
    for (size_t which = 0; which < 2; which++) {
        memcpy(sums + which * n, first->sums + which * width, width * sizeof *sums);
        if (second != NULL)
            memcpy(sums + which * n + width, second->sums + which * width, width * sizeof *sums);
    }
    uqd_fpenv_enter(&saved);
    network->ops.norm(&(struct uqd_nn_norm_args){
        .sum = sums,
        .squares = sums + n,
        .weight = norm->weight,
        .bias = norm->bias,
        .n_channels = (uint32_t)n,
        .n_groups = paper->norm_groups,
        .n_pixels = PIXELS,
        .scale = network->scale,
        .shift = network->shift,
    });
    uqd_fpenv_leave(&saved);
}

/* Normalises a row of a plane to channels of a row of pixels; first_channel tells scale and shift.
 */
static void normalise_row(const struct uqd_paper_network *network,
                          const struct uqd_paper_plane *plane, uint32_t y, size_t first_channel,
                          enum uqd_nn_activation activation, float *output, size_t channels)
{
    network->ops.affine(&(struct uqd_nn_affine_args){
        .input = uqd_nn_plane_pixel(&plane->plane, 0, y),
        .input_channels = plane->plane.channels,
        .output = output + first_channel,
        .output_channels = channels,
        .scale = network->scale + first_channel,
        .shift = network->shift + first_channel,
        .n_pixels = SIDE,
        .n_channels = plane->plane.channels,
        .activation = activation,
    });
}

/* ---- Strips: rows of a plane with its border, in the scratch memory of a thread ---- */

/* Makes one row of a strip, SIDE pixels of `channels` floats. */
typedef void make_row(const void *stage, uint32_t y, float *row, size_t channels);

/* Makes the rows y - 1 .. y + n of a strip; what is outside of the picture is zero. */
static void make_strip(const void *stage, make_row *make, uint32_t y, uint32_t n, float *strip,
                       size_t channels)
{
    for (uint32_t i = 0; i < n + 2; i++) {
        float *row = strip + i * PITCH * channels;
        if (y + i == 0 || y + i > SIDE) {
            memset(row, 0, PITCH * channels * sizeof *row);
            continue;
        }
        memset(row, 0, channels * sizeof *row);
        make(stage, y + i - 1, row + channels, channels);
        memset(row + (SIDE + 1) * channels, 0, channels * sizeof *row);
    }
}

/* Convolves a strip of n rows to rows of pixels, PITCH pixels apart. */
static void convolve_strip(const struct uqd_paper_network *network, const struct uqd_layer *layer,
                           const float *strip, size_t channels, float *output,
                           size_t output_channels, uint32_t n)
{
    const struct uqd_nn_conv_args args = {
        .layer = layer->conv,
        .input = strip + (PITCH + 1) * channels,
        .input_channels = channels,
        .output = output,
        .output_channels = output_channels,
        .gain = layer->gain,
        .bias = layer->bias,
        .width = SIDE,
        .height = n,
        .activation = layer->activation,
        .accumulate = layer->accumulate,
    };
    network->ops.conv(&args, 0, n);
}

static uint32_t strip_end(uint32_t y, uint32_t row_end)
{
    return row_end - y > STRIP_ROWS ? y + STRIP_ROWS : row_end;
}

static int for_rows(struct uqd_work *work, double macs_per_pixel, uqd_row_function *function,
                    void *arguments)
{
    return uqd_for_rows(work, SIDE, SIDE, macs_per_pixel, function, arguments);
}

/* ---- Ends ---- */

struct end_stage {
    const struct uqd_paper_network *network;
    struct uqd_layer layer;
    const struct uqd_paper_plane *plane; /* written, or read */
    const float *z;
    float *eps_hat, *factor;
};

/* Values of the picture, sines and cosines. */
static void feature_row(const void *stage, uint32_t y, float *row, size_t channels)
{
    const struct end_stage *call = stage;
    for (uint32_t c = 0; c < UQD_PAPER_COLOURS; c++) {
        const float *z = call->z + c * PIXELS + y * SIDE;
        for (uint32_t x = 0; x < SIDE; x++)
            row[x * channels + c] = z[x];
        for (uint32_t f = 0; f < 2; f++) {
            float sines[SIDE], cosines[SIDE];
            float *to = row + (1 + f) * UQD_PAPER_COLOURS + c;
            call->network->ops.sincos(sines, cosines, z, frequencies[f], SIDE);
            for (uint32_t x = 0; x < SIDE; x++) {
                to[x * channels] = sines[x];
                to[x * channels + 2 * UQD_PAPER_COLOURS] = cosines[x];
            }
        }
    }
}

static void first_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct end_stage *call = arguments;
    const struct uqd_nn_plane *plane = &call->plane->plane;
    float *strip = scratch_of(call->network);
    for (uint32_t y = row_begin, end; y < row_end; y = end) {
        end = strip_end(y, row_end);
        make_strip(call, feature_row, y, end - y, strip, STRIP_FEATURES);
        convolve_strip(call->network, &call->layer, strip, STRIP_FEATURES,
                       uqd_nn_plane_pixel(plane, 0, y), plane->channels, end - y);
        for (uint32_t row = y; row < end; row++)
            sum_row(call->network, call->plane, row);
    }
}

static int run_first(struct uqd_paper_network *network, const float *z,
                     struct uqd_paper_plane *output, struct uqd_work *work)
{
    const struct uqd_paper_weights *weights = network->weights;
    struct end_stage call = {
        .network = network,
        .layer = {.conv = &weights->in, .gain = weights->ones, .bias = weights->in_bias},
        .plane = output,
        .z = z,
    };
    const int status = for_rows(work, uqd_layer_macs(&call.layer), first_rows, &call);
    if (status == UQD_OK)
        sum_plane(network, output);
    return status;
}

static void normalised_row(const void *stage, uint32_t y, float *row, size_t channels)
{
    const struct end_stage *call = stage;
    normalise_row(call->network, call->plane, y, 0, UQD_NN_ACTIVATION_SILU, row, channels);
}

/* From the outputs of the last layer. */
static void result_row(const struct end_stage *call, uint32_t y, const float *outputs)
{
    for (uint32_t c = 0; c < UQD_PAPER_COLOURS; c++) {
        const size_t at = c * PIXELS + y * SIDE;
        const float *z = call->z + at;
        float *eps_hat = call->eps_hat + at, *factor = call->factor + at;
        float raw[SIDE];
        for (uint32_t x = 0; x < SIDE; x++) {
            const float *out = outputs + x * UQD_NN_BLOCK + c;
            eps_hat[x] = uqd_clampf(out[0] + z[x], -MAX_RESULT, MAX_RESULT);
            raw[x] = out[UQD_PAPER_COLOURS];
        }
        call->network->ops.softplus(factor, raw, SIDE);
        for (uint32_t x = 0; x < SIDE; x++)
            factor[x] = factor[x] < MAX_RESULT ? factor[x] : MAX_RESULT;
    }
}

static void last_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct end_stage *call = arguments;
    const size_t channels = call->plane->plane.channels;
    float *strip = scratch_of(call->network), *outputs = strip + STRIP_PIXELS * channels;
    for (uint32_t y = row_begin, end; y < row_end; y = end) {
        end = strip_end(y, row_end);
        make_strip(call, normalised_row, y, end - y, strip, channels);
        convolve_strip(call->network, &call->layer, strip, channels, outputs, UQD_NN_BLOCK,
                       end - y);
        for (uint32_t i = 0; i < end - y; i++)
            result_row(call, y + i, outputs + i * PITCH * UQD_NN_BLOCK);
    }
}

static int run_last(struct uqd_paper_network *network, const struct uqd_paper_plane *input,
                    const float *z, float *eps_hat, float *factor, struct uqd_work *work)
{
    const struct uqd_paper_weights *weights = network->weights;
    struct end_stage call = {
        .network = network,
        .layer = {.conv = &weights->out, .gain = weights->ones, .bias = weights->out_bias},
        .plane = input,
        .z = z,
        .eps_hat = eps_hat,
        .factor = factor,
    };
    prepare_norm(network, input, NULL, &weights->out_norm);
    return for_rows(work, uqd_layer_macs(&call.layer), last_rows, &call);
}

/* ---- Residual blocks ---- */

/* One of the two layers of a block. */
struct block_stage {
    const struct uqd_paper_network *network;
    const struct uqd_paper_block *block;
    struct uqd_layer layer;
    const struct uqd_paper_plane *input, *second_input; /* side by side; the second may be NULL */
    const struct uqd_paper_plane *output;
    /* What the output begins with, in the second layer. */
    const struct uqd_paper_plane *before, *second_before;
};

static void block_row(const void *stage, uint32_t y, float *row, size_t channels)
{
    const struct block_stage *call = stage;
    normalise_row(call->network, call->input, y, 0, UQD_NN_ACTIVATION_SILU, row, channels);
    if (call->second_input != NULL)
        normalise_row(call->network, call->second_input, y, call->input->plane.channels,
                      UQD_NN_ACTIVATION_SILU, row, channels);
}

/* Writes what the block takes over from its input to a row of the output. */
static void begin_row(const struct block_stage *call, uint32_t y)
{
    const struct uqd_nn_plane *output = &call->output->plane, *before = &call->before->plane;
    float *to = uqd_nn_plane_pixel(output, 0, y);
    const float *from = uqd_nn_plane_pixel(before, 0, y);
    const size_t n = output->channels;
    if (call->second_before == NULL) {
        if (to != from)
            memcpy(to, from, SIDE * n * sizeof *to);
        return;
    }
    const struct uqd_paper_weights *weights = call->network->weights;
    struct uqd_layer skip = {
        .conv = &call->block->skip[0], .gain = weights->ones, .bias = call->block->skip_bias};
    uqd_run_pixels(&call->network->ops, &skip, from, n, to, n, SIDE);
    skip.conv = &call->block->skip[1];
    skip.bias = weights->zeros;
    skip.accumulate = 1;
    uqd_run_pixels(&call->network->ops, &skip,
                   uqd_nn_plane_pixel(&call->second_before->plane, 0, y), n, to, n, SIDE);
}

static void block_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct block_stage *call = arguments;
    const struct uqd_nn_plane *output = &call->output->plane;
    const size_t channels = call->layer.conv->n_in;
    float *strip = scratch_of(call->network);
    for (uint32_t y = row_begin, end; y < row_end; y = end) {
        end = strip_end(y, row_end);
        make_strip(call, block_row, y, end - y, strip, channels);
        for (uint32_t row = y; row < end && call->before != NULL; row++)
            begin_row(call, row);
        convolve_strip(call->network, &call->layer, strip, channels,
                       uqd_nn_plane_pixel(output, 0, y), output->channels, end - y);
        for (uint32_t row = y; row < end; row++)
            sum_row(call->network, call->output, row);
    }
}

static int run_stage(struct block_stage *call, const struct uqd_paper_norm *norm,
                     struct uqd_work *work)
{
    double macs = uqd_layer_macs(&call->layer);
    if (call->second_before != NULL)
        macs += 2.0 * call->output->plane.channels * call->output->plane.channels;
    prepare_norm(call->network, call->input, call->second_input, norm);
    const int status = for_rows(work, macs, block_rows, call);
    if (status == UQD_OK)
        sum_plane(call->network, call->output);
    return status;
}

/* Block i of all, from one plane, or two side by side, to another, which may be the first if there
 * is no second. */
static int run_block(struct uqd_paper_network *network, uint32_t step, uint32_t i,
                     const struct uqd_paper_plane *input,
                     const struct uqd_paper_plane *second_input,
                     const struct uqd_paper_plane *output, struct uqd_work *work)
{
    const struct uqd_paper *paper = network->model->paper;
    const struct uqd_paper_block *block = block_at(network, i);
    const float *ones = network->weights->ones;
    const float *bias = network->biases + (step * n_all_blocks(paper) + i) * (size_t)paper->width;
    struct block_stage first = {
        .network = network,
        .block = block,
        .layer = {.conv = &block->conv1, .gain = ones, .bias = bias},
        .input = input,
        .second_input = second_input,
        .output = &network->inner,
    };
    struct block_stage second = {
        .network = network,
        .block = block,
        .layer = {.conv = &block->conv2, .gain = ones, .bias = block->bias2, .accumulate = 1},
        .input = &network->inner,
        .output = output,
        .before = input,
        .second_before = second_input,
    };
    const int status = run_stage(&first, &block->norm1, work);
    return status == UQD_OK ? run_stage(&second, &block->norm2, work) : status;
}

/* ---- Attention ---- */

struct attention_stage {
    const struct uqd_paper_network *network;
    const struct uqd_paper_plane *plane; /* read, and then added to */
};

/* Some of a 1x1 layer's outputs as a layer of their own. */
static struct uqd_nn_conv part_of(const struct uqd_nn_conv *conv, uint32_t first, uint32_t n)
{
    return (struct uqd_nn_conv){1, conv->n_in, n, conv->weights + (size_t)first * conv->n_in};
}

/* Puts the keys and values of a row, [pixel][key, value], where they are weights of layers: keys of
 * one with an output for each, values of one for KEYS inputs each. */
static void pack_row(const struct uqd_paper_network *network, uint32_t y, const float *row)
{
    const size_t n = network->model->paper->width;
    for (size_t x = 0; x < SIDE; x++) {
        const size_t at = y * SIDE + x, lane = at % UQD_NN_BLOCK;
        const float *key = row + x * 2 * n, *value = key + n;
        float *keys = network->keys + (at - lane) * n + lane;
        float *values = network->values + at / KEYS * KEYS * n + at % KEYS * UQD_NN_BLOCK;
        for (size_t c = 0; c < n; c++)
            keys[c * UQD_NN_BLOCK] = key[c];
        for (size_t c = 0; c < n; c += UQD_NN_BLOCK)
            memcpy(values + c * KEYS, value + c, UQD_NN_BLOCK * sizeof *values);
    }
}

static void pack_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct attention_stage *call = arguments;
    const struct uqd_paper_network *network = call->network;
    const uint32_t n = network->model->paper->width;
    const struct uqd_paper_weights *weights = network->weights;
    const struct uqd_nn_conv query = part_of(&weights->qkv, 0, n),
                             rest = part_of(&weights->qkv, n, 2 * n);
    float *row = scratch_of(network), *keys_and_values = row + (size_t)SIDE * n;
    for (uint32_t y = row_begin; y < row_end; y++) {
        normalise_row(network, call->plane, y, 0, UQD_NN_ACTIVATION_NONE, row, n);
        run_pixels(network, &query, weights->qkv_bias, UQD_NN_ACTIVATION_NONE, row,
                   network->queries + (size_t)y * SIDE * n, n, SIDE);
        run_pixels(network, &rest, weights->qkv_bias + n, UQD_NN_ACTIVATION_NONE, row,
                   keys_and_values, 2 * n, SIDE);
        pack_row(network, y, keys_and_values);
    }
}

/* The values that so many queries attend to, means over all keys. */
static void attend(const struct uqd_paper_network *network, const float *queries,
                   uint32_t n_queries, struct uqd_nn_softmax_args *softmax, float *means)
{
    const uint32_t n = network->model->paper->width;
    memset(means, 0, (size_t)n_queries * n * sizeof *means);
    for (uint32_t q = 0; q < n_queries; q++) {
        softmax->highest[q] = -FLT_MAX;
        softmax->sum[q] = 0;
    }
    for (size_t k = 0; k < PIXELS; k += KEYS) {
        const struct uqd_nn_conv keys = {1, n, KEYS, network->keys + k * n};
        const struct uqd_nn_conv values = {1, KEYS, n, network->values + k * n};
        const struct uqd_layer score = {&keys, network->score_gain, network->score_bias,
                                        UQD_NN_ACTIVATION_NONE, 0};
        const struct uqd_layer mix = {&values, network->weights->ones, network->weights->zeros,
                                      UQD_NN_ACTIVATION_NONE, 1};
        uqd_run_pixels(&network->ops, &score, queries, n, softmax->scores, KEYS, n_queries);
        network->ops.softmax(softmax);
        network->ops.rescale(means, n, softmax->factor, n_queries, n);
        uqd_run_pixels(&network->ops, &mix, softmax->scores, KEYS, means, n, n_queries);
    }
    for (uint32_t q = 0; q < n_queries; q++)
        softmax->factor[q] = 1 / softmax->sum[q];
    network->ops.rescale(means, n, softmax->factor, n_queries, n);
}

static void attention_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct attention_stage *call = arguments;
    const struct uqd_paper_network *network = call->network;
    const struct uqd_paper_weights *weights = network->weights;
    const uint32_t n = network->model->paper->width;
    const struct uqd_layer out = {&weights->attention_out, weights->ones,
                                  weights->attention_out_bias, UQD_NN_ACTIVATION_NONE, 1};
    float *next = scratch_of(network), *means = next + QUERIES * KEYS;
    struct uqd_nn_softmax_args softmax = {.scores = next, .n_queries = QUERIES, .n_keys = KEYS};
    softmax.highest = means + (size_t)QUERIES * n;
    softmax.sum = softmax.highest + QUERIES;
    softmax.factor = softmax.sum + QUERIES;
    for (uint32_t y = row_begin; y < row_end; y++) {
        attend(network, network->queries + (size_t)y * SIDE * n, QUERIES, &softmax, means);
        uqd_run_pixels(&network->ops, &out, means, n, uqd_nn_plane_pixel(&call->plane->plane, 0, y),
                       n, SIDE);
        sum_row(network, call->plane, y);
    }
}

static int run_attention(struct uqd_paper_network *network, const struct uqd_paper_plane *plane,
                         struct uqd_work *work)
{
    const double n = network->model->paper->width;
    struct attention_stage call = {network, plane};
    prepare_norm(network, plane, NULL, &network->weights->attention_norm);
    int status = for_rows(work, 3 * n * n, pack_rows, &call);
    if (status == UQD_OK)
        status = for_rows(work, 2.0 * PIXELS * n + n * n, attention_rows, &call);
    if (status == UQD_OK)
        sum_plane(network, plane);
    return status;
}

/* ---- All of it ---- */

static int run_blocks(struct uqd_paper_network *network, uint32_t step, struct uqd_work *work)
{
    const uint32_t n = network->model->paper->n_blocks;
    struct uqd_paper_plane *hidden = &network->hidden, *other = &network->other;
    int status = UQD_OK;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++)
        status =
            run_block(network, step, i, &network->skips[i], NULL, &network->skips[i + 1], work);
    if (status == UQD_OK)
        status = run_block(network, step, n, &network->skips[n], NULL, hidden, work);
    if (status == UQD_OK)
        status = run_attention(network, hidden, work);
    if (status == UQD_OK)
        status = run_block(network, step, n + 1, hidden, NULL, hidden, work);
    for (uint32_t i = 0; i <= n && status == UQD_OK; i++) {
        const struct uqd_paper_plane before = *hidden;
        status = run_block(network, step, n + 2 + i, hidden, &network->skips[n - i], other, work);
        *hidden = *other;
        *other = before;
    }
    return status;
}

int uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step,
                          const float z[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          float eps_hat[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          float factor[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS], struct uqd_work *work)
{
    assert(step < network->model->paper->n_steps && work->threads <= network->threads);
    int status = network->weights == NULL ? prepare(network) : UQD_OK;
    if (status == UQD_OK)
        status = run_first(network, z, &network->skips[0], work);
    if (status == UQD_OK)
        status = run_blocks(network, step, work);
    if (status == UQD_OK)
        status = run_last(network, &network->hidden, z, eps_hat, factor, work);
    return status;
}
