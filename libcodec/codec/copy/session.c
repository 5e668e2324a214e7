/* Sessions of files whose last step is an exact copy: the steps before it are those of a session of
 * the model's class, which does not know of the copy. */
#include "codec/session.h"

#include "codec/copy/webp.h"
#include "model/class.h"
#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANNELS = 3,      /* of a copy, of grey pictures too */
    COPY_MACS = 100,   /* per pixel: what libwebp's time is in, as progress counts work */
    BITS_SCALE = 2048, /* 1/256 bit, of a byte */
};

struct session {
    struct uqd_session base;
    struct uqd_session *inner;
    struct uqd_header header; /* of the steps before the copy */
    uint8_t *pixels;          /* the copy, once it is decoded */
};

static struct session *session_of(struct uqd_session *base)
{
    return (struct session *)base;
}

static const struct session *const_session_of(const struct uqd_session *base)
{
    return (const struct session *)base;
}

/* The number of the step that is the copy. */
static uint32_t copy_step(const struct session *session)
{
    return session->header.n_steps;
}

/* What the inner session is given: a file that ends before the copy. */
static struct uqd_source inner_source(const struct session *session,
                                      const struct uqd_source *source)
{
    struct uqd_source inner = *source;
    inner.header = &session->header;
    return inner;
}

/* ---- Opening ---- */

static uint64_t copy_memory(const struct uqd_model *model, uint32_t width, uint32_t height,
                            uint32_t threads)
{
    const uint64_t pixels = (uint64_t)width * height * CHANNELS;
    return uqd_sessions_of(model)->memory(model, width, height, threads) +
           uqd_webp_memory(width, height) + pixels;
}

static int copy_shows(const struct uqd_model *model, const struct uqd_header *header, uint32_t step,
                      uint32_t reduce)
{
    return step + 1 == header->n_steps ||
           uqd_sessions_of(model)->shows(model, header, step, reduce);
}

static int copy_open(struct uqd_session **out, const struct uqd_model *model,
                     const struct uqd_header *header, const struct uqd_session_settings *settings)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return UQD_ERR_NOMEM;
    session->header = *header;
    session->header.n_steps--;
    /* A copy's rows are laid over all of the picture. */
    struct uqd_session_settings of_inner = *settings;
    of_inner.region = (struct uqd_region){0};
    const int status =
        uqd_sessions_of(model)->open(&session->inner, model, &session->header, &of_inner);
    if (status < 0) {
        free(session);
        return status;
    }
    session->base.class = &uqd_copy_sessions;
    session->base.work = session->inner->work;
    *out = &session->base;
    return UQD_OK;
}

static void copy_close(struct uqd_session *base)
{
    struct session *session = session_of(base);
    session->inner->class->close(session->inner);
    free(session->pixels);
    free(session);
}

/* ---- Decoding ---- */

/* The rows of the copy that are at hand, in memory that the caller frees: NULL if there is none.
 * The checksum of a whole one has to be right. */
static int decode_rows(const struct session *session, const struct uqd_source *source,
                       uint8_t **pixels, uint32_t *n_rows)
{
    const struct uqd_header *header = &session->header;
    const struct uqd_body body = {copy_step(session), copy_step(session), 0};
    struct uqd_extent content;
    *pixels = NULL;
    *n_rows = 0;
    int status =
        uqd_body_open(body, uqd_source_extent(source, body.first), &content, session->base.work);
    if (status != UQD_OK || content.available == 0)
        return status;
    uint8_t *rows = uqd_malloc_array((size_t)header->width * header->height, CHANNELS);
    if (rows == NULL)
        return UQD_ERR_NOMEM;
    status = uqd_webp_decode(content.data, content.available, content.size, header->width,
                             header->height, rows, n_rows, session->base.work);
    if (status < 0) {
        free(rows);
        *n_rows = 0;
        return status;
    }
    *pixels = rows;
    return UQD_OK;
}

static int decode_copy(struct session *session, const struct uqd_source *source)
{
    uint8_t *pixels;
    uint32_t n_rows;
    const int status = decode_rows(session, source, &pixels, &n_rows);
    if (status != UQD_OK)
        return status;
    if (n_rows < session->header.height) {
        free(pixels);
        return UQD_ERR_CORRUPT;
    }
    session->pixels = pixels;
    session->base.n_complete++;
    return UQD_OK;
}

static int copy_decode(struct uqd_session *base, const struct uqd_source *source, uint64_t *used)
{
    struct session *session = session_of(base);
    const struct uqd_source inner = inner_source(session, source);
    if (base->n_complete == copy_step(session))
        return decode_copy(session, source);
    const int status = session->inner->class->decode(session->inner, &inner, used);
    base->n_complete = session->inner->n_complete;
    return status;
}

static int copy_prepare(struct uqd_session *base)
{
    struct session *session = session_of(base);
    if (base->n_complete >= copy_step(session))
        return UQD_END;
    return session->inner->class->prepare(session->inner);
}

/* Nobody knows where the bits of a copy went: all blocks share them. */
static void spread_evenly(const struct session *session, uint32_t *blocks)
{
    const size_t n = (size_t)uqd_reduced_side(session->header.width, 3) *
                     uqd_reduced_side(session->header.height, 3);
    const uint64_t bits = session->header.step_size[copy_step(session)] * BITS_SCALE;
    for (size_t i = 0; i < n; i++)
        blocks[i] += (uint32_t)(bits / n + (i < bits % n));
}

