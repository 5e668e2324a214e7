#include "codec/lattice/pass.h"

#include "codec/lattice/estimate.h"
#include "codec/lattice/guess.h"
#include "codec/lattice/plan.h"
#include "entropy/split.h"
#include "transform/threads.h"
#include "util/checked.h"

#include <stdlib.h>
#include <string.h>

/* ---- One group ---- */

/* What a pass works with. */
struct pass_run {
    struct uqd_engine *engine;
    struct uqd_state *state;
    struct uqd_unit *unit;
    struct uqd_stream *stream;
    struct uqd_extents extents;
    struct uqd_refine refine;
    uint32_t tiles_x, tiles_y;
    int32_t *mean_q4;
    uint8_t *scale_index;
    int is_phased;
    int goes_far;                 /* cells around 0 have more than one symbol */
    struct uqd_phase_lists lists; /* of all groups */
    struct uqd_curves *curves;    /* of each tile; NULL: nothing is learnt */
    int *results;                 /* of each tile */
    struct uqd_plan_bands *bands; /* of each thread */
    int16_t *moved;
};

static struct uqd_tile tile_at(const struct pass_run *run, uint32_t index)
{
    const uint32_t side = 1u << run->engine->tile_log2;
    const uint32_t x = index % run->tiles_x * side, y = index / run->tiles_x * side;
    const uint32_t w = run->unit->grid_w - x, h = run->unit->grid_h - y;
    return (struct uqd_tile){x, x + (w < side ? w : side), y, y + (h < side ? h : side)};
}

/* A pass without a file has no chunks. */
static int refine_rows(struct pass_run *run, const struct uqd_symbols *symbols)
{
    const uint32_t threads = run->engine->work.threads, height = run->unit->grid_h;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 8) if (height >= 32)
    for (uint32_t y = 0; y < height; y++)
        uqd_guess_row(&run->refine, y, symbols);
    return UQD_OK;
}

/* The worst that happened: a failure, then lack of data. */
static int worse(int a, int b)
{
    return a < 0 || b < 0 ? (a < b ? a : b) : (a > b ? a : b);
}

static int refine_tile(const struct pass_run *run, uint32_t i, uint32_t planners)
{
    return uqd_refine_tile(&run->refine, tile_at(run, i), &run->stream->open[i],
                           run->curves != NULL ? &run->curves[i] : NULL,
                           &run->bands[omp_get_thread_num()], planners);
}

static int refine_tiles(struct pass_run *run)
{
    const uint32_t n = run->tiles_x * run->tiles_y;
    int status = uqd_stream_open(run->stream, n);
    if (status < 0)
        return status;
    struct uqd_symbols *symbols = run->stream->open;
    if (run->stream->source != UQD_SYMBOLS_DECODE && run->stream->source != UQD_SYMBOLS_ENCODE)
        return refine_rows(run, symbols);
    /* All threads share one tile, or each has its own. No region around the one with the threads of
     * a tile: OpenMP would start new ones every time. */
    const uint32_t threads = run->engine->work.threads;
    if (n == 1)
        return refine_tile(run, 0, threads);
#pragma omp parallel for num_threads(threads) schedule(dynamic)
    for (uint32_t i = 0; i < n; i++)
        run->results[i] = refine_tile(run, i, 1);
    for (uint32_t i = 0; i < n; i++)
        status = worse(status, run->results[i]);
    return status;
}

static int has_symbols(const struct uqd_refine *refine)
{
    for (uint32_t c = 0; c < refine->n; c++)
        if (uqd_is_refined(refine, c, 0, 0))
            return 1;
    return 0;
}

static void apply_moves(const struct pass_run *run)
{
    const struct uqd_refine *refine = &run->refine;
    const size_t n_cells = (size_t)run->unit->grid_w * run->unit->grid_h;
    const uint32_t threads = run->engine->work.threads;
#pragma omp parallel for num_threads(threads) if (n_cells >= 1024)
    for (size_t cell = 0; cell < n_cells; cell++) {
        int16_t *centres = run->unit->cells + cell * UQD_CELL_CHANNELS + refine->first;
        for (uint32_t c = 0; c < refine->n; c++)
            centres[c] = (int16_t)(centres[c] + run->moved[cell * refine->n + c]);
    }
}

