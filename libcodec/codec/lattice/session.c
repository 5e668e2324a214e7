/* A session keeps one state, that of the last complete step; pictures of earlier steps and of
 * partly received ones are made from copies of it. */
#include "codec/session.h"

#include "codec/lattice/spent.h"
#include "codec/lattice/steps.h"
#include "codec/lattice/window.h"
#include "transform/colour.h"
#include "transform/threads.h"
#include "transform/wavelet.h"
#include "util/checked.h"

#include <stdlib.h>

struct session {
    struct uqd_session base; /* the first member */
    struct uqd_work work;
    struct uqd_engine engine;
    struct uqd_schedule schedule;
    struct uqd_state state;
    int is_ahead;           /* the state holds a part of the next step, which failed */
    struct uqd_state exact; /* ENCODE: holds the picture */
};

static struct session *session_of(struct uqd_session *base)
{
    return (struct session *)base;
}

static uint64_t session_memory(const struct uqd_model *model, uint32_t width, uint32_t height,
                               uint32_t threads)
{
    (void)threads; /* each has slices of its own, which are little, or a tile of the picture */
    return (uint64_t)width * height * uqd_engine_bytes_per_pixel(model);
}

/* A picture is found in one unit and those above it. */
static int session_shows(const struct uqd_model *model, const struct uqd_header *header,
                         uint32_t step, uint32_t reduce)
{
    struct uqd_schedule schedule;
    uqd_schedule_init(&schedule, model, uqd_unit_count(header->width, header->height));
    for (uint32_t p = 0; p < schedule.n; p++)
        if (schedule.passes[p].step == step && schedule.passes[p].unit >= reduce / UQD_UNIT_LEVELS)
            return 1;
    return 0;
}

static void session_close(struct uqd_session *base)
{
    struct session *session = session_of(base);
    uqd_engine_free(&session->engine);
    uqd_state_free(&session->state);
    uqd_state_free(&session->exact);
    free(session);
}

/* The inverse of three wavelet levels reads as far, and what is guessed a block further: blocks. */
enum { WINDOW_MARGIN = 10 };

/* Blocks of whole tiles that the samples from `begin` on, before `end`, need. */
static void find_side(uint32_t begin, uint32_t end, uint32_t tile, uint32_t grid, uint32_t *first,
                      uint32_t *last)
{
    const uint32_t from = begin / UQD_UNIT_BLOCK, to = (end - 1) / UQD_UNIT_BLOCK + 1;
    *first = from > WINDOW_MARGIN ? (from - WINDOW_MARGIN) / tile * tile : 0;
    *last = (to + WINDOW_MARGIN + tile - 1) / tile * tile;
    if (*last > grid)
        *last = grid;
}

/* Leaves of the full-size unit the tiles that a region needs, if they do not need the others. */
static void set_window(struct session *session, const struct uqd_region *region)
{
    struct uqd_state *state = &session->state;
    const uint32_t side = 1u << session->engine.tile_log2;
    struct uqd_unit *unit = &state->units[0];
    struct uqd_tile tile;
    if (region->width == 0 || state->n_units == 0 || !uqd_engine_separates(&session->engine, unit))
        return;
    find_side(region->x, region->x + region->width, side, unit->grid_w, &tile.x_begin, &tile.x_end);
    find_side(region->y, region->y + region->height, side, unit->grid_h, &tile.y_begin,
              &tile.y_end);
    uqd_window_size(unit, tile);
}

static struct uqd_region session_window(const struct uqd_session *base)
{
    const struct session *session = (const struct session *)base;
    const struct uqd_unit *unit = &session->state.units[0];
    if (session->state.n_units == 0)
        return (struct uqd_region){0, 0, 1, 1};
    return (struct uqd_region){unit->x * UQD_UNIT_BLOCK, unit->y * UQD_UNIT_BLOCK, unit->width,
                               unit->height};
}

static int session_open(struct uqd_session **out, const struct uqd_model *model,
                        const struct uqd_header *header,
                        const struct uqd_session_settings *settings)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return UQD_ERR_NOMEM;
    session->base.class = &uqd_lattice_sessions;
    session->base.work = &session->work;
    session->work.threads = (uint32_t)uqd_thread_count(settings->threads);
    uqd_engine_init(&session->engine, model, settings->cpu_mask, &session->work, header->tile_log2,
                    header->separate);
    session->engine.first = (struct uqd_tile){header->first.x_begin, header->first.x_end,
                                              header->first.y_begin, header->first.y_end};
    session->work.progress = settings->progress;
    session->work.cookie = settings->cookie;
    uqd_state_init(&session->state, model, header->width, header->height, header->colours,
                   header->low);
    session->state.version = 1;
    session->state.dithered = header->dithered;
    session->state.seed = header->seed;
    session->state.phased = header->phased;
    session->state.joint = header->joint;
    session->state.sign_curves = header->sign_curves;
    uqd_schedule_init(&session->schedule, model, session->state.n_units);
    set_window(session, &settings->region);
    *out = &session->base;
    return UQD_OK;
}

