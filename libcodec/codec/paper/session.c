#include "codec/session.h"

#include "codec/paper/shown.h"
#include "codec/paper/tiles.h"
#include "transform/threads.h"
#include "util/checked.h"

#include <stdlib.h>
#include <string.h>

struct session {
    struct uqd_session base; /* the first member */
    struct uqd_work work;
    struct uqd_paper_tiles tiles;
};

static uint32_t n_steps_of(const struct uqd_paper_tiles *tiles)
{
    return tiles->model->paper->n_steps;
}

/* Every step is about every pixel. */
static int session_shows(const struct uqd_model *model, const struct uqd_header *header,
                         uint32_t step, uint32_t reduce)
{
    (void)model;
    (void)header;
    (void)step;
    (void)reduce;
    return 1;
}

static void session_close(struct uqd_session *base)
{
    struct session *session = (struct session *)base;
    uqd_paper_tiles_free(&session->tiles);
    free(session);
}

static int session_open(struct uqd_session **out, const struct uqd_model *model,
                        const struct uqd_header *header,
                        const struct uqd_session_settings *settings)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return UQD_ERR_NOMEM;
    session->base.class = &uqd_paper_sessions;
    session->base.work = &session->work;
    session->work = (struct uqd_work){.threads = (uint32_t)uqd_thread_count(settings->threads),
                                      .progress = settings->progress,
                                      .cookie = settings->cookie};
    uqd_paper_tiles_init(&session->tiles, model, header, settings->cpu_mask, &session->work);
    *out = &session->base;
    return UQD_OK;
}

static int session_load(struct uqd_session *base, const struct uqd_image *image,
                        struct uqd_header *header)
{
    struct session *session = (struct session *)base;
    (void)header;
    return uqd_paper_tiles_load(&session->tiles, image);
}

/* ---- Steps ---- */

struct step_run {
    struct uqd_paper_tiles *tiles;
    struct uqd_stream *stream;
    uint32_t step;
    uint8_t *reached; /* of each tile: steps done, if known of each; or NULL */
    uint32_t counted; /* the step whose bits are counted, if blocks is not NULL */
    uint32_t *blocks;
};

static int encode_tile(void *arguments, uint32_t i, struct uqd_paper_network *network,
                       struct uqd_work *work)
{
    const struct step_run *run = arguments;
    struct uqd_paper_tiles *tiles = run->tiles;
    const struct uqd_paper_tile tile = uqd_paper_tile_at(tiles, i);
    struct uqd_range_encoder *encoder = &run->stream->open[i].encoder;
    const float *z_t = uqd_paper_z(tiles, run->step, i);
    if (run->step == n_steps_of(tiles)) {
        uqd_paper_encode_pixels(&tile, z_t, uqd_paper_pixels(tiles, i), encoder);
        return UQD_OK;
    }
    const int status = uqd_paper_predict(tiles, run->step, i, network, work);
    float dither[UQD_PAPER_VALUES];
    uqd_paper_dithers(&tile, run->step, dither);
    if (status == UQD_OK)
        uqd_paper_encode_step(&tile, run->step, z_t, uqd_paper_prediction_of(tiles, i), dither,
                              uqd_paper_pixels(tiles, i), encoder,
                              uqd_paper_z(tiles, run->step + 1, i));
    return status;
}

/* A tile, and where its bits are counted if they are in this step. */
static struct uqd_paper_tile counting_tile(const struct step_run *run, uint32_t i)
{
    enum { BLOCKS = UQD_PAPER_SIDE / UQD_BITS_BLOCK };
    struct uqd_paper_tile tile = uqd_paper_tile_at(run->tiles, i);
    const uint32_t tiles_x = run->tiles->tiles_x;
    if (run->blocks == NULL || run->step != run->counted)
        return tile;
    tile.spent_stride = (run->tiles->width + UQD_BITS_BLOCK - 1) / UQD_BITS_BLOCK;
    tile.spent =
        run->blocks + i / tiles_x * BLOCKS * tile.spent_stride + i % tiles_x * (size_t)BLOCKS;
    return tile;
}

