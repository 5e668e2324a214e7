#include "codec/lattice/pass.h"

#include "codec/lattice/estimate.h"
#include "codec/lattice/guess.h"
#include "codec/lattice/interrupted.h"
#include "codec/lattice/pass_memory.h"
#include "codec/lattice/phases.h"
#include "transform/threads.h"
#include "util/checked.h"
#include "util/team.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Guessing a coefficient takes as long as so many samples elsewhere. */
enum { SAMPLES_PER_GUESS = 16 };
/* Of a tile's bytes. */
enum { NOT_ENDED = UQD_MAX_GROUPS };

/* ---- One group ---- */

/* What a pass works with. */
struct pass_run {
    struct uqd_engine *engine;
    struct uqd_state *state;
    struct uqd_unit *unit;
    struct uqd_stream *stream;
    const int16_t *exact;
    int32_t *partial_q4;
    int32_t *refined;     /* as in uqd_interrupted_denoise; owned, NULL unless it is for that */
    int32_t *centroid_q4; /* one of the two, or NULL */
    struct uqd_coverage coverage;
    struct uqd_tiling tiling;
    struct uqd_coding coding;
    struct uqd_pass_memory memory;
    /* What is being coded. */
    struct uqd_stage_group group;
    struct uqd_group_data data;
    uint32_t phase;
    int before; /* in later phases: group whose refinements its context classes see, -1: none */
};

/* A pass without a file has no chunks. */
static int refine_rows(struct pass_run *run, const struct uqd_symbols *symbols)
{
    const struct uqd_group_phase at = {&run->group, &run->data, run->phase};
    struct uqd_work *work = run->engine->work;
    const uint32_t threads = work->threads, height = run->unit->grid_h;
    const size_t samples = (size_t)run->unit->grid_w * run->group.n * SAMPLES_PER_GUESS;
#pragma omp parallel for num_threads(uqd_team(threads, height >= 32)) schedule(dynamic, 8)
    for (uint32_t y = 0; y < height; y++)
        if (uqd_work_look(work, samples) == UQD_OK)
            uqd_guess_row(&at, y, symbols);
    return uqd_work_look(work, 0);
}

static int refine_tile(const struct pass_run *run, uint32_t i, uint32_t planners)
{
    const struct uqd_group_phase at = {&run->group, &run->data, run->phase};
    const struct uqd_pass_memory *memory = &run->memory;
    const int thread = uqd_n_tiles(&run->tiling) > 1 ? omp_get_thread_num() : 0;
    return uqd_refine_tile(&at, uqd_tile_at(&run->tiling, i), &run->stream->open[i],
                           memory->curves != NULL ? &memory->curves[i] : NULL,
                           &memory->slices[thread], planners, run->engine->work);
}

/* Whether a tile can be decoded: in later phases its chunk and those around it may have ended, and
 * its context classes see what lies across its borders. */
static int can_go_on(const struct pass_run *run, uint32_t i)
{
    const struct uqd_tiling *tiling = &run->tiling;
    const uint32_t x = i % tiling->columns, y = i / tiling->columns;
    const uint8_t *ended = run->memory.ended;
    if (run->phase == 0)
        return 1;
    for (uint32_t row = y - (y > 0); row <= y + 1 && row < tiling->rows; row++)
        for (uint32_t column = x - (x > 0); column <= x + 1 && column < tiling->columns; column++)
            if (ended[row * tiling->columns + column] <= run->before)
                return 0;
    return ended[i] == NOT_ENDED;
}

static int refine_tiles(struct pass_run *run)
{
    const uint32_t n = uqd_n_tiles(&run->tiling);
    int status = uqd_stream_open(run->stream, n);
    if (status < 0)
        return status;
    struct uqd_symbols *symbols = run->stream->open;
    if (run->stream->source != UQD_SYMBOLS_DECODE && run->stream->source != UQD_SYMBOLS_ENCODE)
        return refine_rows(run, symbols);
    /* All threads share one tile, or each has its own. No region around the one with the threads of
     * a tile: OpenMP would start new ones every time. */
    const uint32_t threads = run->engine->work->threads;
    if (n == 1)
        return refine_tile(run, 0, threads);
#pragma omp parallel for num_threads(uqd_team(threads, 1)) schedule(dynamic)
    for (uint32_t i = 0; i < n; i++)
        run->memory.results[i] = can_go_on(run, i) ? refine_tile(run, i, 1) : UQD_NEED_DATA;
    for (uint32_t i = 0; i < n; i++)
        status = uqd_worse(status, run->memory.results[i]);
    return status;
}