/* Refines the channels that run->refine names. */
static int refine_channels(struct pass_run *run)
{
    const size_t n = (size_t)run->unit->grid_w * run->unit->grid_h * run->refine.n;
    memset(run->moved, 0, n * sizeof *run->moved);
    run->refine.moved = run->moved;
    const int status = refine_tiles(run);
    if (status >= 0)
        apply_moves(run);
    return status;
}

/* A group's lists; before: its first coefficient among those of all groups. */
static void point_at_lists(struct pass_run *run, uint32_t g, size_t before)
{
    const size_t segments =
        (size_t)run->unit->grid_h * uqd_n_segments(run->unit->grid_w, run->lists.length);
    run->refine.lists.length = run->lists.length;
    run->refine.splits = run->engine->splits;
    run->refine.select = run->engine->select;
    run->refine.chunk = run->engine->chunk;
    run->refine.lists.places = run->lists.places + before;
    run->refine.lists.ends = run->lists.ends + g * segments * UQD_MAX_PHASES;
}

/* Points run->refine at a group; returns whether it has anything to code. */
static int begin_group(struct pass_run *run, const struct uqd_kind *kind, uint32_t g,
                       uint32_t phase)
{
    const struct uqd_group *group = &run->engine->model->groups[g];
    const size_t before = (size_t)run->unit->grid_w * run->unit->grid_h * group->first;
    int32_t *centroid_q4 = run->refine.centroid_q4;
    const int16_t *exact = run->refine.exact;
    uqd_refine_init(&run->refine, run->state, (uint32_t)(run->unit - run->state->units),
                    &run->extents, group->first, group->n);
    memcpy(run->refine.from, kind->from + group->first, group->n);
    memcpy(run->refine.to, kind->to + group->first, group->n);
    run->refine.phase = phase;
    run->refine.neighbours = &run->engine->neighbours;
    run->refine.centroid_q4 = centroid_q4;
    run->refine.exact = exact;
    run->refine.mean_q4 = run->mean_q4 + before;
    run->refine.scale_index = run->scale_index + before;
    run->refine.is_phased = run->is_phased;
    uqd_plan_group(&run->refine);
    point_at_lists(run, g, before);
    return has_symbols(&run->refine);
}

static void list_group(const struct pass_run *run)
{
    const uint32_t threads = run->engine->work.threads, height = run->unit->grid_h;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 8) if (height >= 32)
    for (uint32_t y = 0; y < height; y++)
        uqd_plan_phases(&run->refine, y);
}

/* Phase 0 of a group. One without anything to code moves nothing, and its context would add
 * zeros. */
static int run_group(struct pass_run *run, struct uqd_network *network, const struct uqd_kind *kind,
                     uint32_t g)
{
    if (!begin_group(run, kind, g, 0))
        return UQD_OK;
    const size_t before = (size_t)(run->refine.mean_q4 - run->mean_q4);
    int status =
        uqd_network_group(network, run->unit, g, run->mean_q4 + before, run->scale_index + before);
    if (status < 0)
        return status;
    list_group(run);
    status = refine_channels(run);
    if (status == UQD_OK && g + 1 < run->engine->model->n_groups)
        status = uqd_network_context(network, g, run->moved);
    return status;
}

/* A later phase: with the distributions of phase 0. No group waits for another, so each tile is
 * decoded as far as its chunk goes. */
static int run_phase(struct pass_run *run, const struct uqd_kind *kind, uint32_t phase)
{
    int status = UQD_OK;
    for (uint32_t g = 0; g < run->engine->model->n_groups && status >= 0; g++)
        if (begin_group(run, kind, g, phase)) {
            status = worse(status, refine_channels(run));
            run->stream->held = 1;
        }
    run->stream->held = 0;
    return status;
}

