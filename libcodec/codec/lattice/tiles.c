#include "codec/lattice/tiles.h"

#include "codec/lattice/estimate.h"
#include "codec/lattice/window.h"
#include "util/checked.h"
#include "util/random.h"
#include "util/team.h"

#include <assert.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MEANS_SIZE = UQD_UNIT_CHANNELS * sizeof(int32_t) };

static struct uqd_tiling tiling_of(const struct uqd_engine *engine, const struct uqd_unit *unit)
{
    return uqd_tiling_of(unit->whole_w, unit->whole_h, 1u << engine->tile_log2);
}

/* ---- Which chunks there are ---- */

/* The chunks of a pass: uqd_pass_chunks of each tile, which at the right and at the lower border
 * may lack some that the others have. */
struct layout {
    struct uqd_tiling tiling;
    uint64_t which[2][2]; /* at the lower border; at the right border */
};

static struct layout layout_of(const struct uqd_engine *engine, const struct uqd_state *state,
                               const struct uqd_pass *pass)
{
    struct layout layout = {.tiling = tiling_of(engine, &state->units[pass->unit])};
    struct uqd_state part = *state;
    for (uint32_t lower = 0; lower < 2; lower++)
        for (uint32_t right = 0; right < 2; right++) {
            const uint32_t row = lower ? layout.tiling.rows - 1 : 0;
            const uint32_t column = right ? layout.tiling.columns - 1 : 0;
            const uint32_t i = row * layout.tiling.columns + column;
            uqd_window_size(&part.units[pass->unit], uqd_tile_at(&layout.tiling, i));
            layout.which[lower][right] = uqd_pass_chunks(&part, pass);
        }
    return layout;
}

static uint64_t chunks_of(const struct layout *layout, uint32_t tile)
{
    const uint32_t columns = layout->tiling.columns;
    return layout->which[tile / columns + 1 == layout->tiling.rows][tile % columns + 1 == columns];
}

/* How many chunks its tile has before a chunk, or -1 if the tile has no such one. */
static int place_of(const struct layout *layout, uint32_t which, uint32_t tile)
{
    const uint64_t chunks = chunks_of(layout, tile), bit = UINT64_C(1) << which;
    return chunks & bit ? __builtin_popcountll(chunks & (bit - 1)) : -1;
}

static uint32_t n_chunks_of(const struct layout *layout, uint32_t tile)
{
    return (uint32_t)__builtin_popcountll(chunks_of(layout, tile));
}

/* ---- Running separate tiles ---- */

/* A pass, or an estimate, where there is no pass. */
struct tiles_run {
    struct uqd_engine *engine;
    struct uqd_state *state;
    uint32_t unit;
    const struct uqd_pass *pass;
    struct uqd_stream *stream;
    const int16_t *exact;
    int32_t *partial_q4;         /* of a pass: for its best guesses if it is cut, or NULL */
    uqd_part_function *function; /* takes estimates */
    void *cookie;
    struct layout layout;
    struct uqd_chunk *chunks;   /* UQD_PASS_CHUNKS of each tile, those it has first; owned */
    struct uqd_buffer *outputs; /* ENCODE: of each tile, the chunks without their lengths; owned */
    int is_cut;                 /* not all chunks are at hand */
};

static struct uqd_chunk *first_chunk(const struct tiles_run *run, uint32_t tile)
{
    return run->chunks + (size_t)tile * UQD_PASS_CHUNKS;
}

/* Means of a tile in a state between passes. */
static int estimate_tile(struct uqd_engine *engine, struct uqd_state *tile, uint32_t u,
                         int32_t *means_q4)
{
    const struct uqd_unit *unit = &tile->units[u];
    const size_t n = (size_t)unit->grid_w * unit->grid_h;
    struct uqd_network *network;
    if (unit->nominal == 0) {
        for (size_t i = 0; i < n && uqd_work_look(engine->work, UQD_UNIT_CHANNELS) == UQD_OK; i++)
            for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
                means_q4[i * UQD_UNIT_CHANNELS + c] = 8 * unit->cells[i * UQD_BLOCK_CHANNELS + c];
        return uqd_work_look(engine->work, 0);
    }
    const int type = uqd_model_find_stage_type(engine->model, u, unit->nominal);
    const int status = uqd_engine_trunk(engine, tile, u, (uint32_t)type, &network);
    return status == UQD_OK ? uqd_estimate(network, tile, u, means_q4) : status;
}