static int apply_moves(const struct pass_run *run)
{
    const uint32_t first = run->group.first_channel, n = run->group.n;
    const size_t n_blocks = (size_t)run->unit->grid_w * run->unit->grid_h;
    struct uqd_work *work = run->engine->work;
#pragma omp parallel for num_threads(uqd_team(work->threads, n_blocks >= 1024))
    for (size_t block = 0; block < n_blocks; block++) {
        if (uqd_work_look(work, n) < 0)
            continue;
        int16_t *centres = run->unit->cells + block * UQD_BLOCK_CHANNELS + first;
        int any = 0;
        for (uint32_t c = 0; c < n; c++) {
            centres[c] = (int16_t)(centres[c] + run->data.moved[block * n + c]);
            any |= run->data.moved[block * n + c];
        }
        if (any != 0 && run->memory.busy != NULL)
            run->memory.busy[block] |=
                uqd_busy_subbands(&run->engine->neighbours, centres, first, n);
    }
    return uqd_work_look(work, 0);
}

/* Refines the coefficients of the group and phase that the pass stands at. */
static int refine_channels(struct pass_run *run)
{
    const size_t n = (size_t)run->unit->grid_w * run->unit->grid_h * run->group.n;
    int status = uqd_work_clear(run->engine->work, run->data.moved, n * sizeof *run->data.moved);
    if (status == UQD_OK)
        status = refine_tiles(run);
    if (status < 0)
        return status;
    const int moved = apply_moves(run);
    return moved < 0 ? moved : status;
}

/* What the pass lends a group. has_network: else there are no distributions yet. */
static struct uqd_group_data data_of(const struct pass_run *run, uint32_t g, int has_network)
{
    const struct uqd_engine *engine = run->engine;
    const struct uqd_unit *unit = run->unit;
    const struct uqd_pass_memory *memory = &run->memory;
    const struct uqd_phase_lists *lists = &memory->lists;
    const size_t before =
        (size_t)unit->grid_w * unit->grid_h * engine->model->groups[g].first_channel;
    const size_t segments = (size_t)unit->grid_h * uqd_n_segments(unit->grid_w, lists->length);
    return (struct uqd_group_data){
        .kernels = {engine->splits, engine->select, engine->batch},
        .unit = unit,
        .unit_index = (uint32_t)(unit - run->state->units),
        .neighbours = &engine->neighbours,
        .busy = memory->busy,
        .lists = {lists->indices + before, lists->ends + g * segments * UQD_MAX_PHASES,
                  lists->length},
        .mean_q4 = has_network ? memory->mean_q4 + before : NULL,
        .scale_index = has_network ? memory->scale_index + before : NULL,
        .exact = run->exact,
        .moved = memory->moved,
        .centroid_q4 = has_network ? run->centroid_q4 : NULL,
    };
}

/* Takes the pass to a phase of a group; returns whether it has anything to code. */
static int begin_group(struct pass_run *run, const struct uqd_stage_type *type, uint32_t g,
                       uint32_t phase)
{
    const struct uqd_model *model = run->engine->model;
    uqd_stage_group_init(&run->group, model, &model->groups[g], &run->coverage, type->from,
                         type->to, run->coding);
    run->data = data_of(run, g, 1);
    run->phase = phase;
    return uqd_has_symbols(&run->group);
}

static int list_group(const struct pass_run *run)
{
    struct uqd_work *work = run->engine->work;
    const uint32_t threads = work->threads, height = run->unit->grid_h;
    const size_t samples = (size_t)run->unit->grid_w * run->group.n;
#pragma omp parallel for num_threads(uqd_team(threads, height >= 32)) schedule(dynamic, 8)
    for (uint32_t y = 0; y < height; y++)
        if (uqd_work_look(work, samples) == UQD_OK)
            uqd_list_phases(&run->group, &run->data, y);
    return uqd_work_look(work, 0);
}

