/* Codes one stage of a picture and writes down what the network said, for test_network.py.
 *
 * usage: dump_stage MODEL PIXELS WIDTH HEIGHT TYPE DITHER OUTPUT
 *
 * PIXELS are packed RGB. The stage type refines unit 0, or unit 1 if it is a coarse one; the units
 * above are known exactly. OUTPUT is native int32, for every block the 189 channels in coding
 * order: offsets of the dither, exact coefficients, means in 1/16, indices of scales, denoised
 * means in 1/16, phases; then the number of coded bytes, and of those by the distributions alone,
 * the first symbols of dithered coefficients aside. */
#include "one_work.h"

#include "codec/lattice/pass.h"
#include "entropy/split.h"
#include "transform/colour.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 5, MAX_FILE = 1 << 24, TILE_LOG2 = 16 };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "dump_stage: %s\n", what);
    exit(1);
}

static void check(int status, const char *what)
{
    if (status != UQD_OK)
        fail(what);
}

static void *zeros(size_t n, size_t size)
{
    void *const memory = calloc(n, size);
    if (memory == NULL)
        fail("not enough memory");
    return memory;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    uint8_t *const data = zeros(MAX_FILE, 1);
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        fail(path);
    *size = fread(data, 1, MAX_FILE, file);
    fclose(file);
    return data;
}

/* A state in which every coefficient of every unit is known. */
static void transform_picture(struct uqd_state *state, const struct uqd_model *model,
                              const uint8_t *pixels, uint32_t width, uint32_t height)
{
    const size_t n = (size_t)width * height;
    int32_t *const memory = zeros(3 * n, sizeof *memory);
    int32_t *const planes[3] = {memory, memory + n, memory + 2 * n};
    const int32_t nothing[3] = {0, 0, 0};
    uqd_state_init(state, model, width, height, 3, nothing);
    check(uqd_colour_split(pixels, (size_t)width * 3, width, height, planes, width, WORK(1)),
          "no colours");
    for (uint32_t u = 0; u < state->n_units; u++) {
        struct uqd_unit *const unit = &state->units[u];
        const uint32_t done = u == 0;
        check(uqd_unit_hold(state, u, WORK(1)), "no cells");
        for (int c = 0; c < 3; c++)
            check(uqd_wavelet_forward(planes[c], width, uqd_wavelet_side(unit->width, done),
                                      uqd_wavelet_side(unit->height, done), UQD_UNIT_LEVELS - done,
                                      WORK(1)),
                  "no wavelet");
        const int32_t *const readable[3] = {planes[0], planes[1], planes[2]};
        uqd_unit_pack(model->channels, UQD_UNIT_CHANNELS, readable, width, unit->width,
                      unit->height, unit->cells, UQD_BLOCK_CHANNELS, WORK(1));
        /* A state holds twice the centres of cells. */
        const size_t n_values = (size_t)unit->grid_w * unit->grid_h * UQD_BLOCK_CHANNELS;
        for (size_t i = 0; i < n_values; i++)
            unit->cells[i] = (int16_t)(2 * unit->cells[i]);
    }
    for (int c = 0; c < 3; c++)
        state->low[c] = planes[c][0];
    free(memory);
}

/* One int32 array of the output: [block][UQD_UNIT_CHANNELS]. */
struct table {
    int32_t *values;
    size_t n_blocks;
};

static struct table table_new(const struct uqd_unit *unit)
{
    const size_t n_blocks = (size_t)unit->grid_w * unit->grid_h;
    return (struct table){zeros(n_blocks * UQD_UNIT_CHANNELS, sizeof(int32_t)), n_blocks};
}

static void table_write(struct table *table, FILE *file)
{
    const size_t n = table->n_blocks * UQD_UNIT_CHANNELS;
    if (fwrite(table->values, sizeof(int32_t), n, file) != n)
        fail("the output cannot be written");
    free(table->values);
}

static struct uqd_cell cell_of(const struct uqd_state *state, uint32_t u, uint32_t channel,
                               size_t block, int32_t x, uint32_t level)
{
    if (!state->dithered)
        return uqd_cell_of(x, level);
    return uqd_cell_of_dithered(x, uqd_dither_offset(state, u, channel, block), level);
}

