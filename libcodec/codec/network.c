#include "codec/network.h"

#include "entropy/split.h"
#include "util/cpu.h"
#include "util/fpenv.h"

#include <stdlib.h>
#include <string.h>

/* The work between two reports of progress: about 10 ms on one core. */
#define BAND_MACS 5e8
/* Below so much work, waking the other threads costs more than they save. */
#define PARALLEL_MACS 4e6

/* Planes of features hold group outputs in their first half, a context's input in the second. */
enum { CONTEXT_FIRST = UQD_FEATURES / 2 };

uint64_t uqd_network_bytes_per_cell(const struct uqd_model *model)
{
    return sizeof(float) * (uint64_t)(UQD_FEATURES + 3 * model->width);
}

int uqd_network_init(struct uqd_network *network, const struct uqd_model *model, unsigned cpu_mask,
                     struct uqd_work *work, uint32_t grid_w, uint32_t grid_h)
{
    *network =
        (struct uqd_network){.model = model, .work = work, .width = grid_w, .height = grid_h};
    uqd_nn_ops_init(&network->ops, uqd_cpu_flags() & cpu_mask);
    int status = uqd_nn_plane_alloc(&network->features, grid_w, grid_h, UQD_FEATURES);
    if (status == UQD_OK)
        status = uqd_nn_plane_alloc(&network->trunk, grid_w, grid_h, model->width);
    if (status == UQD_OK)
        status = uqd_nn_plane_alloc(&network->hidden, grid_w, grid_h, model->width);
    if (status == UQD_OK)
        status = uqd_nn_plane_alloc(&network->inner, grid_w, grid_h, model->width);
    return status;
}

void uqd_network_free(struct uqd_network *network)
{
    uqd_nn_plane_free(&network->features);
    uqd_nn_plane_free(&network->trunk);
    uqd_nn_plane_free(&network->hidden);
    uqd_nn_plane_free(&network->inner);
}

/* ---- Rows in parallel ---- */

typedef void row_function(void *arguments, uint32_t row_begin, uint32_t row_end);

static uint32_t clamp_rows(double rows, uint32_t height)
{
    return rows < 1 ? 1 : rows > height ? height : (uint32_t)rows;
}

/* Calls the function for all rows of the grid, in chunks on all threads, band by band with
 * progress in between. */
static int for_rows(struct uqd_network *network, double macs_per_cell, row_function *function,
                    void *arguments)
{
    const uint32_t height = network->height;
    const double macs_per_row = macs_per_cell * network->width;
    const uint32_t threads = network->work->threads;
    const uint32_t band = clamp_rows(BAND_MACS * threads / macs_per_row, height);
    for (uint32_t begin = 0; begin < height; begin += band) {
        const uint32_t end = height - begin > band ? begin + band : height;
        /* Many chunks per thread, so that nobody waits long for a thread that lost its core; but
         * each with enough cells for the kernels. */
        const double even = (end - begin) / (8.0 * threads), least = 128.0 / network->width;
        const uint32_t rows = clamp_rows(even > least ? even : least, height);
        const uint32_t n_chunks = (end - begin + rows - 1) / rows;
        const int parallel =
            threads > 1 && n_chunks > 1 && macs_per_row * (end - begin) > PARALLEL_MACS;
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (parallel)
        for (uint32_t chunk = 0; chunk < n_chunks; chunk++) {
            const uint32_t first = begin + chunk * rows;
            struct uqd_fpenv saved;
            uqd_fpenv_enter(&saved);
            function(arguments, first, end - first > rows ? first + rows : end);
            uqd_fpenv_leave(&saved);
        }
        const int status = uqd_work_add(network->work, macs_per_row * (end - begin));
        if (status < 0)
            return status;
    }
    return UQD_OK;
}

struct conv_rows {
    const struct uqd_nn_ops *ops;
    struct uqd_nn_conv_args args;
};

static void conv_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct conv_rows *call = arguments;
    call->ops->conv(&call->args, row_begin, row_end);
}

struct conv_options {
    const float *gain, *bias; /* NULL: 1 and 0 */
    enum uqd_nn_activation activation;
    int accumulate;
    uint32_t input_first; /* first channel of the input plane */
};

static int run_conv(struct uqd_network *network, const struct uqd_nn_conv *layer,
                    const struct uqd_nn_plane *input, struct uqd_nn_plane *output,
                    struct conv_options options)
{
    struct conv_rows call = {
        .ops = &network->ops,
        .args =
            {
                .layer = layer,
                .input = uqd_nn_plane_pixel(input, 0, 0) + options.input_first,
                .input_channels = input->channels,
                .output = uqd_nn_plane_pixel(output, 0, 0),
                .output_channels = output->channels,
                .gain = options.gain != NULL ? options.gain : network->model->ones,
                .bias = options.bias != NULL ? options.bias : network->model->zeros,
                .width = network->width,
                .height = network->height,
                .activation = options.activation,
                .accumulate = options.accumulate,
            },
    };
    const double macs = (double)layer->size * layer->size * layer->n_in * layer->n_out;
    return for_rows(network, macs, conv_rows, &call);
}

