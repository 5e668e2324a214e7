/* The incremental decoder: the bytes fed so far, and the session that their steps are decoded in.
 */
#include "codec/session.h"
#include "util/checked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REDUCE = 6 };

struct uqd_decoder {
    const struct uqd_model *model;
    struct uqd_decoder_settings settings;
    int failure; /* found in the header or a step: stays */
    uint8_t *data;
    size_t size, capacity;
    int has_header;
    struct uqd_header header;
    uint64_t step_end[UQD_HEADER_MAX_STEPS];  /* file offsets */
    const struct uqd_session_class *sessions; /* of the model */
    struct uqd_session *session;              /* NULL until something is decoded */
};

void uqd_decoder_settings_default(struct uqd_decoder_settings *settings)
{
    *settings = (struct uqd_decoder_settings){
        .max_pixels = UINT64_C(1) << 28,
        .max_memory = UINT64_C(8) << 30,
        .cpu_mask = (uint32_t)UQD_CPU_ALL,
    };
}

void uqd_picture_request_default(struct uqd_picture_request *request)
{
    *request = (struct uqd_picture_request){.step = UQD_STEP_LATEST, .mode = UQD_MODE_DENOISED};
}

uint32_t uqd_reduced_side(uint32_t side, uint32_t reduce)
{
    const uint32_t n = reduce < 31 ? reduce : 31;
    return (uint32_t)(((uint64_t)side + (UINT64_C(1) << n) - 1) >> n);
}

int uqd_decoder_new(struct uqd_decoder **out, const struct uqd_model *model,
                    const struct uqd_decoder_settings *settings)
{
    if (out == NULL)
        return UQD_ERR_ARG;
    struct uqd_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL)
        return UQD_ERR_NOMEM;
    decoder->model = model;
    if (settings != NULL)
        decoder->settings = *settings;
    else
        uqd_decoder_settings_default(&decoder->settings);
    *out = decoder;
    return UQD_OK;
}

void uqd_decoder_free(struct uqd_decoder *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->session != NULL)
        decoder->sessions->close(decoder->session);
    free(decoder->data);
    free(decoder);
}

/* ---- Header ---- */

static uint64_t file_size(const struct uqd_decoder *decoder)
{
    return decoder->header.size + decoder->header.body_size;
}

static int model_fits(const struct uqd_header *header, const struct uqd_model *model)
{
    return model == NULL ||
           (header->model_id == (uint32_t)model->id && header->n_steps <= model->n_steps &&
            header->paper == (model->class == UQD_MODEL_PAPER));
}

static int check_limits(const struct uqd_decoder *decoder)
{
    const uint64_t pixels = (uint64_t)decoder->header.width * decoder->header.height;
    if (pixels > decoder->settings.max_pixels)
        return UQD_ERR_LIMIT;
    if (decoder->model == NULL)
        return UQD_OK;
    const uint64_t memory = uqd_sessions_of(decoder->model)
                                ->memory(decoder->model, decoder->header.width,
                                         decoder->header.height, decoder->settings.threads);
    return memory > decoder->settings.max_memory ? UQD_ERR_LIMIT : UQD_OK;
}

static int parse_header(struct uqd_decoder *decoder)
{
    int status = uqd_header_parse(&decoder->header, decoder->data, decoder->size);
    if (status != UQD_OK)
        return status;
    uint64_t end = decoder->header.size;
    for (uint32_t s = 0; s < decoder->header.n_steps; s++) {
        end += decoder->header.step_size[s];
        decoder->step_end[s] =
            decoder->header.solid ? decoder->header.size + decoder->header.body_size : end;
    }
    status = check_limits(decoder);
    if (status == UQD_OK && !model_fits(&decoder->header, decoder->model))
        status = UQD_ERR_MODEL;
    decoder->has_header = status == UQD_OK;
    return status;
}