/* Decodes the pixels of a tile, which is the last step. */
static int decode_tile_pixels(const struct step_run *run, const struct uqd_paper_tile *tile,
                              uint32_t i)
{
    uint8_t *pixels = uqd_paper_pixels(run->tiles, i);
    uint8_t decoded[UQD_PAPER_VALUES];
    memcpy(decoded, pixels, sizeof decoded);
    const int status = uqd_paper_decode_pixels(tile, uqd_paper_z(run->tiles, run->step, i),
                                               &run->stream->open[i].decoder, decoded);
    if (status == UQD_OK)
        memcpy(pixels, decoded, sizeof decoded);
    return status;
}

/* Decodes the next z of a tile. */
static int decode_tile_z(const struct step_run *run, const struct uqd_paper_tile *tile, uint32_t i,
                         struct uqd_paper_network *network, struct uqd_work *work)
{
    struct uqd_paper_tiles *tiles = run->tiles;
    float dither[UQD_PAPER_VALUES], decoded[UQD_PAPER_VALUES];
    int status = uqd_paper_predict(tiles, run->step, i, network, work);
    if (status != UQD_OK)
        return status;
    uqd_paper_dithers(tile, run->step, dither);
    status = uqd_paper_decode_step(tile, run->step, uqd_paper_z(tiles, run->step, i),
                                   uqd_paper_prediction_of(tiles, i), dither,
                                   &run->stream->open[i].decoder, decoded);
    if (status == UQD_OK)
        memcpy(uqd_paper_z(tiles, run->step + 1, i), decoded, sizeof decoded);
    return status;
}

/* A tile whose chunk is cut stays where it was: values of two kinds of noise are nothing that the
 * network knows. What is kept of the step stays too: it may have been decoded from more bytes. Of
 * one of whose chunk nothing is at hand nothing is computed, and before the first nothing kept. */
static int decode_tile(void *arguments, uint32_t i, struct uqd_paper_network *network,
                       struct uqd_work *work)
{
    const struct step_run *run = arguments;
    const struct uqd_paper_tile tile = counting_tile(run, i);
    const struct uqd_range_decoder *chunk = &run->stream->open[i].decoder;
    if (chunk->available == 0 && chunk->length > 0)
        return UQD_NEED_DATA;
    int status = uqd_paper_hold(run->tiles, i);
    if (status < 0)
        return status;
    status = run->step == n_steps_of(run->tiles) ? decode_tile_pixels(run, &tile, i)
                                                 : decode_tile_z(run, &tile, i, network, work);
    if (status == UQD_OK && run->reached != NULL)
        run->reached[i] = (uint8_t)(run->step + 1);
    return status;
}

static int session_encode(struct uqd_session *base, struct uqd_body body, uint8_t **data,
                          size_t *size)
{
    struct uqd_paper_tiles *tiles = &((struct session *)base)->tiles;
    struct uqd_stream stream;
    struct step_run run = {.tiles = tiles, .stream = &stream, .step = body.first};
    uqd_stream_init_encode(&stream, tiles->n == 1);
    int status = UQD_OK;
    for (; run.step <= body.last && status == UQD_OK; run.step++) {
        status = uqd_stream_open(&stream, tiles->n);
        if (status == UQD_OK)
            status = uqd_paper_for_tiles(tiles, encode_tile, &run);
    }
    if (status == UQD_OK)
        status = uqd_stream_close(&stream);
    if (status == UQD_OK)
        status =
            uqd_body_seal(stream.output.data, stream.output.size, body, data, size, tiles->work);
    uqd_stream_free(&stream);
    if (status == UQD_OK)
        base->n_complete = body.last + 1;
    return status;
}

/* Decodes the steps from first to last of a body, which begins with body.first. blocks: where the
 * last one's bits are counted, or NULL. */
