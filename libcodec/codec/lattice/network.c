#include "codec/lattice/network.h"

#include "codec/lattice/gains.h"
#include "codec/lattice/layer.h"
#include "codec/rows.h"
#include "entropy/split.h"
#include "transform/threads.h"
#include "util/checked.h"
#include "util/isa.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 1x1 layers run over strips of a row: what they hand on stays in the cache of a thread. */
enum { STRIP = 96 };

/* Bytes of a pixel between 1x1 layers: features, or what is between the layers of a head and what
 * leaves it. */
static size_t strip_bytes(const struct uqd_model *model)
{
    const size_t head = sizeof(int16_t) * model->width + sizeof(float) * UQD_MODEL_MAX_HEAD;
    const size_t features = sizeof(int16_t) * UQD_FEATURES;
    return head > features ? head : features;
}

static uint32_t context_channels(const struct uqd_model *model)
{
    uint32_t most = 1;
    for (uint32_t g = 0; g + 1 < model->n_groups; g++)
        most = model->groups[g].n > most ? model->groups[g].n : most;
    return 2 * most;
}

uint64_t uqd_network_bytes_per_block(const struct uqd_model *model)
{
    return sizeof(int16_t) * (uint64_t)(context_channels(model) + 3 * model->width);
}

int uqd_network_init(struct uqd_network *network, const struct uqd_model *model, unsigned cpu_mask,
                     struct uqd_work *work, uint32_t grid_w, uint32_t grid_h)
{
    *network =
        (struct uqd_network){.model = model, .work = work, .width = grid_w, .height = grid_h};
    network->ops = *uqd_nn_ops_for(uqd_cpu_flags() & cpu_mask);
    network->strip_size = (grid_w < STRIP ? grid_w : STRIP) * strip_bytes(model);
    network->strips = uqd_malloc_array(work->threads, network->strip_size);
    network->gains = uqd_malloc_array((size_t)uqd_n_gains(model) * model->width, sizeof(float));
    int status = network->strips != NULL && network->gains != NULL ? UQD_OK : UQD_ERR_NOMEM;
    if (status == UQD_OK)
        status =
            uqd_nn_qplane_alloc(&network->context, grid_w, grid_h, context_channels(model), work);
    if (status == UQD_OK)
        status = uqd_nn_qplane_alloc(&network->trunk, grid_w, grid_h, model->width, work);
    if (status == UQD_OK)
        status = uqd_nn_qplane_alloc(&network->hidden, grid_w, grid_h, model->width, work);
    if (status == UQD_OK)
        status = uqd_nn_qplane_alloc(&network->inner, grid_w, grid_h, model->width, work);
    return status;
}

void uqd_network_free(struct uqd_network *network)
{
    free(network->strips);
    free(network->gains);
    network->strips = NULL;
    network->gains = NULL;
    uqd_nn_qplane_free(&network->context);
    uqd_nn_qplane_free(&network->trunk);
    uqd_nn_qplane_free(&network->hidden);
    uqd_nn_qplane_free(&network->inner);
}

static int for_rows(struct uqd_network *network, double macs_per_block, uqd_row_function *function,
                    void *arguments)
{
    return uqd_for_rows(network->work, network->width, network->height, macs_per_block, function,
                        arguments);
}

/* The calling thread's. */
static void *strip_of(const struct uqd_network *network)
{
    return network->strips + (size_t)omp_get_thread_num() * network->strip_size;
}

static uint32_t strip_end(const struct uqd_network *network, uint32_t x)
{
    return network->width - x < STRIP ? network->width : x + STRIP;
}

/* ---- Layers ---- */

static const float *gains_of(const struct uqd_network *network, uint32_t row)
{
    return network->gains + (size_t)row * network->model->width;
}

/* Makes whole numbers of activations, with the gains and biases of the trunk's stage type. */
static struct uqd_layer activated(const struct uqd_network *network,
                                  const struct uqd_nn_qconv *conv, const struct uqd_affine *affine,
                                  const float *gain, float scale)
{
    return (struct uqd_layer){
        .conv = conv,
        .gain = gain,
        .bias = affine->bias + network->type_row,
        .scale = scale,
        .finish = UQD_NN_FINISH_SILU,
    };
}

/* Adds to a plane. */
static struct uqd_layer added(const struct uqd_network *network, const struct uqd_nn_qconv *conv)
{
    return (struct uqd_layer){
        .conv = conv,
        .gain = conv->gain,
        .bias = network->model->zeros,
        .finish = UQD_NN_FINISH_ADD,
    };
}