/* Phase 0 of a group. One without anything to code moves nothing, and its context would add
 * zeros. */
static int run_group(struct pass_run *run, struct uqd_network *network,
                     const struct uqd_stage_type *type, uint32_t g)
{
    if (!begin_group(run, type, g, 0))
        return UQD_OK;
    const size_t before = (size_t)run->unit->grid_w * run->unit->grid_h * run->group.first_channel;
    int status = uqd_network_group(network, run->unit, g, run->memory.mean_q4 + before,
                                   run->memory.scale_index + before);
    if (status == UQD_OK)
        status = list_group(run);
    if (status < 0)
        return status;
    status = refine_channels(run);
    if (status == UQD_OK && g + 1 < run->engine->model->n_groups)
        status = uqd_network_context(network, g, run->data.moved);
    return status;
}

/* Which tiles ended in a group of a later phase. A single one has none beside it. */
static void note_ended(struct pass_run *run, uint32_t g)
{
    const uint32_t n = uqd_n_tiles(&run->tiling);
    for (uint32_t i = 0; i < n && n > 1; i++)
        if (run->memory.results[i] != UQD_OK && run->memory.ended[i] == NOT_ENDED)
            run->memory.ended[i] = (uint8_t)g;
}

/* A later phase: with the distributions of phase 0. No group waits for another, so each tile is
 * decoded as far as its chunk goes, and those around it that its context classes see. */
static int run_phase(struct pass_run *run, const struct uqd_stage_type *type, uint32_t phase)
{
    int status = UQD_OK;
    if (run->memory.ended != NULL)
        memset(run->memory.ended, NOT_ENDED, uqd_n_tiles(&run->tiling));
    for (uint32_t g = 0; g < run->engine->model->n_groups && status >= 0; g++)
        if (begin_group(run, type, g, phase)) {
            run->before =
                uqd_neighbours_group_before(&run->engine->neighbours, run->engine->model, g);
            const int refined = refine_channels(run);
            if (refined == UQD_NEED_DATA)
                note_ended(run, g);
            status = uqd_worse(status, refined);
            run->stream->held = 1;
        }
    run->stream->held = 0;
    return status;
}

/* From where the first symbols of dithered coefficients lead to where. */
static void set_top_levels(uint8_t from[UQD_UNIT_CHANNELS], uint8_t to[UQD_UNIT_CHANNELS])
{
    memset(from, UQD_DITHER_LEVEL, UQD_UNIT_CHANNELS);
    memset(to, UQD_TOP_LEVEL, UQD_UNIT_CHANNELS);
}

/* The top-level cells of dithered coefficients, coded before the network runs. */
static int run_top(struct pass_run *run)
{
    const struct uqd_model *model = run->engine->model;
    uint8_t from[UQD_UNIT_CHANNELS], to[UQD_UNIT_CHANNELS];
    set_top_levels(from, to);
    int status = UQD_OK;
    for (uint32_t g = 0; g < model->n_groups && status == UQD_OK; g++) {
        uqd_stage_group_init(&run->group, model, &model->groups[g], &run->coverage, from, to,
                             (struct uqd_coding){0});
        run->data = data_of(run, g, 0);
        run->phase = 0;
        status = list_group(run);
        if (status == UQD_OK && uqd_has_symbols(&run->group))
            status = refine_channels(run);
    }
    return status;
}

/* ---- A pass ---- */