static struct uqd_work *work_of(struct session *session)
{
    return &session->work;
}

/* Goes back to the last complete step, if a part of the next one was decoded. That waits until
 * somebody needs it: who cancels a step has no time for it. Errors: UQD_ERR_CANCELLED. */
static int settle(struct session *session)
{
    if (!session->is_ahead)
        return UQD_OK;
    const int status = uqd_schedule_rewind(&session->schedule, &session->state,
                                           (int)session->base.n_complete - 1, work_of(session));
    session->state.version++;
    session->is_ahead = status < 0;
    return status;
}

/* ---- Encoding ---- */

/* The finest wavelet level of a colour picture, or the plane of a grey one. Returns how many levels
 * are split, or an error. */
static int load_picture(const struct uqd_image *image, int32_t *const planes[3],
                        struct uqd_work *work)
{
    if (image->channels == 1)
        return uqd_grey_load(image->pixels, image->stride, image->width, image->height, planes[0],
                             image->width, work);
    const int status = uqd_colour_split(image->pixels, image->stride, image->width, image->height,
                                        planes, image->width, work);
    return status < 0 ? status : 1;
}

/* The exact coefficients of the picture: unit after unit, each the low-pass of the one before. */
static int transform(struct session *session, const struct uqd_image *image, int32_t low[3])
{
    struct uqd_work *work = work_of(session);
    const size_t n = (size_t)image->width * image->height, pitch = image->width;
    int32_t *memory = uqd_calloc_array(n, 3 * sizeof *memory);
    if (memory == NULL)
        return UQD_ERR_NOMEM;
    int32_t *const planes[3] = {memory, memory + n, memory + 2 * n};
    const int32_t *const read[3] = {planes[0], planes[1], planes[2]};
    struct uqd_state *exact = &session->exact;
    const int loaded = load_picture(image, planes, work);
    int status = loaded < 0 ? loaded : UQD_OK;
    for (uint32_t u = 0; u < exact->n_units && status == UQD_OK; u++) {
        const struct uqd_unit *unit = &exact->units[u];
        const uint32_t done = u == 0 ? (uint32_t)loaded : 0;
        status = uqd_unit_hold(exact, u, work);
        for (uint32_t c = 0; c < image->channels && status == UQD_OK; c++)
            status = uqd_wavelet_forward(planes[c], pitch, uqd_wavelet_side(unit->width, done),
                                         uqd_wavelet_side(unit->height, done),
                                         UQD_UNIT_LEVELS - done, work);
        if (status == UQD_OK)
            status =
                uqd_unit_pack(session->engine.model->channels, UQD_UNIT_CHANNELS, read, pitch,
                              unit->width, unit->height, unit->cells, UQD_BLOCK_CHANNELS, work);
    }
    for (uint32_t c = 0; c < image->channels; c++)
        low[c] = planes[c][0];
    free(memory);
    return status;
}

static int session_load(struct uqd_session *base, const struct uqd_image *image,
                        struct uqd_header *header)
{
    struct session *session = session_of(base);
    const int32_t nothing[3] = {0, 0, 0};
    uqd_state_init(&session->exact, session->engine.model, image->width, image->height,
                   image->channels, nothing);
    const int status = transform(session, image, header->low);
    for (uint32_t c = 0; c < image->channels && status == UQD_OK; c++)
        session->state.low[c] = header->low[c];
    return status;
}

static int session_encode(struct uqd_session *base, struct uqd_body body, uint8_t **data,
                          size_t *size)
{
    struct session *session = session_of(base);
    const int status = uqd_steps_encode(&session->engine, &session->schedule, &session->state,
                                        &session->exact, body, data, size);
    if (status == UQD_OK)
        base->n_complete = body.last + 1;
    return status;
}

/* ---- Decoding ---- */

/* Decodes what is at hand of a step, as far as the schedule goes, into a state that holds the steps
 * before it. */
static int decode_step(struct session *session, const struct uqd_schedule *schedule,
                       const struct uqd_source *source, struct uqd_state *state, uint32_t step,
                       struct uqd_partial *partial)
{
    return uqd_steps_decode(&session->engine, schedule, state, (struct uqd_body){step, step, 0},
                            step, uqd_source_extent(source, step), partial, NULL);
}