/* gains: of the first block's inner layer, those of the others follow. */
static int run_blocks(struct uqd_network *network, const struct uqd_residual_block *blocks,
                      const struct uqd_affine *affines, const float *gains, uint32_t n,
                      struct uqd_nn_qplane *plane)
{
    int status = UQD_OK;
    for (uint32_t b = 0; b < n && status == UQD_OK; b++) {
        const struct uqd_layer in =
            activated(network, &blocks[b].in, &affines[b],
                      gains + (size_t)b * network->model->width, blocks[b].scale);
        const struct uqd_layer out = added(network, &blocks[b].out);
        status = uqd_run_layer(network->work, &network->ops, &in, plane, &network->inner);
        if (status == UQD_OK)
            status = uqd_run_layer(network->work, &network->ops, &out, &network->inner, plane);
    }
    return status;
}

/* ---- Features, and the layer that reads them ---- */

struct input_rows {
    struct uqd_network *network;
    const struct uqd_unit *unit;
    struct uqd_layer layer;
};

static void magnitudes(int16_t *out, const int16_t *in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = (int16_t)(in[i] < 0 ? -in[i] : in[i]);
}

/* A 64th of a low-pass value. */
static int16_t low_feature(int16_t low)
{
    const int32_t value = low * (1 << UQD_FEATURE_BITS) / 64;
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < -INT16_MAX ? -INT16_MAX : value);
}

static void features_of(const struct uqd_network *network, const int16_t *block, int16_t *out)
{
    const float one = 1 << UQD_FEATURE_BITS;
    network->ops.asinh(out, block, network->centre_scale, one, UQD_BLOCK_CHANNELS);
    out += UQD_BLOCK_CHANNELS;
    network->ops.asinh(out, block, network->width_scale, one, UQD_UNIT_CHANNELS);
    for (uint32_t c = UQD_UNIT_CHANNELS; c < UQD_BLOCK_CHANNELS; c++)
        out[c] = low_feature(block[c]);
    magnitudes(out + UQD_BLOCK_CHANNELS, out, UQD_UNIT_CHANNELS);
    magnitudes(out + UQD_BLOCK_CHANNELS + UQD_UNIT_CHANNELS,
               out - UQD_BLOCK_CHANNELS + UQD_UNIT_CHANNELS,
               UQD_BLOCK_CHANNELS - UQD_UNIT_CHANNELS);
}

static void input_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct input_rows *call = arguments;
    struct uqd_network *network = call->network;
    int16_t *features = strip_of(network);
    for (uint32_t y = row_begin; y < row_end; y++) {
        for (uint32_t x = 0, end; x < network->width; x = end) {
            end = strip_end(network, x);
            const int16_t *blocks =
                call->unit->cells + ((size_t)y * network->width + x) * UQD_BLOCK_CHANNELS;
            for (uint32_t i = 0; i < end - x; i++)
                features_of(network, blocks + (size_t)i * UQD_BLOCK_CHANNELS,
                            features + (size_t)i * UQD_FEATURES);
            uqd_run_pixels(&network->ops, &call->layer, features, UQD_FEATURES,
                           uqd_nn_qplane_pixel(&network->trunk, x, y), network->trunk.channels,
                           end - x);
        }
    }
}

/* Means and scales are in units of half a cell, up to this level. */
enum { REFERENCE_LEVEL = 7 };

static void prepare_type(struct uqd_network *network, uint32_t type, const uint8_t *levels,
                         int dithered)
{
    network->stage_type = &network->model->stage_types[type];
    memcpy(network->levels, levels, UQD_UNIT_CHANNELS);
    network->type_row = (2 * type + (dithered != 0)) * network->model->width;
    uqd_gains_set(network->gains, network->model, network->weights, network->type_row);
    /* Half of twice the centre; the low-pass is as it is. */
    for (uint32_t c = 0; c < UQD_BLOCK_CHANNELS; c++)
        network->centre_scale[c] = c < UQD_UNIT_CHANNELS ? 1.0f / 40 : 1.0f / 20;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const uint32_t level = levels[c] < REFERENCE_LEVEL ? levels[c] : REFERENCE_LEVEL;
        const float width = (float)(1 << levels[c]);
        network->width_scale[c] = 0.5f / width;
        network->cell_width[c] = width;
        network->reference[c] = 0.5f * (float)(1 << level);
        network->log2_reference[c] = (float)level - 1;
    }
}

int uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit, uint32_t type,
                      const uint8_t *levels, int dithered)
{
    assert(type < network->model->n_stage_types);
    assert(unit->grid_w == network->width && unit->grid_h == network->height);
    const struct uqd_model *model = network->model;
    int status = uqd_model_network(model, model->stage_types[type].network, &network->weights);
    if (status < 0)
        return status;
    prepare_type(network, type, levels, dithered);
    struct input_rows call = {
        .network = network,
        .unit = unit,
        .layer =
            {
                .conv = &network->weights->input,
                .gain = gains_of(network, UQD_GAINS_INPUT),
                .bias = gains_of(network, UQD_GAINS_INPUT_BIAS),
                .finish = UQD_NN_FINISH_SET,
            },
    };
    status = for_rows(network, uqd_layer_macs(&call.layer) + UQD_FEATURES * 10, input_rows, &call);
    if (status == UQD_OK)
        status = run_blocks(network, network->weights->blocks, model->affines.blocks,
                            gains_of(network, UQD_GAINS_RESIDUAL_BLOCKS), model->n_residual_blocks,
                            &network->trunk);
    return status;
}

int uqd_network_give_trunk(struct uqd_network *network, uint32_t type, const uint8_t *levels,
                           int dithered, struct uqd_nn_qplane *plane)
{
    const struct uqd_model *model = network->model;
    assert(type < model->n_stage_types);
    assert(plane->width == network->width && plane->height == network->height);
    const int status =
        uqd_model_network(model, model->stage_types[type].network, &network->weights);
    if (status < 0)
        return status;
    prepare_type(network, type, levels, dithered);
    uqd_nn_qplane_free(&network->trunk);
    network->trunk = *plane;
    *plane = (struct uqd_nn_qplane){0};
    return UQD_OK;
}

struct uqd_nn_qplane uqd_network_take_trunk(struct uqd_network *network)
{
    const struct uqd_nn_qplane trunk = network->trunk;
    network->trunk = (struct uqd_nn_qplane){0};
    network->stage_type = NULL;
    return trunk;
}

int uqd_network_make_trunk(struct uqd_network *network)
{
    return network->trunk.data != NULL
               ? UQD_OK
               : uqd_nn_qplane_alloc(&network->trunk, network->width, network->height,
                                     network->model->width, network->work);
}

/* ---- Heads ---- */

struct head_rows {
    struct uqd_network *network;
    const struct uqd_unit *unit;
    const struct uqd_nn_qplane *input;
    struct uqd_layer mix, out;
    uint32_t first_channel, n; /* channels */
    int32_t *mean_q4;          /* [block][n] */
    uint8_t *scale_index;      /* [block][n] or NULL */
};

/* The means and scales of a block from what left the layers. */
static void finish_block(const struct head_rows *call, size_t block, const float *out)
{
    const struct uqd_network *network = call->network;
    const struct uqd_nn_head_args args = {
        .gate = out,
        .offset = out + call->n,
        .log_scale = call->scale_index != NULL ? out + 2 * (size_t)call->n : NULL,
        .twice_centre = call->unit->cells + block * UQD_BLOCK_CHANNELS + call->first_channel,
        .width = network->cell_width + call->first_channel,
        .reference = network->reference + call->first_channel,
        .log2_reference = network->log2_reference + call->first_channel,
        .mean_q4 = call->mean_q4 + block * call->n,
        .scale_index = call->scale_index != NULL ? call->scale_index + block * call->n : NULL,
        .n = call->n,
    };
    network->ops.head(&args);
}

static void head_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct head_rows *call = arguments;
    const struct uqd_network *network = call->network;
    const size_t n_mix = call->mix.conv->n_out, n_out = call->out.conv->n_out;
    /* Floats first: their size is a multiple of the others' alignment. */
    float *out = strip_of(network);
    int16_t *mix = (int16_t *)(out + strip_end(network, 0) * n_out);
    for (uint32_t y = row_begin; y < row_end; y++) {
        for (uint32_t x = 0, end; x < network->width; x = end) {
            end = strip_end(network, x);
            uqd_run_pixels(&network->ops, &call->mix, uqd_nn_qplane_pixel(call->input, x, y),
                           call->input->channels, mix, n_mix, end - x);
            uqd_run_pixels(&network->ops, &call->out, mix, n_mix, out, n_out, end - x);
            for (uint32_t i = 0; i < end - x; i++)
                finish_block(call, (size_t)y * network->width + x + i, out + i * n_out);
        }
    }
}

/* Fills in the layers of a head, and runs it. */
static int run_head(struct head_rows *call, const struct uqd_head *head,
                    const struct uqd_affine *affine, const float *gain)
{
    struct uqd_network *network = call->network;
    call->mix = activated(network, &head->mix, affine, gain, head->scale);
    call->out = (struct uqd_layer){
        .conv = &head->out,
        .gain = head->out.gain,
        .bias = head->out_bias,
        .finish = UQD_NN_FINISH_FLOAT,
    };
    const double macs = uqd_layer_macs(&call->mix) + uqd_layer_macs(&call->out) + call->n * 20.0;
    return for_rows(network, macs, head_rows, call);
}

/* The head keeps means within a cell's width of the centre; those that are shown stay in the cell.
 */