/* Makes room for more bytes. What is not yet known to be a header stays small. */
static int reserve(struct uqd_decoder *decoder, size_t more)
{
    size_t needed;
    if (uqd_add_size(decoder->size, more, &needed) < 0)
        return UQD_ERR_NOMEM;
    if (needed <= decoder->capacity)
        return UQD_OK;
    const size_t capacity = needed + needed / 2;
    uint8_t *data = realloc(decoder->data, capacity);
    if (data == NULL)
        return UQD_ERR_NOMEM;
    decoder->data = data;
    decoder->capacity = capacity;
    return UQD_OK;
}

int uqd_decoder_feed(struct uqd_decoder *decoder, const void *data, size_t size)
{
    if (decoder == NULL || (data == NULL && size > 0))
        return UQD_ERR_ARG;
    if (decoder->failure < 0)
        return decoder->failure;
    if (decoder->has_header && size > file_size(decoder) - decoder->size)
        size = (size_t)(file_size(decoder) - decoder->size);
    if (size > 0) {
        const int status = reserve(decoder, size);
        if (status < 0)
            return status;
        memcpy(decoder->data + decoder->size, data, size);
        decoder->size += size;
    }
    if (decoder->has_header)
        return UQD_OK;
    if (decoder->size == 0)
        return UQD_NEED_DATA;
    int status = parse_header(decoder);
    if (status == UQD_NEED_DATA && decoder->size > UQD_HEADER_MAX_SIZE)
        status = UQD_ERR_CORRUPT;
    if (status < 0)
        decoder->failure = status;
    if (status == UQD_OK && decoder->size > file_size(decoder))
        decoder->size = (size_t)file_size(decoder);
    return status;
}

int uqd_decoder_set_model(struct uqd_decoder *decoder, const struct uqd_model *model)
{
    if (decoder == NULL || model == NULL || decoder->model != NULL)
        return UQD_ERR_ARG;
    if (decoder->failure < 0)
        return decoder->failure;
    if (decoder->has_header && !model_fits(&decoder->header, model))
        return UQD_ERR_MODEL;
    decoder->model = model;
    const int status = decoder->has_header ? check_limits(decoder) : UQD_OK;
    if (status < 0)
        decoder->failure = status;
    return status;
}