static int decode_steps(struct uqd_paper_tiles *tiles, struct uqd_body body, uint32_t last,
                        struct uqd_extent extent, uint8_t *reached, uint32_t *blocks, size_t *used)
{
    struct uqd_extent chunks;
    struct uqd_stream stream;
    struct step_run run = {.tiles = tiles,
                           .stream = &stream,
                           .step = body.first,
                           .reached = reached,
                           .counted = last,
                           .blocks = blocks};
    int status = uqd_body_open(body, extent, &chunks, tiles->work);
    if (status == UQD_OK)
        status = uqd_paper_tiles_begin(tiles);
    if (status != UQD_OK)
        return status;
    uqd_stream_init_decode(&stream, chunks.data, chunks.available, chunks.size, tiles->n == 1);
    for (; run.step <= last && status == UQD_OK; run.step++) {
        status = uqd_stream_open(&stream, tiles->n);
        if (status == UQD_OK)
            status = uqd_paper_for_tiles(tiles, decode_tile, &run);
    }
    if (status == UQD_OK)
        *used = uqd_body_used(extent, chunks, &stream);
    if (status == UQD_OK && last == body.last)
        status = uqd_body_close(&stream);
    uqd_stream_free(&stream);
    return status;
}

static struct uqd_body body_of(const struct uqd_source *source, uint32_t step)
{
    return source->header->solid ? (struct uqd_body){0, source->header->n_steps - 1, 1}
                                 : (struct uqd_body){step, step, 0};
}

static int session_decode(struct uqd_session *base, const struct uqd_source *source, uint64_t *used)
{
    struct uqd_paper_tiles *tiles = &((struct session *)base)->tiles;
    const uint32_t step = base->n_complete;
    size_t n;
    const int status = decode_steps(tiles, body_of(source, step), step,
                                    uqd_source_extent(source, step), NULL, NULL, &n);
    if (status != UQD_OK)
        return status;
    if (source->header->solid)
        *used = n;
    base->n_complete++;
    return UQD_OK;
}

/* Decodes a complete step again: what it writes of z or pixels is what was there. */
static int session_count(struct uqd_session *base, const struct uqd_source *source, uint32_t step,
                         uint32_t *blocks)
{
    size_t used;
    return decode_steps(&((struct session *)base)->tiles, body_of(source, step), step,
                        uqd_source_extent(source, step), NULL, blocks, &used);
}

static int predict_tile(void *arguments, uint32_t i, struct uqd_paper_network *network,
                        struct uqd_work *work)
{
    const struct step_run *run = arguments;
    const int status = uqd_paper_hold(run->tiles, i);
    return status == UQD_OK ? uqd_paper_predict(run->tiles, run->step, i, network, work) : status;
}

static int session_prepare(struct uqd_session *base)
{
    struct uqd_paper_tiles *tiles = &((struct session *)base)->tiles;
    struct step_run run = {.tiles = tiles, .step = base->n_complete};
    uint32_t n = 0;
    while (n < tiles->n && uqd_paper_is_predicted(tiles, run.step, n))
        n++;
    if (n == tiles->n || run.step >= n_steps_of(tiles))
        return UQD_END;
    const int status = uqd_paper_tiles_begin(tiles);
    if (status < 0)
        return status;
    return uqd_paper_for_tiles(tiles, predict_tile, &run);
}

/* ---- Pictures ---- */

struct show_run {
    struct uqd_paper_tiles *tiles;
    const uint8_t *reached; /* of each tile */
    enum uqd_mode mode;
    uint64_t seed;
    uint32_t reduce;
    uint8_t *pixels;
    size_t stride;
};

/* The remaining steps without a file. */
static int complete_tile(const struct show_run *run, const struct uqd_paper_tile *tile, uint32_t i,
                         struct uqd_paper_network *network, struct uqd_work *work, float *z)
{
    struct uqd_paper_tiles *tiles = run->tiles;
    struct uqd_paper_prediction *prediction = malloc(sizeof *prediction);
    int status = prediction != NULL ? uqd_paper_ready(tiles, network) : UQD_ERR_NOMEM;
    memcpy(z, uqd_paper_z(tiles, run->reached[i], i), UQD_PAPER_VALUES * sizeof *z);
    for (uint32_t step = run->reached[i]; step < n_steps_of(tiles) && status == UQD_OK; step++) {
        status =
            uqd_paper_network_run(network, step, z, prediction->eps_hat, prediction->factor, work);
        if (status == UQD_OK && run->mode == UQD_MODE_FLOW)
            uqd_paper_flow_step(tile, step, z, prediction, z);
        if (status == UQD_OK && run->mode == UQD_MODE_ANCESTRAL)
            uqd_paper_draw_step(tile, step, run->seed, z, prediction, z);
    }
    free(prediction);
    return status;
}