static int is_missing(const struct uqd_chunk *chunk)
{
    return chunk->available == 0 && chunk->length > 0;
}

/* The stream of a tile. */
static void begin_stream(const struct tiles_run *run, uint32_t i, struct uqd_stream *stream)
{
    if (run->chunks != NULL)
        uqd_stream_init_chunks(stream, run->stream->source, first_chunk(run, i));
    else
        uqd_stream_init_unread(stream, run->stream->source, uqd_random(run->stream->seed, i));
}

/* Whether the first symbols of dithered coefficients come before all else in the pass: until they
 * are there nothing is guessed, and the coefficients are shown as 0. */
static int begins_dithered(const struct uqd_state *tile, uint32_t u)
{
    return tile->dithered && tile->units[u].nominal == UQD_TOP_LEVEL;
}

/* Runs the pass over a tile; where any chunk of the pass is missing, with its best guesses, which
 * are 0 before. */
static int pass_tile(const struct tiles_run *run, uint32_t i, struct uqd_engine *engine,
                     struct uqd_state *tile, const int16_t *exact, int32_t *means_q4)
{
    struct uqd_stream stream;
    if (run->is_cut && n_chunks_of(&run->layout, i) > 0 && is_missing(first_chunk(run, i))) {
        const int guesses = means_q4 != NULL && !begins_dithered(tile, run->unit);
        const int status = guesses ? estimate_tile(engine, tile, run->unit, means_q4) : UQD_OK;
        return status < 0 ? status : UQD_NEED_DATA;
    }
    begin_stream(run, i, &stream);
    int status = uqd_pass_run(engine, tile, run->pass, &stream, exact, means_q4);
    if (status == UQD_OK)
        status = uqd_stream_close(&stream);
    if (status == UQD_OK && means_q4 != NULL)
        status = estimate_tile(engine, tile, run->unit, means_q4);
    if (run->outputs != NULL) {
        run->outputs[i] = stream.output;
        stream.output = (struct uqd_buffer){0};
    }
    uqd_stream_free(&stream);
    return status;
}

/* The stage type that goes on from where the unit is, or -1: nothing does, or nothing is kept. */
static int kept_type(const struct tiles_run *run)
{
    const uint32_t nominal = run->state->units[run->unit].nominal;
    return run->state->version != 0 && nominal > 0
               ? uqd_model_find_stage_type(run->engine->model, run->unit, nominal)
               : -1;
}

/* Takes a trunk that was kept of this tile. */
static int begin_tile(const struct tiles_run *run, uint32_t i, struct uqd_engine *engine,
                      struct uqd_state *tile)
{
    const int type = kept_type(run);
    struct uqd_nn_qplane *kept =
        type >= 0 ? uqd_engine_kept(run->engine, run->state, run->unit, (uint32_t)type, i) : NULL;
    if (kept == NULL || kept->data == NULL)
        return UQD_OK;
    tile->version = run->state->version;
    return uqd_engine_give_trunk(engine, tile, run->unit, (uint32_t)type, kept);
}

/* Keeps the trunk of an estimate. The next tile has another. */
static void end_tile(const struct tiles_run *run, uint32_t i, struct uqd_engine *engine, int status)
{
    const int type = kept_type(run);
    struct uqd_nn_qplane *kept =
        type >= 0 ? uqd_engine_kept(run->engine, run->state, run->unit, (uint32_t)type, i) : NULL;
    if (run->pass == NULL && status == UQD_OK && kept != NULL)
        *kept = uqd_network_take_trunk(&engine->networks[run->unit]);
    engine->trunks[run->unit].version = 0;
}

