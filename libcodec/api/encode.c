/* uqd_encode: transform the picture, then code it step by step. */
#include "codec/lattice/body.h"
#include "container/header.h"
#include "transform/colour.h"
#include "util/checked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 65535 };

struct encoder {
    const struct uqd_image *image;
    const struct uqd_encode_settings *settings;
    struct uqd_engine engine;
    struct uqd_schedule schedule;
    struct uqd_state exact, state;
    struct uqd_header header;
    uint8_t *bodies[UQD_MAX_STEPS]; /* by their first step */
    uint8_t *shown;                 /* picture of a step, for its distortion */
};

void uqd_encode_settings_default(struct uqd_encode_settings *settings)
{
    *settings = (struct uqd_encode_settings){
        .dither = UQD_DITHER_NONE, .stop_step = UINT32_MAX, .cpu_mask = (uint32_t)UQD_CPU_ALL};
}

static int check_arguments(const struct uqd_image *image,
                           const struct uqd_encode_settings *settings)
{
    if (image == NULL || image->pixels == NULL || image->width < 1 || image->height < 1 ||
        image->width > MAX_SIDE || image->height > MAX_SIDE)
        return UQD_ERR_ARG;
    if ((image->channels != 1 && image->channels != 3) ||
        image->stride < (size_t)image->width * image->channels)
        return UQD_ERR_ARG;
    if (settings->dither != UQD_DITHER_NONE && settings->dither != UQD_DITHER_UNIVERSAL)
        return UQD_ERR_ARG;
    if (settings->icc_size > UQD_HEADER_MAX_ICC ||
        (settings->icc_size > 0 && settings->icc == NULL))
        return UQD_ERR_ARG;
    return UQD_OK;
}

/* The finest wavelet level of a colour picture, or the plane of a grey one. Returns how many levels
 * are split, or an error. */
static int load_picture(const struct uqd_image *image, int32_t *const planes[3], uint32_t threads)
{
    if (image->channels == 1) {
        uqd_grey_load(image->pixels, image->stride, image->width, image->height, planes[0],
                      image->width);
        return 0;
    }
    const int status = uqd_colour_split(image->pixels, image->stride, image->width, image->height,
                                        planes, image->width, threads);
    return status < 0 ? status : 1;
}

/* The exact coefficients of the picture: unit after unit, each the low-pass of the one before. */
static int transform(struct encoder *encoder)
{
    const struct uqd_image *image = encoder->image;
    const uint32_t threads = encoder->engine.work.threads;
    const size_t n = (size_t)image->width * image->height, pitch = image->width;
    int32_t *memory = uqd_calloc_array(n, 3 * sizeof *memory);
    if (memory == NULL)
        return UQD_ERR_NOMEM;
    int32_t *const planes[3] = {memory, memory + n, memory + 2 * n};
    const int32_t *const read[3] = {planes[0], planes[1], planes[2]};
    struct uqd_state *exact = &encoder->exact;
    const int loaded = load_picture(image, planes, threads);
    int status = loaded < 0 ? loaded : UQD_OK;
    for (uint32_t u = 0; u < exact->n_units && status == UQD_OK; u++) {
        const struct uqd_unit *unit = &exact->units[u];
        const uint32_t done = u == 0 ? (uint32_t)loaded : 0;
        for (uint32_t c = 0; c < image->channels && status == UQD_OK; c++)
            status = uqd_wavelet_forward(planes[c], pitch, uqd_wavelet_side(unit->width, done),
                                         uqd_wavelet_side(unit->height, done),
                                         UQD_UNIT_LEVELS - done, threads);
        if (status == UQD_OK)
            uqd_unit_pack(encoder->engine.model->channels, UQD_UNIT_CHANNELS, read, pitch,
                          unit->width, unit->height, unit->cells, UQD_CELL_CHANNELS, threads);
    }
    for (uint32_t c = 0; c < image->channels; c++)
        encoder->header.low[c] = planes[c][0];
    free(memory);
    return status;
}

static int prepare(struct encoder *encoder)
{
    const struct uqd_image *image = encoder->image;
    const struct uqd_encode_settings *settings = encoder->settings;
    const struct uqd_model *model = encoder->engine.model;
    const int32_t nothing[3] = {0, 0, 0};
    int status = uqd_state_init(&encoder->exact, model, image->width, image->height,
                                image->channels, nothing);
    if (status == UQD_OK)
        status = transform(encoder);
    if (status == UQD_OK)
        status = uqd_state_init(&encoder->state, model, image->width, image->height,
                                image->channels, encoder->header.low);
    if (status < 0)
        return status;
    encoder->state.version = 1;
    encoder->state.dithered = settings->dither == UQD_DITHER_UNIVERSAL;
    encoder->state.seed = settings->seed;
    uqd_state_reset(&encoder->state);
    uqd_schedule_init(&encoder->schedule, model, encoder->state.n_units);
    if (!settings->no_distortion && !settings->solid) {
        encoder->shown = uqd_malloc_array((size_t)image->width * image->height, image->channels);
        if (encoder->shown == NULL)
            return UQD_ERR_NOMEM;
    }
    return UQD_OK;
}