/* The planes of a tile that has reached some step. */
static int make_shown(const struct show_run *run, const struct uqd_paper_tile *tile, uint32_t i,
                      struct uqd_paper_network *network, struct uqd_work *work, uint8_t *shown)
{
    struct uqd_paper_tiles *tiles = run->tiles;
    const uint32_t reached = run->reached[i], n_steps = n_steps_of(tiles);
    int status = UQD_OK;
    if (reached > n_steps) {
        memcpy(shown, uqd_paper_pixels(tiles, i), UQD_PAPER_VALUES);
    } else if (reached == n_steps) {
        uqd_paper_show_end(tile, uqd_paper_z(tiles, reached, i), shown);
    } else if (run->mode == UQD_MODE_DENOISED) {
        status = uqd_paper_predict(tiles, reached, i, network, work);
        if (status == UQD_OK)
            uqd_paper_show_prediction(tile, reached, uqd_paper_z(tiles, reached, i),
                                      uqd_paper_prediction_of(tiles, i), shown);
    } else {
        float *z = malloc(UQD_PAPER_VALUES * sizeof *z);
        status = z != NULL ? complete_tile(run, tile, i, network, work, z) : UQD_ERR_NOMEM;
        if (status == UQD_OK)
            uqd_paper_show_end(tile, z, shown);
        free(z);
    }
    return status;
}

static int show_tile(void *arguments, uint32_t i, struct uqd_paper_network *network,
                     struct uqd_work *work)
{
    const struct show_run *run = arguments;
    const struct uqd_paper_tiles *tiles = run->tiles;
    const struct uqd_paper_tile tile = uqd_paper_tile_at(tiles, i);
    const size_t side = UQD_PAPER_SIDE >> run->reduce;
    uint8_t shown[UQD_PAPER_VALUES];
    int status = UQD_OK;
    if (run->reached[i] == 0)
        memset(shown, UQD_PAPER_UNKNOWN, sizeof shown);
    else
        status = make_shown(run, &tile, i, network, work, shown);
    if (status == UQD_OK)
        uqd_paper_show(shown, tile.width, tile.height, tile.colours, run->reduce,
                       run->pixels + i / tiles->tiles_x * side * run->stride +
                           i % tiles->tiles_x * side * tile.colours,
                       run->stride);
    return status;
}

/* Decodes what is at hand behind a complete step; *reached: how far each tile goes. */
static int reach_latest(struct session *session, int complete, const struct uqd_source *source,
                        uint8_t *reached)
{
    struct uqd_paper_tiles *tiles = &session->tiles;
    const uint32_t n_steps = source->header->n_steps;
    size_t used;
    const int solid = source->header->solid;
    uint32_t step = (uint32_t)(complete + 1);
    int status = UQD_OK;
    if (solid && step < n_steps) {
        memset(reached, 0, tiles->n);
        status = decode_steps(tiles, body_of(source, 0), n_steps - 1, uqd_source_extent(source, 0),
                              reached, NULL, &used);
    }
    while (!solid && step < n_steps && status == UQD_OK) {
        status = decode_steps(tiles, body_of(source, step), step, uqd_source_extent(source, step),
                              reached, NULL, &used);
        step += status == UQD_OK;
    }
    /* From a damaged step on, all is left out. */
    if (status == UQD_ERR_CORRUPT)
        memset(reached, (int)step, tiles->n);
    return status == UQD_ERR_CORRUPT || status == UQD_NEED_DATA ? UQD_OK : status;
}