/* Best guesses of a tile go to those of the unit, or to who wants them. */
static int hand_on(const struct tiles_run *run, const struct uqd_unit *part, int32_t *means_q4)
{
    const struct uqd_unit *unit = &run->state->units[run->unit];
    if (run->pass == NULL)
        return run->function(run->cookie,
                             (struct uqd_grid_part){part->x - unit->x, part->y - unit->y,
                                                    part->grid_w, part->grid_h},
                             means_q4);
    uqd_window_write(run->partial_q4, unit, means_q4, part, MEANS_SIZE);
    return UQD_OK;
}

/* A tile in arrays of its own. */
static int run_tile(const struct tiles_run *run, uint32_t i, struct uqd_engine *engine)
{
    struct uqd_state tile;
    struct uqd_unit *unit = &run->state->units[run->unit];
    int16_t *exact = NULL;
    int32_t *means_q4 = NULL;
    int status = uqd_window_take(&tile, run->state, run->unit, uqd_tile_at(&run->layout.tiling, i),
                                 engine->work);
    if (status < 0)
        return status;
    const struct uqd_unit *part = &tile.units[run->unit];
    const size_t n = (size_t)part->grid_w * part->grid_h;
    const int has_means = run->pass == NULL || (run->partial_q4 != NULL && run->is_cut);
    if (run->exact != NULL)
        exact = uqd_malloc_array(n, UQD_BLOCK_CHANNELS * sizeof *exact);
    if (has_means)
        means_q4 = uqd_calloc_array(n, MEANS_SIZE);
    if ((run->exact != NULL && exact == NULL) || (has_means && means_q4 == NULL))
        status = UQD_ERR_NOMEM;
    if (status == UQD_OK)
        status = begin_tile(run, i, engine, &tile);
    if (status == UQD_OK && exact != NULL)
        uqd_window_read(exact, part, run->exact, unit, UQD_BLOCK_CHANNELS * sizeof *exact);
    if (status == UQD_OK)
        status = run->pass != NULL ? pass_tile(run, i, engine, &tile, exact, means_q4)
                                   : estimate_tile(engine, &tile, run->unit, means_q4);
    end_tile(run, i, engine, status);
    if (status >= 0 && run->pass != NULL)
        uqd_window_give(run->state, run->unit, &tile);
    if (status >= 0 && has_means) {
        const int handed = hand_on(run, part, means_q4);
        status = handed < 0 ? handed : status;
    }
    free(exact);
    free(means_q4);
    uqd_state_free(&tile);
    return status;
}

static int is_here(const struct tiles_run *run, uint32_t i)
{
    const struct uqd_unit *unit = &run->state->units[run->unit];
    const struct uqd_tile tile = uqd_tile_at(&run->layout.tiling, i);
    return tile.x_begin >= unit->x && tile.x_end <= unit->x + unit->grid_w &&
           tile.y_begin >= unit->y && tile.y_end <= unit->y + unit->grid_h;
}

/* All threads share one tile after the other: without a region around theirs, since OpenMP would
 * start new ones every time. */
static int share_tiles(struct tiles_run *run)
{
    int status = UQD_OK;
    for (uint32_t i = 0; i < uqd_n_tiles(&run->layout.tiling) && status >= 0; i++)
        if (is_here(run, i))
            status = uqd_worse(status, run_tile(run, i, &run->engine->of_tiles[0]));
    return status;
}

/* Each thread has a tile, and starts no others for it. */
static int divide_tiles(struct tiles_run *run, int team)
{
    struct uqd_work *work = run->engine->work;
    const uint32_t n = uqd_n_tiles(&run->layout.tiling), threads = work->threads;
    int status = UQD_OK;
    work->threads = 1;
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (uint32_t i = 0; i < n; i++) {
        if (!is_here(run, i))
            continue;
        const int result = run_tile(run, i, &run->engine->of_tiles[omp_get_thread_num()]);
#pragma omp critical(uqd_tiles)
        status = uqd_worse(status, result);
    }
    work->threads = threads;
    return status;
}

/* The networks go: the tiles of the next run have other threads, and perhaps other sizes. */
static int run_tiles(struct tiles_run *run)
{
    const uint32_t n = uqd_n_tiles(&run->layout.tiling), threads = run->engine->work->threads;
    const int team = uqd_team(n < threads ? n : threads, 2 * n > threads);
    int status = uqd_engine_for_tiles(run->engine, (uint32_t)team);
    if (status < 0)
        return status;
    status = team == 1 ? share_tiles(run) : divide_tiles(run, team);
    for (int i = 0; i < team; i++)
        uqd_engine_free(&run->engine->of_tiles[i]);
    return status;
}