/* The top-level cells of dithered coefficients, coded before the network runs. */
static int run_top(struct pass_run *run)
{
    for (uint32_t g = 0; g < run->engine->model->n_groups; g++) {
        const struct uqd_group *group = &run->engine->model->groups[g];
        const int16_t *exact = run->refine.exact;
        uqd_refine_init(&run->refine, run->state, (uint32_t)(run->unit - run->state->units),
                        &run->extents, group->first, group->n);
        memset(run->refine.from, UQD_DITHER_LEVEL, group->n);
        memset(run->refine.to, UQD_TOP_LEVEL, group->n);
        run->refine.exact = exact;
        uqd_plan_group(&run->refine);
        point_at_lists(run, g, (size_t)run->unit->grid_w * run->unit->grid_h * group->first);
        list_group(run);
        const int status = has_symbols(&run->refine) ? refine_channels(run) : UQD_OK;
        if (status != UQD_OK)
            return status;
    }
    return UQD_OK;
}

/* ---- A pass ---- */

/* Bands for every thread that codes tiles. */
static int alloc_bands(struct pass_run *run)
{
    const uint32_t side = 1u << run->engine->tile_log2, threads = run->engine->work.threads;
    const uint32_t width = run->unit->grid_w < side ? run->unit->grid_w : side;
    const uint32_t height = run->unit->grid_h < side ? run->unit->grid_h : side;
    const uint32_t n = run->tiles_x * run->tiles_y > 1 ? threads : 1;
    const size_t size = uqd_plan_band_size(width, height);
    run->bands = uqd_calloc_array(threads, sizeof *run->bands);
    for (uint32_t i = 0; i < 2 * n && run->bands != NULL; i++) {
        struct uqd_plan_bands *bands = &run->bands[i / 2];
        bands->planned[i % 2] = uqd_malloc_array(size, sizeof *bands->planned[0]);
        bands->counts[i % 2] = uqd_malloc_array(height, sizeof *bands->counts[0]);
        if (run->goes_far)
            bands->ahead[i % 2] = uqd_malloc_array(size * UQD_PLAN_AHEAD, sizeof *bands->ahead[0]);
        if (bands->planned[i % 2] == NULL || bands->counts[i % 2] == NULL ||
            (run->goes_far && bands->ahead[i % 2] == NULL))
            return UQD_ERR_NOMEM;
    }
    return run->bands != NULL ? UQD_OK : UQD_ERR_NOMEM;
}

/* What only a pass of a file needs. Nothing adapts with dither. */
static int alloc_tiles(struct pass_run *run)
{
    const uint32_t n = run->tiles_x * run->tiles_y;
    run->results = uqd_malloc_array(n, sizeof *run->results);
    if (run->results == NULL)
        return UQD_ERR_NOMEM;
    if (!run->state->dithered) {
        run->curves = uqd_malloc_array(n, sizeof *run->curves);
        if (run->curves == NULL)
            return UQD_ERR_NOMEM;
        for (uint32_t i = 0; i < n; i++)
            uqd_curves_init(&run->curves[i]);
    }
    return alloc_bands(run);
}

static int alloc_run(struct pass_run *run)
{
    const uint32_t side = 1u << run->engine->tile_log2;
    run->lists.length = side < UQD_MAX_SEGMENT ? side : UQD_MAX_SEGMENT;
    const size_t segments =
        (size_t)run->unit->grid_h * uqd_n_segments(run->unit->grid_w, run->lists.length);
    size_t n;
    if (uqd_mul_size((size_t)run->unit->grid_w * run->unit->grid_h, UQD_UNIT_CHANNELS, &n) < 0)
        return UQD_ERR_NOMEM;
    run->mean_q4 = uqd_malloc_array(n, sizeof *run->mean_q4);
    run->scale_index = uqd_malloc_array(n + UQD_CHUNK_SLACK, sizeof *run->scale_index);
    run->moved = uqd_malloc_array(n, sizeof *run->moved);
    run->lists.places = uqd_malloc_array(n, sizeof *run->lists.places);
    run->lists.ends =
        uqd_malloc_array(segments * UQD_MAX_GROUPS * UQD_MAX_PHASES, sizeof *run->lists.ends);
    if (run->mean_q4 == NULL || run->scale_index == NULL || run->moved == NULL ||
        run->lists.places == NULL || run->lists.ends == NULL)
        return UQD_ERR_NOMEM;
    const int is_file =
        run->stream->source == UQD_SYMBOLS_DECODE || run->stream->source == UQD_SYMBOLS_ENCODE;
    return is_file ? alloc_tiles(run) : UQD_OK;
}