static int show_nothing(const struct uqd_paper_tiles *tiles,
                        const struct uqd_picture_request *request, uint8_t *pixels, size_t stride)
{
    const uint32_t last = (1u << request->reduce) - 1;
    const size_t n = (size_t)((tiles->width + last) >> request->reduce) * tiles->colours;
    const uint32_t height = (tiles->height + last) >> request->reduce;
    for (uint32_t y = 0; y < height && uqd_work_look(tiles->work, n) == UQD_OK; y++)
        memset(pixels + y * stride, UQD_PAPER_UNKNOWN, n);
    return uqd_work_look(tiles->work, 0);
}

static int is_anything_reached(const struct uqd_paper_tiles *tiles, const uint8_t *reached)
{
    for (uint32_t i = 0; i < tiles->n; i++)
        if (reached[i] > 0)
            return 1;
    return 0;
}

static int session_show(struct uqd_session *base, int step, const struct uqd_source *source,
                        const struct uqd_picture_request *request, uint8_t *pixels, size_t stride)
{
    struct session *session = (struct session *)base;
    struct uqd_paper_tiles *tiles = &session->tiles;
    uint8_t *reached = uqd_malloc_array(tiles->n, 1);
    struct show_run run = {.tiles = tiles,
                           .reached = reached,
                           .mode = request->mode,
                           .seed = request->seed,
                           .reduce = request->reduce,
                           .pixels = pixels,
                           .stride = stride};
    int status = reached != NULL ? UQD_OK : UQD_ERR_NOMEM;
    if (status == UQD_OK)
        memset(reached, step + 1, tiles->n);
    if (status == UQD_OK && source != NULL && request->mode == UQD_MODE_DENOISED)
        status = reach_latest(session, step, source, reached);
    if (status == UQD_OK && is_anything_reached(tiles, reached))
        status = uqd_paper_for_tiles(tiles, show_tile, &run);
    else if (status == UQD_OK)
        status = show_nothing(tiles, request, pixels, stride);
    free(reached);
    return status;
}

/* ---- Work ---- */

static double runs_of_all_tiles(const struct uqd_session *base, double n)
{
    const struct uqd_paper_tiles *tiles = &((const struct session *)base)->tiles;
    return uqd_paper_run_macs(tiles) * tiles->n * (n > 0 ? n : 1);
}

static double session_decode_work(const struct uqd_session *base, uint32_t first, uint32_t last)
{
    return runs_of_all_tiles(base, last - first + 1.0);
}

/* With a source, what reach_latest decodes, of a solid file from its beginning, comes on top. */
static double session_show_work(const struct uqd_session *base, int step,
                                const struct uqd_source *source,
                                const struct uqd_picture_request *request)
{
    const struct uqd_paper_tiles *tiles = &((const struct session *)base)->tiles;
    const int left = (int)n_steps_of(tiles) - (step + 1);
    if (request->mode != UQD_MODE_DENOISED)
        return runs_of_all_tiles(base, left);
    if (source == NULL || step + 1 == (int)source->header->n_steps)
        return runs_of_all_tiles(base, 1);
    const int first = source->header->solid ? 0 : step + 1;
    const int end = (int)uqd_source_steps(source, source->header->n_steps);
    return runs_of_all_tiles(base, 2 + (end > step + 1 ? end : step + 1) - first);
}

/* A picture needs no run of its own: it shows what the next step needs. */
static double session_encode_work(const struct uqd_session *base, uint32_t n_steps,
                                  int with_pictures)
{
    const struct uqd_paper_tiles *tiles = &((const struct session *)base)->tiles;
    const uint32_t runs = n_steps + (with_pictures ? 1 : 0);
    return runs_of_all_tiles(base, runs < n_steps_of(tiles) ? runs : n_steps_of(tiles));
}

const struct uqd_session_class uqd_paper_sessions = {
    .memory = uqd_paper_tiles_size,
    .shows = session_shows,
    .open = session_open,
    .close = session_close,
    .load = session_load,
    .encode = session_encode,
    .decode = session_decode,
    .prepare = session_prepare,
    .count = session_count,
    .show = session_show,
    .decode_work = session_decode_work,
    .show_work = session_show_work,
    .encode_work = session_encode_work,
};