/* ---- Passes ---- */

/* Of a pass over unit 0, the tiles that come first. */
static int is_first(const struct uqd_engine *engine, uint32_t unit, const struct layout *layout,
                    uint32_t tile)
{
    const struct uqd_tile *first = &engine->first;
    const uint32_t x = tile % layout->tiling.columns, y = tile / layout->tiling.columns;
    return unit == 0 && x >= first->x_begin && x < first->x_end && y >= first->y_begin &&
           y < first->y_end;
}

typedef int chunk_function(void *cookie, uint32_t tile, uint32_t place);

/* Calls a function for the chunks of separate tiles in the order of the file, until it returns
 * anything but UQD_OK: those of the tiles that come first, then the others; by what they are of,
 * group or phase, and then by tile. place: how many its tile has before it. */
static int for_chunks(const struct uqd_engine *engine, uint32_t unit, const struct layout *layout,
                      chunk_function *function, void *cookie)
{
    const uint32_t n = uqd_n_tiles(&layout->tiling);
    int status = UQD_OK;
    for (int first = 1; first >= 0; first--)
        for (uint32_t which = 0; which < UQD_PASS_CHUNKS; which++)
            for (uint32_t i = 0; i < n && status == UQD_OK; i++) {
                const int place = place_of(layout, which, i);
                if (place >= 0 && is_first(engine, unit, layout, i) == first)
                    status = function(cookie, i, (uint32_t)place);
            }
    return status;
}

static int find_chunk(void *cookie, uint32_t tile, uint32_t place)
{
    struct tiles_run *run = cookie;
    return uqd_stream_pass(run->stream, &first_chunk(run, tile)[place]);
}

static int write_chunk(void *cookie, uint32_t tile, uint32_t place)
{
    struct tiles_run *run = cookie;
    const struct uqd_chunk *chunk = &first_chunk(run, tile)[place];
    return uqd_stream_add(run->stream, chunk->data, chunk->length);
}

static int skip_chunk(void *cookie, uint32_t tile, uint32_t place)
{
    struct uqd_chunk chunk;
    (void)tile, (void)place;
    return uqd_stream_pass(cookie, &chunk);
}

/* Finds the chunks of the tiles in the file. Of those behind a cut is nothing. */
static int find_chunks(struct tiles_run *run)
{
    const int status = for_chunks(run->engine, run->unit, &run->layout, find_chunk, run);
    run->is_cut = status == UQD_NEED_DATA;
    return status < 0 ? status : UQD_OK;
}

/* Writes them where find_chunks finds them. */
static int write_chunks(struct tiles_run *run)
{
    for (uint32_t i = 0; i < uqd_n_tiles(&run->layout.tiling); i++) {
        const uint8_t *data = run->outputs[i].data;
        for (uint32_t k = 0; k < n_chunks_of(&run->layout, i); k++) {
            first_chunk(run, i)[k].data = data;
            data += first_chunk(run, i)[k].length;
        }
    }
    return for_chunks(run->engine, run->unit, &run->layout, write_chunk, run);
}

/* Room for the chunks of a pass of a file, and where they are. */
static int begin_chunks(struct tiles_run *run)
{
    const enum uqd_symbol_source source = run->stream->source;
    const size_t n = uqd_n_tiles(&run->layout.tiling), n_chunks = n * UQD_PASS_CHUNKS;
    if (source != UQD_SYMBOLS_DECODE && source != UQD_SYMBOLS_ENCODE)
        return UQD_OK;
    run->chunks = uqd_malloc_array(n_chunks, sizeof *run->chunks);
    if (source == UQD_SYMBOLS_ENCODE)
        run->outputs = uqd_calloc_array(n, sizeof *run->outputs);
    if (run->chunks == NULL || (source == UQD_SYMBOLS_ENCODE && run->outputs == NULL))
        return UQD_ERR_NOMEM;
    for (size_t i = 0; i < n_chunks; i++)
        run->chunks[i] = (struct uqd_chunk){NULL, 0, 1};
    return source == UQD_SYMBOLS_DECODE ? find_chunks(run) : UQD_OK;
}