static void free_run(struct pass_run *run)
{
    free(run->mean_q4);
    free(run->scale_index);
    free(run->lists.places);
    free(run->lists.ends);
    free(run->curves);
    free(run->results);
    free(run->moved);
    if (run->bands == NULL)
        return;
    for (uint32_t i = 0; i < 2 * run->engine->work.threads; i++) {
        free(run->bands[i / 2].planned[i % 2]);
        free(run->bands[i / 2].ahead[i % 2]);
        free(run->bands[i / 2].counts[i % 2]);
    }
    free(run->bands);
}

static int run_groups(struct pass_run *run, uint32_t u, uint32_t kind, int32_t *partial_q4)
{
    struct uqd_engine *engine = run->engine;
    const struct uqd_kind *k = &engine->model->kinds[kind];
    struct uqd_network *network;
    int status = uqd_engine_trunk(engine, run->state, u, kind, &network);
    if (status == UQD_OK && partial_q4 != NULL)
        status = uqd_estimate(network, run->state, u, partial_q4);
    if (status < 0)
        return status;
    run->refine.centroid_q4 = partial_q4;
    uqd_network_begin_groups(network);
    for (uint32_t g = 0; g < engine->model->n_groups && status == UQD_OK; g++)
        status = run_group(run, network, k, g);
    if (run->is_phased)
        for (uint32_t p = 1; p < engine->model->phases.n && status == UQD_OK; p++)
            status = run_phase(run, k, p);
    return status;
}

/* Best guesses of a pass that stopped behind its first phase. Nearly all that it has not refined is
 * around 0 and would most likely have stayed there, so the state is close to the one that the pass
 * leads to: its denoiser knows more than that of the state the pass began with. */
static int denoise_ahead(struct pass_run *run, uint32_t u, const struct uqd_kind *kind,
                         int32_t *mean_q4)
{
    struct uqd_engine *engine = run->engine;
    const int next = uqd_model_find_kind(engine->model, u, kind->nominal_to);
    if (next < 0)
        return UQD_OK;
    struct uqd_network *network = &engine->networks[u];
    engine->trunks[u].version = 0;
    const int status = uqd_network_trunk(network, run->unit, (uint32_t)next, run->state->dithered);
    return status == UQD_OK ? uqd_estimate(network, run->state, u, mean_q4) : status;
}

static int goes_far(const struct uqd_kind *kind, const struct uqd_state *state)
{
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS && !state->dithered; c++)
        if (kind->from[c] > kind->to[c] + 1)
            return 1;
    return 0;
}

int uqd_pass_run(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                 struct uqd_stream *stream, const int16_t *exact, int32_t *partial_q4)
{
    const struct uqd_kind *kind = &engine->model->kinds[pass->kind];
    struct uqd_unit *unit = &state->units[pass->unit];
    const uint32_t side = 1u << engine->tile_log2;
    struct pass_run run = {
        .engine = engine,
        .state = state,
        .unit = unit,
        .stream = stream,
        .tiles_x = (unit->grid_w + side - 1) / side,
        .tiles_y = (unit->grid_h + side - 1) / side,
        .refine.exact = exact,
        /* With dither no cell is around 0, so that there are neither phases nor curves. */
        .is_phased = kind->phased && !state->dithered,
        .goes_far = goes_far(kind, state),
    };
    uqd_extents_init(&run.extents, state, pass->unit);
    uqd_neighbours_fit(&engine->neighbours, unit->grid_w);
    int status = alloc_run(&run);
    if (status == UQD_OK && state->dithered && unit->nominal == UQD_TOP_LEVEL)
        status = run_top(&run);
    if (status == UQD_OK)
        status = run_groups(&run, pass->unit, pass->kind, partial_q4);
    if (status == UQD_NEED_DATA && partial_q4 != NULL && run.refine.phase > 0) {
        const int denoised = denoise_ahead(&run, pass->unit, kind, partial_q4);
        status = denoised < 0 ? denoised : status;
    }
    if (status == UQD_OK) {
        unit->nominal = kind->nominal_to;
        memcpy(unit->level, kind->to, UQD_UNIT_CHANNELS);
    } else {
        unit->nominal = UQD_MIXED_LEVELS;
    }
    if (state->version != 0)
        state->version++;
    free_run(&run);
    return status;
}