/* Decodes the steps of a solid file up to `until`, as far as they are at hand, into any state.
 * *used: how many bytes of the body that took. */
static int decode_solid(struct session *session, const struct uqd_schedule *schedule,
                        const struct uqd_source *source, struct uqd_state *state, uint32_t until,
                        struct uqd_partial *partial, uint64_t *used)
{
    size_t n;
    int status = uqd_schedule_rewind(schedule, state, -1, work_of(session));
    state->version = state->version != 0 ? state->version + 1 : 0;
    if (status < 0)
        return status;
    status = uqd_steps_decode(&session->engine, schedule, state,
                              (struct uqd_body){0, source->header->n_steps - 1, 1}, until,
                              uqd_source_extent(source, 0), partial, &n);
    *used = n;
    return status;
}

static int decode_next_of_solid(struct session *session, const struct uqd_source *source,
                                uint64_t *used)
{
    struct uqd_state copy;
    int status = uqd_state_copy(&copy, &session->state, 0, work_of(session));
    if (status < 0)
        return status;
    status = decode_solid(session, &session->schedule, source, &copy, session->base.n_complete,
                          NULL, used);
    if (status != UQD_OK) {
        uqd_state_free(&copy);
        return status;
    }
    copy.version = session->state.version + 1;
    uqd_state_free(&session->state);
    session->state = copy;
    session->base.n_complete++;
    return UQD_OK;
}

static int session_decode(struct uqd_session *base, const struct uqd_source *source, uint64_t *used)
{
    struct session *session = session_of(base);
    if (source->header->solid)
        return decode_next_of_solid(session, source, used);
    int status = settle(session);
    if (status < 0)
        return status;
    status =
        decode_step(session, &session->schedule, source, &session->state, base->n_complete, NULL);
    if (status == UQD_OK)
        base->n_complete++;
    session->is_ahead = status != UQD_OK;
    return status;
}

static const struct uqd_pass *first_pass(const struct uqd_schedule *schedule, uint32_t step)
{
    for (uint32_t p = 0; p < schedule->n; p++)
        if (schedule->passes[p].step == step)
            return &schedule->passes[p];
    return NULL;
}

/* The trunk of the step's first pass, unless the first symbols of dithered coefficients come before
 * it. */
static int session_prepare(struct uqd_session *base)
{
    struct session *session = session_of(base);
    const struct uqd_pass *pass = first_pass(&session->schedule, base->n_complete);
    struct uqd_network *network;
    const int status = settle(session);
    if (status < 0)
        return status;
    if (pass == NULL ||
        (session->state.dithered && session->state.units[pass->unit].nominal == UQD_TOP_LEVEL) ||
        uqd_engine_separates(&session->engine, &session->state.units[pass->unit]) ||
        uqd_engine_has_trunk(&session->engine, &session->state, pass->unit, pass->type))
        return UQD_END;
    return uqd_engine_trunk(&session->engine, &session->state, pass->unit, pass->type, &network);
}

/* Decodes a complete step again, in a copy that counts. */
static int session_count(struct uqd_session *base, const struct uqd_source *source, uint32_t step,
                         uint32_t *blocks)
{
    struct session *session = session_of(base);
    struct uqd_state copy;
    uint64_t used;
    int status = uqd_state_copy(&copy, &session->state, 0, work_of(session));
    if (status < 0)
        return status;
    status = uqd_spent_begin(&copy);
    if (status == UQD_OK && source->header->solid) {
        status = decode_solid(session, &session->schedule, source, &copy, step, NULL, &used);
    } else if (status == UQD_OK) {
        status = uqd_schedule_rewind(&session->schedule, &copy, (int)step - 1, work_of(session));
        if (status == UQD_OK)
            status = decode_step(session, &session->schedule, source, &copy, step, NULL);
    }
    if (status == UQD_OK)
        status = uqd_spent_take(&copy, blocks, work_of(session));
    uqd_state_free(&copy);
    return status;
}

/* ---- Pictures ---- */

/* What a reduced picture is made with: passes and units that it needs. */
struct part {
    struct uqd_schedule schedule;
    uint32_t first; /* unit */
};

/* Units below the result have several tiles. */
static uint32_t n_tiled_units(const struct session *session)
{
    const struct uqd_state *state = &session->state;
    uint32_t u = 0;
    while (u < state->n_units && uqd_engine_has_tiles(&session->engine, &state->units[u]))
        u++;
    return u;
}