static void free_run(struct tiles_run *run)
{
    for (uint32_t i = 0; run->outputs != NULL && i < uqd_n_tiles(&run->layout.tiling); i++)
        uqd_buffer_free(&run->outputs[i]);
    free(run->outputs);
    free(run->chunks);
}

int uqd_tiles_run(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                  struct uqd_stream *stream, const int16_t *exact, int32_t *partial_q4)
{
    assert(pass->unit < state->n_units && pass->type < engine->model->n_stage_types);
    if (!uqd_engine_separates(engine, &state->units[pass->unit]))
        return uqd_pass_run(engine, state, pass, stream, exact, partial_q4);
    struct tiles_run run = {
        .engine = engine,
        .state = state,
        .unit = pass->unit,
        .pass = pass,
        .stream = stream,
        .exact = exact,
        .partial_q4 = partial_q4,
        .layout = layout_of(engine, state, pass),
    };
    int status = uqd_state_update_low(state, pass->unit, engine->work);
    if (status == UQD_OK)
        status = begin_chunks(&run);
    if (status == UQD_OK)
        status = run_tiles(&run);
    if (status == UQD_OK && run.outputs != NULL)
        status = write_chunks(&run);
    if (status == UQD_OK && run.is_cut) /* what is missing may be of tiles that are not here */
        status = UQD_NEED_DATA;
    uqd_engine_drop(engine, pass->unit);
    uqd_pass_end(state, pass, status);
    free_run(&run);
    return status;
}

int uqd_tiles_skip(const struct uqd_engine *engine, const struct uqd_state *state,
                   const struct uqd_pass *pass, struct uqd_stream *stream)
{
    const struct uqd_unit *unit = &state->units[pass->unit];
    const struct layout layout = layout_of(engine, state, pass);
    const uint32_t n =
        (uint32_t)__builtin_popcountll(uqd_pass_chunks(state, pass)) * uqd_n_tiles(&layout.tiling);
    assert(uqd_n_tiles(&layout.tiling) > 1);
    if (uqd_engine_separates(engine, unit))
        return for_chunks(engine, pass->unit, &layout, skip_chunk, stream);
    int status = UQD_OK;
    for (uint32_t i = 0; i < n && status == UQD_OK; i++)
        status = skip_chunk(stream, 0, 0);
    return status;
}

/* A unit whose tiles are not predicted by themselves. */
static int estimate_whole(struct uqd_engine *engine, struct uqd_state *state, uint32_t u,
                          uqd_part_function *function, void *cookie)
{
    const struct uqd_unit *unit = &state->units[u];
    int32_t *means_q4 = uqd_malloc_array((size_t)unit->grid_w * unit->grid_h, MEANS_SIZE);
    if (means_q4 == NULL)
        return UQD_ERR_NOMEM;
    int status = estimate_tile(engine, state, u, means_q4);
    if (status == UQD_OK)
        status =
            function(cookie, (struct uqd_grid_part){0, 0, unit->grid_w, unit->grid_h}, means_q4);
    free(means_q4);
    return status;
}

int uqd_tiles_estimate(struct uqd_engine *engine, struct uqd_state *state, uint32_t u,
                       uqd_part_function *function, void *cookie)
{
    assert(u < state->n_units);
    if (!uqd_engine_separates(engine, &state->units[u]))
        return estimate_whole(engine, state, u, function, cookie);
    struct tiles_run run = {
        .engine = engine,
        .state = state,
        .unit = u,
        .function = function,
        .cookie = cookie,
        .layout.tiling = tiling_of(engine, &state->units[u]),
    };
    int status = uqd_state_update_low(state, u, engine->work);
    const int type = kept_type(&run);
    if (status == UQD_OK && type >= 0)
        status = uqd_engine_keep(engine, state, u, (uint32_t)type, uqd_n_tiles(&run.layout.tiling));
    return status == UQD_OK ? run_tiles(&run) : status;
}