int uqd_decoder_info(const struct uqd_decoder *decoder, struct uqd_info *info)
{
    if (decoder == NULL || info == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    const struct uqd_header *header = &decoder->header;
    const uint32_t last = header->n_steps - 1;
    *info = (struct uqd_info){
        .width = header->width,
        .height = header->height,
        .channels = header->channels,
        .n_steps = header->n_steps,
        .lossless = decoder->model != NULL
                        ? header->n_steps == decoder->model->n_steps
                        : header->has_distortion && header->centibel[last] == UQD_HEADER_LOSSLESS,
        .solid = header->solid,
        .model_id = header->model_id,
        .dither = header->dithered ? UQD_DITHER_UNIVERSAL : UQD_DITHER_NONE,
        .seed = header->seed,
        .header_size = header->size,
        .file_size = file_size(decoder),
        .icc = header->icc_size > 0 ? decoder->data + header->icc_offset : NULL,
        .icc_size = header->icc_size,
    };
    return UQD_OK;
}

int uqd_decoder_step_info(const struct uqd_decoder *decoder, uint32_t step,
                          struct uqd_step_info *info)
{
    if (decoder == NULL || info == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    if (step >= decoder->header.n_steps)
        return UQD_ERR_ARG;
    const uint16_t centibel = decoder->header.centibel[step];
    double psnr = NAN;
    if (decoder->header.has_distortion)
        psnr = centibel == UQD_HEADER_LOSSLESS ? INFINITY : centibel / 100.0;
    *info = (struct uqd_step_info){
        .name = decoder->model != NULL ? uqd_model_step_name(decoder->model, step) : "",
        .bytes = decoder->step_end[step],
        .psnr = psnr,
    };
    return UQD_OK;
}

/* ---- Decoding ---- */

static int start(struct uqd_decoder *decoder)
{
    if (decoder->session != NULL)
        return UQD_OK;
    const struct uqd_session_settings settings = {
        .threads = decoder->settings.threads,
        .cpu_mask = decoder->settings.cpu_mask,
        .progress = decoder->settings.progress,
        .cookie = decoder->settings.cookie,
    };
    decoder->sessions = uqd_sessions_of(decoder->model);
    return decoder->sessions->open(&decoder->session, decoder->model, &decoder->header, &settings);
}

static struct uqd_source source_of(const struct uqd_decoder *decoder)
{
    return (struct uqd_source){decoder->data, decoder->size, &decoder->header, decoder->step_end};
}

/* What every call that decodes needs: UQD_OK, UQD_NEED_DATA, or why not. */
static int check_ready(const struct uqd_decoder *decoder)
{
    if (decoder == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    return decoder->model != NULL ? UQD_OK : UQD_ERR_ARG;
}

/* Decodes the step behind the complete ones, whose bytes are there; those of a solid file may be.
 */
static int decode_next(struct uqd_decoder *decoder, uint32_t step)
{
    const struct uqd_source source = source_of(decoder);
    const int solid = decoder->header.solid;
    int status = start(decoder);
    if (status < 0)
        return status;
    uqd_work_begin(decoder->session->work, decoder->sessions->decode_work(decoder->session, solid));
    uint64_t end = decoder->step_end[step];
    status = decoder->sessions->decode(decoder->session, &source, &end);
    if (status == UQD_OK)
        decoder->step_end[step] = end;
    if (status == UQD_NEED_DATA && (!solid || decoder->size == file_size(decoder)))
        status = UQD_ERR_CORRUPT;
    if (status == UQD_ERR_CORRUPT)
        decoder->failure = status;
    return status;
}

int uqd_decoder_advance(struct uqd_decoder *decoder)
{
    const int status = check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (decoder->failure < 0)
        return decoder->failure;
    const uint32_t step = uqd_decoder_steps_complete(decoder);
    if (step == decoder->header.n_steps)
        return UQD_END;
    if (!decoder->header.solid && decoder->size < decoder->step_end[step])
        return UQD_NEED_DATA;
    return decode_next(decoder, step);
}

int uqd_decoder_prepare(struct uqd_decoder *decoder)
{
    int status = check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (decoder->failure < 0)
        return decoder->failure;
    if (decoder->header.solid || uqd_decoder_steps_complete(decoder) == decoder->header.n_steps)
        return UQD_END;
    status = start(decoder);
    if (status < 0)
        return status;
    uqd_work_begin(decoder->session->work, decoder->sessions->decode_work(decoder->session, 0));
    return decoder->sessions->prepare(decoder->session);
}

uint32_t uqd_decoder_steps_complete(const struct uqd_decoder *decoder)
{
    return decoder != NULL && decoder->session != NULL ? decoder->session->n_complete : 0;
}

uint64_t uqd_decoder_bytes_fed(const struct uqd_decoder *decoder)
{
    return decoder != NULL ? decoder->size : 0;
}

/* ---- Pictures ---- */

int uqd_decoder_picture(struct uqd_decoder *decoder, const struct uqd_picture_request *request,
                        uint8_t *pixels, size_t stride)
{
    int status = check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (request == NULL || pixels == NULL || request->reduce > MAX_REDUCE ||
        request->mode < UQD_MODE_DENOISED || request->mode > UQD_MODE_FLOW ||
        stride < (size_t)uqd_reduced_side(decoder->header.width, request->reduce) *
                     decoder->header.channels)
        return UQD_ERR_ARG;
    const int latest = request->step == UQD_STEP_LATEST;
    const uint32_t n_complete = uqd_decoder_steps_complete(decoder);
    if (!latest && request->step >= n_complete)
        return request->step < decoder->header.n_steps ? UQD_NEED_DATA : UQD_ERR_ARG;
    status = start(decoder);
    if (status < 0)
        return status;
    /* With no step complete, -1: nothing is known but the mean. Nothing behind a damaged step is.
     */
    const int step = latest ? (int)n_complete - 1 : (int)request->step;
    const struct uqd_source source = source_of(decoder);
    const int more = latest && decoder->failure == UQD_OK;
    uqd_work_begin(decoder->session->work,
                   decoder->sessions->show_work(decoder->session, step, latest, request));
    return decoder->sessions->show(decoder->session, step, more ? &source : NULL, request, pixels,
                                   stride);
}