/* For a picture of a file whose steps from begin on, before end, are decoded for it. */
static struct part part_of(const struct session *session, uint32_t reduce, uint32_t begin,
                           uint32_t end, int solid)
{
    struct part part = {.schedule = session->schedule};
    const struct uqd_schedule_need need = {
        .unit = uqd_picture_unit(&session->state, reduce),
        .begin = begin,
        .end = end,
        .solid = solid,
        .n_tiled = n_tiled_units(session),
    };
    part.first = uqd_schedule_shorten(&part.schedule, need);
    return part;
}

/* The end of the steps behind complete ones of which anything is at hand: the last one may be cut.
 * In a solid file they are not told apart. */
static uint32_t end_at_hand(const struct uqd_source *source, uint32_t complete)
{
    const uint32_t n_steps = source->header->n_steps;
    uint32_t end = complete;
    if (source->header->solid)
        return n_steps;
    while (end < n_steps) {
        const struct uqd_extent extent = uqd_source_extent(source, end);
        if (extent.available < extent.size)
            return extent.available > 0 ? end + 1 : end;
        end++;
    }
    return end;
}

/* The state at the end of a complete step, in a copy of that part, which is the caller's unless it
 * fails. */
static int state_at(struct session *session, const struct part *part, int step,
                    struct uqd_state *copy)
{
    int status = uqd_state_copy(copy, &session->state, part->first, work_of(session));
    if (status < 0)
        return status;
    status = uqd_schedule_rewind(&part->schedule, copy, step, work_of(session));
    if (status < 0)
        uqd_state_free(copy);
    return status;
}

/* Everything at hand behind a complete step, up to the step `end`, in a copy of the state: UQD_OK,
 * UQD_NEED_DATA if a step was cut, which one whose bytes are all there cannot be. From a damaged
 * step on, all is left out. */
static int latest_state(struct session *session, const struct part *part, int complete,
                        uint32_t end, const struct uqd_source *source, struct uqd_state *copy,
                        struct uqd_partial *partial)
{
    int status = state_at(session, part, complete, copy);
    for (uint32_t step = (uint32_t)(complete + 1); step < end && status == UQD_OK; step++) {
        const struct uqd_extent extent = uqd_source_extent(source, step);
        status = decode_step(session, &part->schedule, source, copy, step,
                             extent.available < extent.size ? partial : NULL);
        if (status == UQD_ERR_CORRUPT) {
            return uqd_schedule_rewind(&part->schedule, copy, (int)step - 1, work_of(session));
        }
    }
    return status;
}

static int latest_solid_state(struct session *session, const struct part *part, int complete,
                              const struct uqd_source *source, struct uqd_state *copy,
                              struct uqd_partial *partial)
{
    int status = state_at(session, part, complete, copy);
    uint64_t used;
    if (status < 0)
        return status;
    status = decode_solid(session, &part->schedule, source, copy, source->header->n_steps - 1,
                          partial, &used);
    if (status != UQD_ERR_CORRUPT)
        return status;
    uqd_state_free(copy);
    return state_at(session, part, complete, copy);
}

/* The picture of what is at hand of the steps behind a complete one, before the step `end`. */
static int show_latest(struct session *session, int complete, uint32_t end,
                       const struct uqd_source *source, uint32_t reduce, uint8_t *pixels,
                       size_t stride)
{
    struct uqd_state copy;
    struct uqd_partial partial = {.first = uqd_picture_unit(&session->state, reduce)};
    const int solid = source->header->solid;
    const struct part part =
        part_of(session, reduce, solid ? 0 : (uint32_t)(complete + 1), end, solid);
    int status = solid ? latest_solid_state(session, &part, complete, source, &copy, &partial)
                       : latest_state(session, &part, complete, end, source, &copy, &partial);
    if (status == UQD_OK) { /* no pass is interrupted, though a damaged one may have been */
        free(partial.mean_q4);
        partial.mean_q4 = NULL;
    }
    if (status >= 0)
        status = uqd_picture_denoised(&session->engine, &copy, &partial, reduce, pixels, stride);
    free(partial.mean_q4);
    uqd_state_free(&copy);
    return status;
}

/* The picture of a complete step before the last complete one, or of a mode that goes on from it;
 * from nothing none does. */
static int show_copy(struct session *session, int step, const struct uqd_picture_request *request,
                     uint8_t *pixels, size_t stride)
{
    struct uqd_state copy;
    const uint32_t next = (uint32_t)(step + 1);
    const struct part part = part_of(session, request->reduce, next, next, 0);
    int status = state_at(session, &part, step, &copy);
    if (status < 0)
        return status;
    if (request->mode != UQD_MODE_DENOISED && step >= 0)
        status = uqd_picture_complete(&session->engine, &session->schedule, &copy,
                                      request->mode == UQD_MODE_FLOW ? UQD_SYMBOLS_CENTRAL
                                                                     : UQD_SYMBOLS_SAMPLE,
                                      request->seed, request->reduce);
    if (status == UQD_OK)
        status =
            uqd_picture_denoised(&session->engine, &copy, NULL, request->reduce, pixels, stride);
    uqd_state_free(&copy);
    return status;
}