/* What guesses are before anything is refined, and where the refinement leaves what it knows. */
static int begin_guesses(struct pass_run *run, struct uqd_network *network,
                         const struct uqd_pass *pass)
{
    const size_t n = (size_t)run->unit->grid_w * run->unit->grid_h * UQD_UNIT_CHANNELS;
    const struct uqd_model *model = run->engine->model;
    struct uqd_work *work = run->engine->work;
    run->centroid_q4 = run->partial_q4;
    if (uqd_interrupted_is_ahead(run->state, pass->unit, &model->stage_types[pass->type])) {
        run->refined = uqd_malloc_array(n, sizeof *run->refined);
        if (run->refined == NULL)
            return UQD_ERR_NOMEM;
        for (size_t i = 0; i < n; i++) {
            run->refined[i] = UQD_NOT_REFINED;
            if (i % UQD_UNIT_CHANNELS == 0 && uqd_work_look(work, UQD_UNIT_CHANNELS) < 0)
                return UQD_ERR_CANCELLED;
        }
        run->centroid_q4 = run->refined;
    }
    return uqd_estimate(network, run->state, pass->unit, run->partial_q4);
}

/* Best guesses where the data ended. */
static int end_guesses(struct pass_run *run, const struct uqd_pass *pass)
{
    const struct uqd_interruption at = {
        .unit = pass->unit,
        .type = &run->engine->model->stage_types[pass->type],
        .first_channel = run->group.first_channel,
        .phase = run->phase,
    };
    if (run->refined == NULL)
        return uqd_interrupted_denoise_late(run->engine, run->state, &at, run->partial_q4);
    return uqd_interrupted_denoise(run->engine, run->state, &at, run->refined, run->partial_q4,
                                   run->memory.mean_q4);
}

/* Groups and phases; UQD_NEED_DATA where the data ended. */
static int refine_groups(struct pass_run *run, struct uqd_network *network,
                         const struct uqd_stage_type *type)
{
    const struct uqd_model *model = run->engine->model;
    int status = UQD_OK;
    for (uint32_t g = 0; g < model->n_groups && status == UQD_OK; g++)
        status = run_group(run, network, type, g);
    if (run->coding.is_phased)
        for (uint32_t p = 1; p < model->phases.n && status == UQD_OK; p++)
            status = run_phase(run, type, p);
    return status;
}

static int run_network(struct pass_run *run, const struct uqd_pass *pass)
{
    struct uqd_network *network;
    const int guesses = run->partial_q4 != NULL;
    int status = uqd_engine_trunk(run->engine, run->state, pass->unit, pass->type, &network);
    if (status == UQD_OK && guesses)
        status = begin_guesses(run, network, pass);
    if (status == UQD_OK)
        status = uqd_network_begin_groups(network);
    if (status < 0)
        return status;
    status = refine_groups(run, network, &run->engine->model->stage_types[pass->type]);
    if (status != UQD_NEED_DATA || !guesses)
        return status;
    const int denoised = end_guesses(run, pass);
    return denoised < 0 ? denoised : status;
}

/* What is known before the pass. */
static int find_busy(const struct pass_run *run)
{
    struct uqd_work *work = run->engine->work;
    const uint32_t threads = work->threads, height = run->unit->grid_h, width = run->unit->grid_w;
    if (run->memory.busy == NULL)
        return UQD_OK;
#pragma omp parallel for num_threads(uqd_team(threads, height >= 32))
    for (uint32_t y = 0; y < height; y++) {
        if (uqd_work_look(work, (size_t)width * UQD_UNIT_CHANNELS / 4) < 0)
            continue;
        for (size_t block = (size_t)y * width; block < (size_t)(y + 1) * width; block++)
            run->memory.busy[block] = uqd_busy_subbands(
                &run->engine->neighbours, run->unit->cells + block * UQD_BLOCK_CHANNELS, 0,
                UQD_UNIT_CHANNELS);
    }
    return uqd_work_look(work, 0);
}

/* With dither no cell is around 0, and nothing adapts. */
static int make_memory(struct pass_run *run)
{
    const enum uqd_symbol_source source = run->stream->source;
    const struct uqd_pass_needs needs = {
        .tiling = &run->tiling,
        .threads = run->engine->work->threads,
        .is_file = source == UQD_SYMBOLS_DECODE || source == UQD_SYMBOLS_ENCODE,
        .adapts = !run->state->dithered,
    };
    return uqd_pass_memory_init(&run->memory, &needs);
}

/* With dither no cell is around 0, so that there are neither phases nor curves. */
static int is_phased(const struct uqd_stage_type *type, const struct uqd_state *state)
{
    const int wanted = type->phased == UQD_PHASED_ALWAYS || state->phased;
    return type->phased != UQD_PHASED_NEVER && wanted && !state->dithered;
}

