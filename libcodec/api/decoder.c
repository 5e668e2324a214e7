/* The incremental decoder: the bytes fed so far, and the session that their steps are decoded in.
 */
#include "api/decoder.h"

#include "api/settings.h"
#include "model/class.h"
#include <stdlib.h>

static const struct uqd_decoder_settings default_settings = {
    .struct_size = sizeof default_settings,
    .max_pixels = UINT64_C(1) << 28,
    .max_memory = UINT64_C(8) << 30,
    .cpu_mask = (uint32_t)UQD_CPU_ALL,
};

void uqd_decoder_settings_init(struct uqd_decoder_settings *settings, size_t struct_size)
{
    uqd_settings_give(&default_settings, sizeof default_settings, settings, struct_size);
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
    decoder->settings = default_settings;
    if (settings != NULL &&
        uqd_settings_take(&decoder->settings, sizeof decoder->settings, settings) < 0) {
        free(decoder);
        return UQD_ERR_ARG;
    }
    *out = decoder;
    return UQD_OK;
}

void uqd_decoder_free(struct uqd_decoder *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->session != NULL)
        decoder->sessions->close(decoder->session);
    for (uint32_t i = 0; i < decoder->n_blocks; i++)
        free(decoder->blocks[i].data);
    uqd_alpha_free(&decoder->alpha);
    uqd_buffer_free(&decoder->fed);
    free(decoder);
}

/* ---- Header ---- */

static int model_fits(const struct uqd_header *header, const struct uqd_model *model)
{
    return model == NULL || (header->model_id == (uint32_t)model->id &&
                             header->n_steps - (header->has_copy != 0) <= model->n_steps &&
                             header->paper == model->class->is_paper);
}

static int check_limits(const struct uqd_decoder *decoder)
{
    const uint64_t pixels = (uint64_t)decoder->header.width * decoder->header.height;
    if (pixels > decoder->settings.max_pixels)
        return UQD_ERR_LIMIT;
    if (decoder->model == NULL)
        return UQD_OK;
    uint64_t memory = uqd_sessions_for(decoder->model, &decoder->header)
                          ->memory(decoder->model, decoder->header.width, decoder->header.height,
                                   decoder->settings.threads);
    if (decoder->header.has_alpha)
        memory += uqd_alpha_memory(decoder->header.width, decoder->header.height);
    return memory > decoder->settings.max_memory ? UQD_ERR_LIMIT : UQD_OK;
}

static int parse_header(struct uqd_decoder *decoder)
{
    int status = uqd_header_parse(&decoder->header, decoder->fed.data, decoder->fed.size);
    if (status != UQD_OK)
        return status;
    uqd_layout_make(&decoder->layout, &decoder->header);
    decoder->alpha.width = decoder->header.width;
    decoder->alpha.height = decoder->header.height;
    status = check_limits(decoder);
    if (status == UQD_OK && !model_fits(&decoder->header, decoder->model))
        status = UQD_ERR_MODEL;
    if (status == UQD_OK)
        status = uqd_decoder_find_blocks(decoder);
    decoder->has_header = status == UQD_OK;
    return status;
}