static int session_show(struct uqd_session *base, int step, const struct uqd_source *source,
                        const struct uqd_picture_request *request, uint8_t *pixels, size_t stride)
{
    struct session *session = session_of(base);
    const uint32_t next = (uint32_t)(step + 1);
    const int decodes = source != NULL && request->mode == UQD_MODE_DENOISED;
    const uint32_t end = decodes ? end_at_hand(source, next) : next;
    if (end > next)
        return show_latest(session, step, end, source, request->reduce, pixels, stride);
    const int status = settle(session);
    if (status < 0)
        return status;
    if (request->mode == UQD_MODE_DENOISED && next == base->n_complete)
        return uqd_picture_denoised(&session->engine, &session->state, NULL, request->reduce,
                                    pixels, stride);
    return show_copy(session, step, request, pixels, stride);
}

/* ---- Work ---- */

static double steps_work(const struct session *session, const struct uqd_schedule *schedule,
                         uint32_t first, uint32_t end)
{
    double macs = 0;
    for (uint32_t step = first; step < end; step++)
        macs += uqd_step_macs(&session->engine, schedule, &session->state, step);
    return macs;
}

static double session_decode_work(const struct uqd_session *base, uint32_t first, uint32_t last)
{
    const struct session *session = (const struct session *)base;
    return steps_work(session, &session->schedule, first, last + 1);
}

/* What show_latest decodes: whole steps, of a solid file from its beginning, and a part. */
static double latest_work(const struct session *session, int complete,
                          const struct uqd_source *source, uint32_t reduce)
{
    const uint32_t next = (uint32_t)(complete + 1), end = end_at_hand(source, next);
    const uint32_t whole = uqd_source_steps(source, source->header->n_steps);
    const int solid = source->header->solid;
    if (end == next)
        return 0;
    const struct part part = part_of(session, reduce, solid ? 0 : next, end, solid);
    const double last = uqd_engine_macs(&session->engine, &session->state.units[part.first],
                                        end > whole ? UQD_PART_GROUPS : 0);
    return last +
           steps_work(session, &part.schedule, solid ? 0 : next, whole > next ? whole : next);
}

static double session_show_work(const struct uqd_session *base, int step,
                                const struct uqd_source *source,
                                const struct uqd_picture_request *request)
{
    const struct session *session = (const struct session *)base;
    const uint32_t unit = uqd_picture_unit(&session->state, request->reduce);
    const uint32_t next = (uint32_t)(step + 1), n_steps = session->engine.model->n_steps;
    if (unit == session->state.n_units || (request->mode != UQD_MODE_DENOISED && step < 0))
        return 1;
    if (request->mode != UQD_MODE_DENOISED) {
        const struct part part = part_of(session, request->reduce, n_steps, n_steps, 0);
        return steps_work(session, &part.schedule, next, n_steps);
    }
    const double shown = uqd_engine_macs(&session->engine, &session->state.units[unit],
                                         UQD_PART_TRUNK | UQD_PART_DENOISER);
    return source != NULL ? shown + latest_work(session, step, source, request->reduce) : shown;
}

/* All passes, and a denoised picture after each step but the lossless one. Its trunk is that of the
 * full-size unit's next pass. */
static double session_encode_work(const struct uqd_session *base, uint32_t n_steps,
                                  int with_pictures)
{
    const struct session *session = (const struct session *)base;
    const struct uqd_engine *engine = &session->engine;
    double macs = steps_work(session, &session->schedule, 0, n_steps);
    for (uint32_t step = 0; step < n_steps && with_pictures; step++)
        if (step + 1 < engine->model->n_steps)
            macs += uqd_engine_macs(engine, &session->state.units[0], UQD_PART_DENOISER);
    return macs;
}

const struct uqd_session_class uqd_lattice_sessions = {
    .memory = session_memory,
    .shows = session_shows,
    .open = session_open,
    .close = session_close,
    .load = session_load,
    .encode = session_encode,
    .decode = session_decode,
    .prepare = session_prepare,
    .count = session_count,
    .show = session_show,
    .window = session_window,
    .decode_work = session_decode_work,
    .show_work = session_show_work,
    .encode_work = session_encode_work,
};