static void fill_header(struct encoder *encoder)
{
    const struct uqd_model *model = encoder->engine.model;
    struct uqd_header *header = &encoder->header;
    header->width = encoder->image->width;
    header->height = encoder->image->height;
    header->channels = encoder->image->channels;
    header->model_id = (uint32_t)model->id;
    header->dithered = encoder->state.dithered;
    header->seed = encoder->settings->seed;
    header->tile_log2 = UQD_HEADER_TILE_LOG2;
    header->solid = encoder->settings->solid;
    header->has_distortion = !encoder->settings->no_distortion && !header->solid;
    header->n_steps = model->n_steps;
    if (encoder->settings->stop_step < header->n_steps)
        header->n_steps = encoder->settings->stop_step + 1;
}

/* PSNR of the picture that a decoder shows after the step, in 1/100 dB. */
static int measure(struct encoder *encoder, uint32_t step)
{
    const struct uqd_image *image = encoder->image;
    const struct uqd_image shown = {image->width, image->height, image->channels,
                                    (size_t)image->width * image->channels, encoder->shown};
    struct uqd_metrics metrics;
    int status = uqd_picture_denoised(&encoder->engine, &encoder->state, NULL, 0, encoder->shown,
                                      shown.stride);
    if (status == UQD_OK)
        status = uqd_compare(image, &shown, 0, &metrics);
    if (status < 0)
        return status;
    const double centibel = round(100 * metrics.psnr);
    encoder->header.centibel[step] =
        metrics.mse == 0 ? UQD_HEADER_LOSSLESS : (uint16_t)(centibel > 0 ? centibel : 0);
    return UQD_OK;
}

/* All passes, and a denoised picture after each step but the lossless one. Its trunk is that of the
 * full-size unit's next pass. */
static double encoding_macs(const struct encoder *encoder)
{
    const struct uqd_engine *engine = &encoder->engine;
    double macs = 0;
    for (uint32_t s = 0; s < encoder->header.n_steps; s++) {
        macs += uqd_step_macs(engine, &encoder->schedule, &encoder->state, s);
        if (encoder->header.has_distortion && s + 1 < engine->model->n_steps)
            macs += uqd_engine_macs(engine, &encoder->state.units[0], UQD_PART_DENOISER);
    }
    return macs;
}

static int encode_steps(struct encoder *encoder)
{
    uqd_engine_begin(&encoder->engine, encoding_macs(encoder));
    const uint32_t per_body = encoder->header.solid ? encoder->header.n_steps : 1;
    for (uint32_t s = 0; s < encoder->header.n_steps; s += per_body) {
        const struct uqd_body body = {s, s + per_body - 1, encoder->header.solid};
        size_t size;
        int status = uqd_body_encode(&encoder->engine, &encoder->schedule, &encoder->state,
                                     &encoder->exact, body, &encoder->bodies[s], &size);
        if (status == UQD_OK && encoder->header.has_distortion)
            status = measure(encoder, s);
        if (status < 0)
            return status;
        encoder->header.step_size[s] = size;
        encoder->header.body_size += size;
    }
    return UQD_OK;
}

static int assemble(struct encoder *encoder, uint8_t **data, size_t *size)
{
    uint8_t *header;
    size_t header_size;
    const int status = uqd_header_write(&encoder->header, encoder->settings->icc,
                                        encoder->settings->icc_size, &header, &header_size);
    if (status < 0)
        return status;
    const size_t total = header_size + (size_t)encoder->header.body_size;
    uint8_t *file = realloc(header, total);
    if (file == NULL) {
        free(header);
        return UQD_ERR_NOMEM;
    }
    uint8_t *p = file + header_size;
    for (uint32_t s = 0; s < encoder->header.n_steps; s++) {
        if (encoder->header.step_size[s] > 0)
            memcpy(p, encoder->bodies[s], encoder->header.step_size[s]);
        p += encoder->header.step_size[s];
    }
    *data = file;
    *size = total;
    return UQD_OK;
}

int uqd_encode(const struct uqd_model *model, const struct uqd_image *image,
               const struct uqd_encode_settings *settings, uint8_t **data, size_t *size)
{
    struct uqd_encode_settings defaults;
    uqd_encode_settings_default(&defaults);
    if (settings == NULL)
        settings = &defaults;
    if (model == NULL || data == NULL || size == NULL || check_arguments(image, settings) < 0)
        return UQD_ERR_ARG;
    struct encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return UQD_ERR_NOMEM;
    encoder->image = image;
    encoder->settings = settings;
    uqd_engine_init(&encoder->engine, model, settings->cpu_mask, settings->threads,
                    UQD_HEADER_TILE_LOG2);
    encoder->engine.work.progress = settings->progress;
    encoder->engine.work.cookie = settings->cookie;
    int status = prepare(encoder);
    if (status == UQD_OK) {
        fill_header(encoder);
        status = encode_steps(encoder);
    }
    if (status == UQD_OK)
        status = assemble(encoder, data, size);
    uqd_engine_free(&encoder->engine);
    uqd_state_free(&encoder->exact);
    uqd_state_free(&encoder->state);
    for (uint32_t s = 0; s < UQD_MAX_STEPS; s++)
        free(encoder->bodies[s]);
    free(encoder->shown);
    free(encoder);
    return status;
}