int uqd_decoder_feed(struct uqd_decoder *decoder, const void *data, size_t size)
{
    if (decoder == NULL || (data == NULL && size > 0))
        return UQD_ERR_ARG;
    if (decoder->failure < 0)
        return decoder->failure;
    if (decoder->has_header && size > decoder->layout.file_size - decoder->fed.size)
        size = (size_t)(decoder->layout.file_size - decoder->fed.size);
    int status = uqd_buffer_append(&decoder->fed, data, size);
    if (status < 0 || decoder->has_header)
        return status;
    if (decoder->fed.size == 0)
        return UQD_NEED_DATA;
    status = parse_header(decoder);
    if (status == UQD_NEED_DATA && decoder->fed.size > UQD_HEADER_MAX_SIZE)
        status = UQD_ERR_CORRUPT;
    if (status < 0)
        decoder->failure = status;
    if (status == UQD_OK && decoder->fed.size > decoder->layout.file_size)
        decoder->fed.size = (size_t)decoder->layout.file_size;
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

/* ---- Decoding ---- */

int uqd_decoder_start(struct uqd_decoder *decoder)
{
    if (decoder->session != NULL)
        return UQD_OK;
    const struct uqd_session_settings settings = {
        .threads = decoder->settings.threads,
        .cpu_mask = decoder->settings.cpu_mask,
        .progress = decoder->settings.progress,
        .cookie = decoder->settings.cookie,
        .region = decoder->region,
    };
    decoder->sessions = uqd_sessions_for(decoder->model, &decoder->header);
    return decoder->sessions->open(&decoder->session, decoder->model, &decoder->header, &settings);
}

struct uqd_source uqd_decoder_source(const struct uqd_decoder *decoder)
{
    return (struct uqd_source){decoder->fed.data, decoder->fed.size, &decoder->header,
                               &decoder->layout};
}

int uqd_decoder_check_ready(const struct uqd_decoder *decoder)
{
    if (decoder == NULL)
        return UQD_ERR_ARG;
    if (!decoder->has_header)
        return decoder->failure < 0 ? decoder->failure : UQD_NEED_DATA;
    if (decoder->failure == UQD_ERR_LIMIT) /* found when the model was set */
        return decoder->failure;
    return decoder->model != NULL ? UQD_OK : UQD_ERR_ARG;
}

/* Decodes the step behind the complete ones, whose bytes are there; those of a solid file may be.
 */
static int decode_next(struct uqd_decoder *decoder, uint32_t step)
{
    const struct uqd_source source = uqd_decoder_source(decoder);
    const int solid = decoder->header.solid;
    int status = uqd_decoder_start(decoder);
    if (status < 0)
        return status;
    uqd_work_begin(decoder->session->work,
                   decoder->sessions->decode_work(decoder->session, solid ? 0 : step, step));
    uint64_t used = 0;
    status = uqd_decoder_take_alpha(decoder, solid ? 0 : step);
    if (status == UQD_OK)
        status = decoder->sessions->decode(decoder->session, &source, &used);
    if (status == UQD_OK && solid)
        decoder->layout.step_end[step] = decoder->layout.body[0] + used;
    if (status == UQD_NEED_DATA && (!solid || decoder->fed.size == decoder->layout.file_size))
        status = UQD_ERR_CORRUPT;
    if (status == UQD_ERR_CORRUPT)
        decoder->failure = status;
    return status;
}

int uqd_decoder_advance(struct uqd_decoder *decoder)
{
    const int status = uqd_decoder_check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (decoder->failure < 0)
        return decoder->failure;
    const uint32_t step = uqd_decoder_steps_complete(decoder);
    if (step == decoder->header.n_steps)
        return UQD_END;
    /* Of a solid file that is where its body begins, behind its alpha: the body may be empty. */
    const uint64_t needed =
        decoder->header.solid ? decoder->layout.body[0] : decoder->layout.step_end[step];
    if (decoder->fed.size < needed)
        return UQD_NEED_DATA;
    return decode_next(decoder, step);
}

int uqd_decoder_prepare(struct uqd_decoder *decoder)
{
    int status = uqd_decoder_check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (decoder->failure < 0)
        return decoder->failure;
    const uint32_t step = uqd_decoder_steps_complete(decoder);
    if (decoder->header.solid || step == decoder->header.n_steps ||
        decoder->fed.size == decoder->header.size)
        return UQD_END;
    status = uqd_decoder_start(decoder);
    if (status < 0)
        return status;
    uqd_work_begin(decoder->session->work,
                   decoder->sessions->decode_work(decoder->session, step, step));
    return decoder->sessions->prepare(decoder->session);
}

uint32_t uqd_decoder_steps_complete(const struct uqd_decoder *decoder)
{
    return decoder != NULL && decoder->session != NULL ? decoder->session->n_complete : 0;
}

uint64_t uqd_decoder_bytes_fed(const struct uqd_decoder *decoder)
{
    return decoder != NULL ? decoder->fed.size : 0;
}