/* With the gains and biases of the trunk's kind. */
static struct conv_options scaled(const struct uqd_network *network,
                                  const struct uqd_affine *affine,
                                  enum uqd_nn_activation activation)
{
    return (struct conv_options){.gain = affine->gain + network->kind_row,
                                 .bias = affine->bias + network->kind_row,
                                 .activation = activation};
}

static int run_blocks(struct uqd_network *network, const struct uqd_block *blocks,
                      const struct uqd_affine *affines, uint32_t n, struct uqd_nn_plane *plane)
{
    int status = UQD_OK;
    for (uint32_t b = 0; b < n && status == UQD_OK; b++) {
        status = run_conv(network, &blocks[b].in, plane, &network->inner,
                          scaled(network, &affines[b], UQD_NN_ACTIVATION_SILU));
        if (status == UQD_OK)
            status = run_conv(network, &blocks[b].out, &network->inner, plane,
                              (struct conv_options){.accumulate = 1});
    }
    return status;
}

/* Leaves the outputs in the plane of features. */
static int run_head(struct uqd_network *network, const struct uqd_head *head,
                    const struct uqd_affine *affine, const struct uqd_nn_plane *input)
{
    const int status = run_conv(network, &head->mix, input, &network->inner,
                                scaled(network, affine, UQD_NN_ACTIVATION_SILU));
    if (status < 0)
        return status;
    return run_conv(network, &head->out, &network->inner, &network->features,
                    (struct conv_options){.bias = head->out_bias});
}

/* ---- Features ---- */

struct feature_rows {
    struct uqd_network *network;
    const struct uqd_unit *unit;
};

static void magnitudes(float *out, const float *in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = in[i] < 0 ? -in[i] : in[i];
}

static void feature_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct feature_rows *call = arguments;
    struct uqd_network *network = call->network;
    for (uint32_t y = row_begin; y < row_end; y++) {
        for (uint32_t x = 0; x < network->width; x++) {
            const int16_t *cell =
                call->unit->cells + ((size_t)y * network->width + x) * UQD_CELL_CHANNELS;
            float *out = uqd_nn_plane_pixel(&network->features, x, y);
            network->ops.asinh(out, cell, network->centre_scale, UQD_CELL_CHANNELS);
            out += UQD_CELL_CHANNELS;
            network->ops.asinh(out, cell, network->width_scale, UQD_UNIT_CHANNELS);
            for (uint32_t c = UQD_UNIT_CHANNELS; c < UQD_CELL_CHANNELS; c++)
                out[c] = (float)cell[c] * (1.0f / 64);
            magnitudes(out + UQD_CELL_CHANNELS, out, UQD_UNIT_CHANNELS);
            magnitudes(out + UQD_CELL_CHANNELS + UQD_UNIT_CHANNELS,
                       out - UQD_CELL_CHANNELS + UQD_UNIT_CHANNELS,
                       UQD_CELL_CHANNELS - UQD_UNIT_CHANNELS);
        }
    }
}

/* Means and scales are in units of half a cell, up to this level. */
enum { REFERENCE_LEVEL = 7 };

static void prepare_kind(struct uqd_network *network, uint32_t kind, int dithered)
{
    const struct uqd_kind *k = &network->model->kinds[kind];
    network->kind = k;
    network->weights = &network->model->networks[k->network];
    network->kind_row = (2 * kind + (dithered != 0)) * network->model->width;
    /* Half of twice the centre; the low-pass is as it is. */
    for (uint32_t c = 0; c < UQD_CELL_CHANNELS; c++)
        network->centre_scale[c] = c < UQD_UNIT_CHANNELS ? 1.0f / 40 : 1.0f / 20;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const uint32_t level = k->from[c] < REFERENCE_LEVEL ? k->from[c] : REFERENCE_LEVEL;
        const float width = (float)(1 << k->from[c]);
        network->width_scale[c] = 0.5f / width;
        network->cell_width[c] = width;
        network->reference[c] = 0.5f * (float)(1 << level);
        network->log2_reference[c] = (float)level - 1;
    }
}

int uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit, uint32_t kind,
                      int dithered)
{
    const struct uqd_affines *affines = &network->model->affines;
    prepare_kind(network, kind, dithered);
    struct feature_rows call = {network, unit};
    int status = for_rows(network, UQD_FEATURES * 10, feature_rows, &call);
    if (status == UQD_OK)
        status = run_conv(network, &network->weights->input, &network->features, &network->trunk,
                          scaled(network, &affines->input, UQD_NN_ACTIVATION_NONE));
    if (status == UQD_OK)
        status = run_blocks(network, network->weights->blocks, affines->blocks,
                            network->model->n_blocks, &network->trunk);
    return status;
}

/* ---- Heads ---- */