/* In which phase a coefficient is coded; groups see the refinements of phase 0 only. */
static uint32_t phase_of(const struct uqd_state *state, const struct uqd_stage_type *type,
                         uint32_t channel, int32_t twice_centre, int32_t mean_q4,
                         uint32_t scale_index)
{
    const struct uqd_phases *phases = &state->model->phases;
    if (type->phased != UQD_PHASED_ALWAYS || state->dithered)
        return 0;
    if (twice_centre != 0)
        return phases->others[channel];
    const struct uqd_cell cell = uqd_cell_at(0, type->from[channel]);
    const int32_t half = (int32_t)1 << type->to[channel];
    const struct uqd_split split =
        uqd_split_of(mean_q4, scale_index, cell.low, 1 - half, half, cell.high);
    const uint64_t leaves = (uint64_t)(split.total - (split.cum2 - split.cum1)) << 16;
    uint32_t phase = 0;
    while (phase + 1 < phases->n &&
           leaves < (uint64_t)phases->threshold[phase][channel] * split.total)
        phase++;
    return phase;
}

/* Bits of refining a coefficient from a cell of one level to another, by its distribution alone. */
static double bits_of(struct uqd_cell cell, uint32_t from, uint32_t to, int32_t exact,
                      int32_t mean_q4, uint32_t scale_index)
{
    double bits = 0;
    for (uint32_t level = from; level > to; level--) {
        const struct uqd_cuts cuts = uqd_cell_cuts(cell, level);
        const struct uqd_split split =
            uqd_split_of(mean_q4, scale_index, cell.low, cuts.first, cuts.second, cell.high);
        const int symbol = (exact >= cuts.first) + (exact >= cuts.second);
        const uint32_t edges[4] = {0, split.cum1, split.cum2, split.total};
        bits -= log2((double)(edges[symbol + 1] - edges[symbol]) / split.total);
        cell = uqd_cell_child(cell, cuts, symbol);
    }
    return bits;
}

/* What the network says of a group, and what the later groups then see of it. */
static void run_group(struct uqd_network *network, const struct uqd_state *state, uint32_t u,
                      uint32_t g, const int16_t *exact, struct table *means, struct table *scales,
                      struct table *phases, double *bits)
{
    const struct uqd_unit *const unit = &state->units[u];
    const struct uqd_group *const group = &state->model->groups[g];
    int32_t *const mean_q4 = zeros(means->n_blocks * group->n, sizeof *mean_q4);
    uint8_t *const scale_index = zeros(means->n_blocks * group->n, 1);
    int16_t *const moved = zeros(means->n_blocks * group->n, sizeof *moved);
    check(uqd_network_group(network, unit, g, mean_q4, scale_index), "no group");
    for (size_t block = 0; block < means->n_blocks; block++)
        for (uint32_t c = 0; c < group->n; c++) {
            const uint32_t channel = group->first_channel + c;
            const size_t from = block * group->n + c, to = block * UQD_UNIT_CHANNELS + channel;
            const size_t at = block * UQD_BLOCK_CHANNELS + channel;
            means->values[to] = mean_q4[from];
            scales->values[to] = scale_index[from];
            phases->values[to] =
                (int32_t)phase_of(state, network->stage_type, channel, unit->cells[at],
                                  mean_q4[from], scale_index[from]);
            *bits += bits_of(uqd_cell_at(unit->cells[at], network->stage_type->from[channel]),
                             network->stage_type->from[channel], network->stage_type->to[channel],
                             exact[at], mean_q4[from], scale_index[from]);
            const struct uqd_cell finer =
                cell_of(state, u, channel, block, exact[at], network->stage_type->to[channel]);
            if (phases->values[to] == 0)
                moved[from] = (int16_t)(finer.low + finer.high - unit->cells[at]);
        }
    if (g + 1 < state->model->n_groups)
        check(uqd_network_context(network, g, moved), "no context");
    free(mean_q4);
    free(scale_index);
    free(moved);
}