/* Before its first pass all cells of a unit are around 0. */
static int is_joint(const struct uqd_stage_type *type, const struct uqd_state *state)
{
    return state->joint && type->nominal_from == UQD_TOP_LEVEL;
}

void uqd_pass_end(struct uqd_state *state, const struct uqd_pass *pass, int status)
{
    struct uqd_unit *unit = &state->units[pass->unit];
    const struct uqd_stage_type *type = &state->model->stage_types[pass->type];
    if (status == UQD_OK) {
        unit->nominal = type->nominal_to;
        memcpy(unit->level, type->to, UQD_UNIT_CHANNELS);
    } else {
        unit->nominal = UQD_MIXED_LEVELS;
    }
    if (state->version != 0)
        state->version++;
}

int uqd_pass_run(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                 struct uqd_stream *stream, const int16_t *exact, int32_t *partial_q4)
{
    assert(pass->unit < state->n_units && pass->type < engine->model->n_stage_types);
    assert(stream->source != UQD_SYMBOLS_ENCODE || exact != NULL);
    const struct uqd_stage_type *type = &engine->model->stage_types[pass->type];
    struct uqd_unit *unit = &state->units[pass->unit];
    struct pass_run run = {
        .engine = engine,
        .state = state,
        .unit = unit,
        .stream = stream,
        .exact = exact,
        .partial_q4 = partial_q4,
        .tiling = uqd_tiling_of(unit->grid_w, unit->grid_h, 1u << engine->tile_log2),
        .coding = {is_phased(type, state), is_joint(type, state), state->sign_curves},
    };
    uqd_coverage_init(&run.coverage, state, pass->unit);
    uqd_neighbours_fit(&engine->neighbours, unit->grid_w);
    int status = uqd_unit_hold(state, pass->unit, engine->work);
    if (status == UQD_OK)
        status = make_memory(&run);
    if (status == UQD_OK)
        status = find_busy(&run);
    if (status == UQD_OK && state->dithered && unit->nominal == UQD_TOP_LEVEL)
        status = run_top(&run);
    if (status == UQD_OK)
        status = run_network(&run, pass);
    uqd_pass_end(state, pass, status);
    free(run.refined);
    uqd_pass_memory_free(&run.memory);
    return status;
}

/* ---- Chunks of a pass ---- */

/* Groups that have anything to code between these levels, a bit for each. */
static uint64_t groups_with_symbols(const struct uqd_model *model,
                                    const struct uqd_coverage *coverage, const uint8_t *from,
                                    const uint8_t *to)
{
    uint64_t groups = 0;
    for (uint32_t g = 0; g < model->n_groups; g++) {
        struct uqd_stage_group group;
        uqd_stage_group_init(&group, model, &model->groups[g], coverage, from, to,
                             (struct uqd_coding){0});
        if (uqd_has_symbols(&group))
            groups |= UINT64_C(1) << g;
    }
    return groups;
}

uint64_t uqd_pass_chunks(const struct uqd_state *state, const struct uqd_pass *pass)
{
    const struct uqd_model *model = state->model;
    const struct uqd_stage_type *type = &model->stage_types[pass->type];
    struct uqd_coverage coverage;
    uint64_t top = 0;
    _Static_assert((int)UQD_PASS_CHUNKS <= 64, "chunks have a bit each");
    uqd_coverage_init(&coverage, state, pass->unit);
    if (state->dithered && type->nominal_from == UQD_TOP_LEVEL) {
        uint8_t from[UQD_UNIT_CHANNELS], to[UQD_UNIT_CHANNELS];
        set_top_levels(from, to);
        top = groups_with_symbols(model, &coverage, from, to);
    }
    uint64_t chunks = groups_with_symbols(model, &coverage, type->from, type->to);
    if (chunks != 0 && is_phased(type, state))
        chunks |= ((UINT64_C(1) << (model->phases.n - 1)) - 1) << UQD_MAX_GROUPS;
    return top | chunks << UQD_MAX_GROUPS;
}