struct head_rows {
    struct uqd_network *network;
    const struct uqd_unit *unit;
    uint32_t first, n;    /* channels */
    int32_t *mean_q4;     /* [cell][n] */
    uint8_t *scale_index; /* [cell][n] or NULL */
};

static void head_rows(void *arguments, uint32_t row_begin, uint32_t row_end)
{
    const struct head_rows *call = arguments;
    const struct uqd_network *network = call->network;
    for (uint32_t y = row_begin; y < row_end; y++) {
        for (uint32_t x = 0; x < network->width; x++) {
            const size_t cell = (size_t)y * network->width + x;
            const float *out = uqd_nn_plane_pixel(&network->features, x, y);
            const struct uqd_nn_head_args args = {
                .gate = out,
                .offset = out + call->n,
                .log_scale = call->scale_index != NULL ? out + 2 * (size_t)call->n : NULL,
                .twice_centre = call->unit->cells + cell * UQD_CELL_CHANNELS + call->first,
                .width = network->cell_width + call->first,
                .reference = network->reference + call->first,
                .log2_reference = network->log2_reference + call->first,
                .mean_q4 = call->mean_q4 + cell * call->n,
                .scale_index =
                    call->scale_index != NULL ? call->scale_index + cell * call->n : NULL,
                .n = call->n,
            };
            network->ops.head(&args);
        }
    }
}

/* The head keeps means within a cell's width of the centre; those that are shown stay in the cell.
 */
static void clamp_to_cells(const struct uqd_network *network, const struct uqd_unit *unit,
                           int32_t *mean_q4)
{
    const size_t n_cells = (size_t)network->width * network->height;
    for (size_t i = 0; i < n_cells; i++) {
        const int16_t *twice_centres = unit->cells + i * UQD_CELL_CHANNELS;
        int32_t *means = mean_q4 + i * UQD_UNIT_CHANNELS;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            const struct uqd_cell cell = uqd_cell_at(twice_centres[c], network->kind->from[c]);
            means[c] = uqd_split_clamp(means[c], cell.low, cell.high);
        }
    }
}

static void copy_trunk(struct uqd_network *network)
{
    memcpy(network->hidden.data, network->trunk.data,
           uqd_nn_plane_size(network->width, network->height, network->model->width));
}

int uqd_network_denoise(struct uqd_network *network, const struct uqd_unit *unit, int32_t *mean_q4)
{
    const struct uqd_model *model = network->model;
    const struct uqd_weights *weights = network->weights;
    const struct uqd_nn_plane *input = &network->trunk;
    int status = UQD_OK;
    /* The groups need the trunk as it is. Their context lives in `hidden` only from
     * uqd_network_begin_groups to the last group, and nothing is denoised in between. */
    if (model->n_denoise_blocks > 0) {
        copy_trunk(network);
        input = &network->hidden;
        status = run_blocks(network, weights->denoise_blocks, model->affines.denoise_blocks,
                            model->n_denoise_blocks, &network->hidden);
    }
    if (status == UQD_OK)
        status = run_head(network, &weights->denoise, &model->affines.denoise, input);
    if (status < 0)
        return status;
    struct head_rows call = {network, unit, 0, UQD_UNIT_CHANNELS, mean_q4, NULL};
    status = for_rows(network, UQD_UNIT_CHANNELS * 20, head_rows, &call);
    if (status == UQD_OK)
        clamp_to_cells(network, unit, mean_q4);
    return status;
}

void uqd_network_begin_groups(struct uqd_network *network)
{
    copy_trunk(network);
}

int uqd_network_group(struct uqd_network *network, const struct uqd_unit *unit, uint32_t g,
                      int32_t *mean_q4, uint8_t *scale_index)
{
    const struct uqd_group *group = &network->model->groups[g];
    const int status = run_head(network, &network->weights->groups[g],
                                &network->model->affines.groups[g], &network->hidden);
    if (status < 0)
        return status;
    struct head_rows call = {network, unit, group->first, group->n, mean_q4, scale_index};
    return for_rows(network, group->n * 20.0, head_rows, &call);
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
            const size_t cell = (size_t)y * call->network->width + x;
            float *out = uqd_nn_plane_pixel(&call->network->features, x, y) + CONTEXT_FIRST;
            call->network->ops.asinh(out, call->moved + cell * n, call->scale, n);
            magnitudes(out + n, out, n);
        }
    }
}

int uqd_network_context(struct uqd_network *network, uint32_t g, const int16_t *moved)
{
    const struct uqd_group *group = &network->model->groups[g];
    struct context_rows call = {.network = network, .group = group, .moved = moved};
    for (uint32_t c = 0; c < group->n; c++)
        call.scale[c] = 0.5f / (float)(1 << network->kind->to[group->first + c]);
    const int status = for_rows(network, group->n * 20.0, context_rows, &call);
    if (status < 0)
        return status;
    return run_conv(network, &network->weights->contexts[g], &network->features, &network->hidden,
                    (struct conv_options){.accumulate = 1, .input_first = CONTEXT_FIRST});
}