static int clamp_to_cells(const struct uqd_network *network, const struct uqd_unit *unit,
                          int32_t *mean_q4)
{
    const size_t n_blocks = (size_t)network->width * network->height;
    for (size_t i = 0; i < n_blocks; i++) {
        if (uqd_work_look(network->work, UQD_UNIT_CHANNELS) < 0)
            return UQD_ERR_CANCELLED;
        const int16_t *twice_centres = unit->cells + i * UQD_BLOCK_CHANNELS;
        int32_t *means = mean_q4 + i * UQD_UNIT_CHANNELS;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            const struct uqd_cell cell = uqd_cell_at(twice_centres[c], network->levels[c]);
            means[c] = uqd_split_clamp(means[c], cell.low, cell.high);
        }
    }
    return UQD_OK;
}

static int copy_trunk(struct uqd_network *network)
{
    return uqd_work_copy(
        network->work, network->hidden.data, network->trunk.data,
        uqd_nn_qplane_size(network->width, network->height, network->model->width));
}

int uqd_network_denoise(struct uqd_network *network, const struct uqd_unit *unit, int32_t *mean_q4)
{
    assert(network->stage_type != NULL);
    const struct uqd_model *model = network->model;
    const struct uqd_weights *weights = network->weights;
    const struct uqd_nn_qplane *input = &network->trunk;
    int status = UQD_OK;
    /* The groups need the trunk as it is. Their context lives in `hidden` only from
     * uqd_network_begin_groups to the last group, and nothing is denoised in between. */
    if (model->n_denoise_blocks > 0) {
        input = &network->hidden;
        status = copy_trunk(network);
        if (status == UQD_OK)
            status = run_blocks(network, weights->denoise_blocks, model->affines.denoise_blocks,
                                gains_of(network, uqd_gains_denoise(model)),
                                model->n_denoise_blocks, &network->hidden);
    }
    struct head_rows call = {.network = network,
                             .unit = unit,
                             .input = input,
                             .n = UQD_UNIT_CHANNELS,
                             .mean_q4 = mean_q4};
    if (status == UQD_OK)
        status = run_head(&call, &weights->denoise, &model->affines.denoise,
                          gains_of(network, uqd_n_gains(model) - 1));
    return status == UQD_OK ? clamp_to_cells(network, unit, mean_q4) : status;
}

int uqd_network_begin_groups(struct uqd_network *network)
{
    assert(network->stage_type != NULL);
    return copy_trunk(network);
}

int uqd_network_group(struct uqd_network *network, const struct uqd_unit *unit, uint32_t g,
                      int32_t *mean_q4, uint8_t *scale_index)
{
    assert(network->stage_type != NULL && g < network->model->n_groups);
    const struct uqd_group *group = &network->model->groups[g];
    struct head_rows call = {
        .network = network,
        .unit = unit,
        .input = &network->hidden,
        .first_channel = group->first_channel,
        .n = group->n,
        .mean_q4 = mean_q4,
        .scale_index = scale_index,
    };
    return run_head(
        &call, &network->weights->groups[g], &network->model->affines.groups[g],
        gains_of(network, UQD_GAINS_RESIDUAL_BLOCKS + network->model->n_residual_blocks + g));
}

/* ---- Context ---- */

struct context_rows {
    struct uqd_network *network;
    const struct uqd_group *group;
    const int16_t *moved;
    float scale[UQD_UNIT_CHANNELS];
};

static void context_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct context_rows *call = arguments;
    const uint32_t n = call->group->n;
    for (uint32_t y = row_begin; y < row_end; y++) {
        for (uint32_t x = 0; x < call->network->width; x++) {
            const size_t block = (size_t)y * call->network->width + x;
            int16_t *out = uqd_nn_qplane_pixel(&call->network->context, x, y);
            call->network->ops.asinh(out, call->moved + block * n, call->scale,
                                     1 << UQD_CONTEXT_BITS, n);
            magnitudes(out + n, out, n);
        }
    }
}

int uqd_network_context(struct uqd_network *network, uint32_t g, const int16_t *moved)
{
    assert(network->stage_type != NULL && g + 1 < network->model->n_groups);
    const struct uqd_group *group = &network->model->groups[g];
    struct context_rows call = {.network = network, .group = group, .moved = moved};
    for (uint32_t c = 0; c < group->n; c++)
        call.scale[c] = 0.5f / (float)(1 << network->stage_type->to[group->first_channel + c]);
    const struct uqd_layer layer = added(network, &network->weights->contexts[g]);
    const int status = for_rows(network, group->n * 20.0, context_rows, &call);
    if (status < 0)
        return status;
    return uqd_run_layer(network->work, &network->ops, &layer, &network->context, &network->hidden);
}