static int copy_count(struct uqd_session *base, const struct uqd_source *source, uint32_t step,
                      uint32_t *blocks)
{
    struct session *session = session_of(base);
    const struct uqd_source inner = inner_source(session, source);
    if (step < copy_step(session))
        return session->inner->class->count(session->inner, &inner, step, blocks);
    spread_evenly(session, blocks);
    return UQD_OK;
}

/* ---- Pictures ---- */

/* The mean of a square of the copy, cut by the borders of the picture, in one channel. */
static uint8_t mean(const uint8_t *samples, size_t stride, uint32_t width, uint32_t height)
{
    const uint32_t count = width * height;
    uint32_t sum = 0;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            sum += samples[y * stride + (size_t)x * CHANNELS];
    return (uint8_t)((sum + count / 2) / count);
}

static void shrink_row(const struct session *session, const uint8_t *copy, uint32_t y,
                       uint32_t reduce, uint8_t *pixels)
{
    const struct uqd_header *header = &session->header;
    const size_t stride = (size_t)header->width * CHANNELS;
    const uint32_t side = 1U << reduce, top = y << reduce;
    const uint32_t height = header->height - top < side ? header->height - top : side;
    for (uint32_t left = 0; left < header->width; left += side) {
        const uint32_t width = header->width - left < side ? header->width - left : side;
        const uint8_t *samples = copy + top * stride + (size_t)left * CHANNELS;
        for (uint32_t c = 0; c < header->colours; c++)
            *pixels++ = mean(samples + c, stride, width, height);
    }
}

/* Those rows of the picture that the first rows of the copy make. */
static int show_rows(const struct session *session, const uint8_t *copy, uint32_t n_rows,
                     uint32_t reduce, uint8_t *pixels, size_t stride)
{
    const struct uqd_header *header = &session->header;
    const uint32_t n =
        n_rows == header->height ? uqd_reduced_side(header->height, reduce) : n_rows >> reduce;
    for (uint32_t y = 0; y < n; y++) {
        if (reduce == 0 && header->colours == CHANNELS)
            memcpy(pixels + y * stride, copy + (size_t)y * header->width * CHANNELS,
                   (size_t)header->width * CHANNELS);
        else
            shrink_row(session, copy, y, reduce, pixels + y * stride);
        if (uqd_work_look(session->base.work, (size_t)header->width << reduce) < 0)
            return UQD_ERR_CANCELLED;
    }
    return UQD_OK;
}

/* The picture of what is at hand behind a complete step: rows of the copy lie over it. A damaged
 * copy tells nothing. */
static int show_latest(struct session *session, int step, const struct uqd_source *source,
                       const struct uqd_picture_request *request, uint8_t *pixels, size_t stride)
{
    const struct uqd_source inner = inner_source(session, source);
    uint8_t *copy;
    uint32_t n_rows;
    int status = decode_rows(session, source, &copy, &n_rows);
    if (status < 0 && status != UQD_ERR_CORRUPT)
        return status;
    status = UQD_OK;
    if (n_rows < session->header.height)
        status = session->inner->class->show(session->inner, step, &inner, request, pixels, stride);
    if (status == UQD_OK)
        status = show_rows(session, copy, n_rows, request->reduce, pixels, stride);
    free(copy);
    return status;
}

static int copy_show(struct uqd_session *base, int step, const struct uqd_source *source,
                     const struct uqd_picture_request *request, uint8_t *pixels, size_t stride)
{
    struct session *session = session_of(base);
    if (step == (int)copy_step(session))
        return show_rows(session, session->pixels, session->header.height, request->reduce, pixels,
                         stride);
    if (source != NULL && request->mode == UQD_MODE_DENOISED)
        return show_latest(session, step, source, request, pixels, stride);
    return session->inner->class->show(session->inner, step, NULL, request, pixels, stride);
}

/* ---- Work ---- */

static double copy_macs(const struct session *session)
{
    return (double)COPY_MACS * session->header.width * session->header.height;
}

static double copy_decode_work(const struct uqd_session *base, uint32_t first, uint32_t last)
{
    const struct session *session = const_session_of(base);
    const uint32_t copy = copy_step(session);
    if (first == copy)
        return copy_macs(session);
    return session->inner->class->decode_work(session->inner, first,
                                              last < copy ? last : copy - 1) +
           (last < copy ? 0 : copy_macs(session));
}

static double copy_show_work(const struct uqd_session *base, int step,
                             const struct uqd_source *source,
                             const struct uqd_picture_request *request)
{
    const struct session *session = const_session_of(base);
    if (step == (int)copy_step(session))
        return copy_macs(session);
    if (source == NULL)
        return session->inner->class->show_work(session->inner, step, NULL, request);
    const struct uqd_source inner = inner_source(session, source);
    return session->inner->class->show_work(session->inner, step, &inner, request);
}

const struct uqd_session_class uqd_copy_sessions = {
    .memory = copy_memory,
    .shows = copy_shows,
    .open = copy_open,
    .close = copy_close,
    .decode = copy_decode,
    .prepare = copy_prepare,
    .count = copy_count,
    .show = copy_show,
    .decode_work = copy_decode_work,
    .show_work = copy_show_work,
};