/* Returns the bits of the pass by its distributions alone. */
static double write_network(struct uqd_engine *engine, struct uqd_state *state, uint32_t u,
                            uint32_t type, const int16_t *exact, FILE *file)
{
    double bits = 0;
    const struct uqd_unit *const unit = &state->units[u];
    struct table offsets = table_new(unit), values = table_new(unit), means = table_new(unit),
                 scales = table_new(unit), denoised = table_new(unit), phases = table_new(unit);
    struct uqd_network *network;
    for (size_t block = 0; block < values.n_blocks; block++)
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            values.values[block * UQD_UNIT_CHANNELS + c] = exact[block * UQD_BLOCK_CHANNELS + c];
            offsets.values[block * UQD_UNIT_CHANNELS + c] = uqd_dither_offset(state, u, c, block);
        }
    check(uqd_engine_trunk(engine, state, u, type, &network), "no trunk");
    check(uqd_network_denoise(network, unit, denoised.values), "no denoised means");
    check(uqd_network_begin_groups(network), "cancelled");
    for (uint32_t g = 0; g < state->model->n_groups; g++)
        run_group(network, state, u, g, exact, &means, &scales, &phases, &bits);
    table_write(&offsets, file);
    table_write(&values, file);
    table_write(&means, file);
    table_write(&scales, file);
    table_write(&denoised, file);
    table_write(&phases, file);
    return bits;
}

static void write_sizes(struct uqd_engine *engine, struct uqd_state *state, uint32_t u,
                        uint32_t type, const int16_t *exact, double bits, FILE *file)
{
    const struct uqd_pass pass = {.unit = (uint8_t)u, .type = (uint8_t)type};
    struct uqd_stream stream;
    uqd_stream_init_encode(&stream, 1);
    check(uqd_pass_run(engine, state, &pass, &stream, exact, NULL), "no pass");
    check(uqd_stream_close(&stream), "no stream");
    const int32_t sizes[2] = {(int32_t)stream.output.size, (int32_t)lround(bits / 8)};
    if (fwrite(sizes, sizeof sizes, 1, file) != 1)
        fail("the output cannot be written");
    uqd_stream_free(&stream);
}

int main(int argc, char **argv)
{
    if (argc != 8)
        fail("wrong number of arguments");
    const uint32_t width = (uint32_t)atoi(argv[3]), height = (uint32_t)atoi(argv[4]);
    const uint32_t type = (uint32_t)atoi(argv[5]);
    size_t size;
    uint8_t *const file = read_file(argv[1], &size);
    struct uqd_model *model;
    check(uqd_model_new(&model, file, size), "no model");
    uint8_t *const pixels = read_file(argv[2], &size);

    struct uqd_state state;
    struct uqd_engine engine;
    transform_picture(&state, model, pixels, width, height);
    state.dithered = atoi(argv[6]);
    state.seed = SEED;
    uqd_engine_init(&engine, model, UQD_CPU_ALL, WORK(1), TILE_LOG2, 0);

    const struct uqd_stage_type *const k = &model->stage_types[type];
    const uint32_t u = k->coarse;
    const size_t n_values =
        (size_t)state.units[u].grid_w * state.units[u].grid_h * UQD_BLOCK_CHANNELS;
    int16_t *const exact = zeros(n_values, sizeof *exact);
    for (size_t i = 0; i < n_values; i++)
        exact[i] = state.units[u].cells[i] / 2;
    FILE *const output = fopen(argv[7], "wb");
    if (output == NULL)
        fail(argv[7]);
    uqd_unit_coarsen(&state, u, k->nominal_from, k->from, WORK(1));
    const double bits = write_network(&engine, &state, u, type, exact, output);
    if (k->nominal_from == UQD_TOP_LEVEL)
        uqd_unit_coarsen(&state, u, UQD_TOP_LEVEL, NULL, WORK(1));
    write_sizes(&engine, &state, u, type, exact, bits, output);
    if (fclose(output) != 0)
        fail("the output cannot be written");

    uqd_engine_free(&engine);
    uqd_state_free(&state);
    uqd_model_free(model);
    free(exact);
    free(pixels);
    free(file);
    return 0;
}
