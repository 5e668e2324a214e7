/* uqd_encode: a session takes the picture and codes it step by step. */
#include "codec/session.h"
#include "util/checked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SIDE = 65535 };

struct encoder {
    const struct uqd_image *image;
    const struct uqd_encode_settings *settings;
    const struct uqd_model *model;
    const struct uqd_session_class *sessions;
    struct uqd_session *session;
    struct uqd_header header;
    uint8_t *bodies[UQD_HEADER_MAX_STEPS]; /* by their first step */
    uint8_t *shown;                        /* picture of a step, for its distortion */
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

static void fill_header(struct encoder *encoder)
{
    const struct uqd_model *model = encoder->model;
    struct uqd_header *header = &encoder->header;
    header->width = encoder->image->width;
    header->height = encoder->image->height;
    header->channels = encoder->image->channels;
    header->model_id = (uint32_t)model->id;
    header->paper = model->class == UQD_MODEL_PAPER;
    header->dithered = header->paper || encoder->settings->dither == UQD_DITHER_UNIVERSAL;
    header->seed = encoder->settings->seed;
    header->tile_log2 = UQD_HEADER_TILE_LOG2;
    header->solid = encoder->settings->solid;
    header->has_distortion = !encoder->settings->no_distortion && !header->solid;
    header->n_steps = model->n_steps;
    if (encoder->settings->stop_step < header->n_steps)
        header->n_steps = encoder->settings->stop_step + 1;
}

static int prepare(struct encoder *encoder)
{
    const struct uqd_image *image = encoder->image;
    const struct uqd_session_settings settings = {
        .threads = encoder->settings->threads,
        .cpu_mask = encoder->settings->cpu_mask,
        .progress = encoder->settings->progress,
        .cookie = encoder->settings->cookie,
    };
    int status =
        encoder->sessions->open(&encoder->session, encoder->model, &encoder->header, &settings);
    if (status == UQD_OK)
        status = encoder->sessions->load(encoder->session, image, &encoder->header);
    if (status == UQD_OK && encoder->header.has_distortion) {
        encoder->shown = uqd_malloc_array((size_t)image->width * image->height, image->channels);
        if (encoder->shown == NULL)
            return UQD_ERR_NOMEM;
    }
    return status;
}

/* PSNR of the picture that a decoder shows after the step, in 1/100 dB. */
static int measure(struct encoder *encoder, uint32_t step)
{
    const struct uqd_image *image = encoder->image;
    const struct uqd_image shown = {image->width, image->height, image->channels,
                                    (size_t)image->width * image->channels, encoder->shown};
    struct uqd_metrics metrics;
    const struct uqd_picture_request request = {.mode = UQD_MODE_DENOISED};
    int status = encoder->sessions->show(encoder->session, (int)step, NULL, &request,
                                         encoder->shown, shown.stride);
    if (status == UQD_OK)
        status = uqd_compare(image, &shown, 0, &metrics);
    if (status < 0)
        return status;
    const double centibel = round(100 * metrics.psnr);
    encoder->header.centibel[step] =
        metrics.mse == 0 ? UQD_HEADER_LOSSLESS : (uint16_t)(centibel > 0 ? centibel : 0);
    return UQD_OK;
}

static int encode_steps(struct encoder *encoder)
{
    uqd_work_begin(encoder->session->work,
                   encoder->sessions->encode_work(encoder->session, encoder->header.n_steps,
                                                  encoder->header.has_distortion));
    const uint32_t per_body = encoder->header.solid ? encoder->header.n_steps : 1;
    for (uint32_t s = 0; s < encoder->header.n_steps; s += per_body) {
        const struct uqd_body body = {s, s + per_body - 1, encoder->header.solid};
        size_t size;
        int status = encoder->sessions->encode(encoder->session, body, &encoder->bodies[s], &size);
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
    encoder->model = model;
    encoder->sessions = uqd_sessions_of(model);
    fill_header(encoder);
    int status = prepare(encoder);
    if (status == UQD_OK)
        status = encode_steps(encoder);
    if (status == UQD_OK)
        status = assemble(encoder, data, size);
    if (encoder->session != NULL)
        encoder->sessions->close(encoder->session);
    for (uint32_t s = 0; s < UQD_HEADER_MAX_STEPS; s++)
        free(encoder->bodies[s]);
    free(encoder->shown);
    free(encoder);
    return status;
}
