/* The incremental decoder. It keeps one state, that of the last complete step; pictures of earlier
 * steps and of partly received ones are made from copies of it. */
#include "codec/lattice/body.h"
#include "container/header.h"
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
    uint64_t step_end[UQD_HEADER_MAX_STEPS]; /* file offsets */
    int started;                             /* engine, schedule and state exist */
    struct uqd_engine engine;
    struct uqd_schedule schedule;
    struct uqd_state state;
    uint32_t n_complete;
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
    return uqd_wavelet_side(side, reduce < 31 ? reduce : 31);
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
    if (decoder->started) {
        uqd_engine_free(&decoder->engine);
        uqd_state_free(&decoder->state);
    }
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
           (header->model_id == (uint32_t)model->id && header->n_steps <= model->n_steps);
}

static int check_limits(const struct uqd_decoder *decoder)
{
    const uint64_t pixels = (uint64_t)decoder->header.width * decoder->header.height;
    if (pixels > decoder->settings.max_pixels)
        return UQD_ERR_LIMIT;
    if (decoder->model == NULL)
        return UQD_OK;
    const uint64_t per_pixel = uqd_engine_bytes_per_pixel(decoder->model);
    return pixels > decoder->settings.max_memory / per_pixel ? UQD_ERR_LIMIT : UQD_OK;
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
    if (decoder->started)
        return UQD_OK;
    const struct uqd_header *header = &decoder->header;
    const int status = uqd_state_init(&decoder->state, decoder->model, header->width,
                                      header->height, header->channels, header->low);
    if (status < 0) {
        uqd_state_free(&decoder->state);
        return status;
    }
    decoder->state.version = 1;
    decoder->state.dithered = header->dithered;
    decoder->state.seed = header->seed;
    uqd_state_reset(&decoder->state);
    uqd_schedule_init(&decoder->schedule, decoder->model, decoder->state.n_units);
    uqd_engine_init(&decoder->engine, decoder->model, decoder->settings.cpu_mask,
                    decoder->settings.threads, header->tile_log2);
    decoder->engine.work.progress = decoder->settings.progress;
    decoder->engine.work.cookie = decoder->settings.cookie;
    decoder->started = 1;
    return UQD_OK;
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

static uint64_t step_begin(const struct uqd_decoder *decoder, uint32_t step)
{
    return step == 0 ? decoder->header.size : decoder->step_end[step - 1];
}

/* Decodes what is at hand of a step into a state that holds the steps before it. */
static int decode_step(struct uqd_decoder *decoder, struct uqd_state *state, uint32_t step,
                       struct uqd_partial *partial)
{
    const uint64_t begin = step_begin(decoder, step), end = decoder->step_end[step];
    const uint64_t at_hand = decoder->size < end ? decoder->size : end;
    const struct uqd_extent extent = {decoder->data + begin,
                                      (size_t)(at_hand > begin ? at_hand - begin : 0),
                                      (size_t)(end - begin)};
    return uqd_body_decode(&decoder->engine, &decoder->schedule, state,
                           (struct uqd_body){step, step, 0}, step, extent, partial, NULL);
}

/* Decodes the steps of a solid file up to `until`, as far as they are at hand, into any state.
 * *end: how many bytes of the file that took. */
static int decode_solid(struct uqd_decoder *decoder, struct uqd_state *state, uint32_t until,
                        struct uqd_partial *partial, uint64_t *end)
{
    const struct uqd_header *header = &decoder->header;
    const struct uqd_extent extent = {decoder->data + header->size, decoder->size - header->size,
                                      (size_t)header->body_size};
    size_t used;
    uqd_schedule_rewind(&decoder->schedule, state, -1);
    state->version = state->version != 0 ? state->version + 1 : 0;
    const int status = uqd_body_decode(&decoder->engine, &decoder->schedule, state,
                                       (struct uqd_body){0, header->n_steps - 1, 1}, until, extent,
                                       partial, &used);
    *end = header->size + used;
    return status;
}

static int advance_solid(struct uqd_decoder *decoder)
{
    const uint32_t step = decoder->n_complete;
    uint64_t end;
    int status = start(decoder);
    if (status < 0)
        return status;
    struct uqd_state copy;
    status = uqd_state_copy(&copy, &decoder->state);
    if (status < 0)
        return status;
    double macs = 0;
    for (uint32_t s = 0; s <= step; s++)
        macs += uqd_step_macs(&decoder->engine, &decoder->schedule, &decoder->state, s);
    uqd_engine_begin(&decoder->engine, macs);
    status = decode_solid(decoder, &copy, step, NULL, &end);
    if (status == UQD_NEED_DATA && decoder->size == file_size(decoder))
        status = UQD_ERR_CORRUPT;
    if (status == UQD_ERR_CORRUPT)
        decoder->failure = status;
    if (status == UQD_OK) {
        copy.version = decoder->state.version + 1;
        uqd_state_free(&decoder->state);
        decoder->state = copy;
        decoder->step_end[decoder->n_complete++] = end;
        return UQD_OK;
    }
    uqd_state_free(&copy);
    return status;
}

int uqd_decoder_advance(struct uqd_decoder *decoder)
{
    int status = check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (decoder->failure < 0)
        return decoder->failure;
    const uint32_t step = decoder->n_complete;
    if (step == decoder->header.n_steps)
        return UQD_END;
    if (decoder->header.solid)
        return advance_solid(decoder);
    if (decoder->size < decoder->step_end[step])
        return UQD_NEED_DATA;
    status = start(decoder);
    if (status < 0)
        return status;
    uqd_engine_begin(&decoder->engine,
                     uqd_step_macs(&decoder->engine, &decoder->schedule, &decoder->state, step));
    status = decode_step(decoder, &decoder->state, step, NULL);
    if (status == UQD_OK) {
        decoder->n_complete++;
        return UQD_OK;
    }
    /* Half a step was decoded: go back to the last whole one. */
    uqd_schedule_rewind(&decoder->schedule, &decoder->state, (int)step - 1);
    decoder->state.version++;
    if (status == UQD_NEED_DATA)
        status = UQD_ERR_CORRUPT;
    if (status == UQD_ERR_CORRUPT)
        decoder->failure = status;
    return status;
}

uint32_t uqd_decoder_steps_complete(const struct uqd_decoder *decoder)
{
    return decoder != NULL ? decoder->n_complete : 0;
}

uint64_t uqd_decoder_bytes_fed(const struct uqd_decoder *decoder)
{
    return decoder != NULL ? decoder->size : 0;
}

/* ---- Pictures ---- */

/* Everything received on top of the decoder's state, in a copy of it: UQD_OK, UQD_NEED_DATA if a
 * step was cut. From a damaged step on, all is left out. */
static int latest_state(struct uqd_decoder *decoder, struct uqd_state *copy,
                        struct uqd_partial *partial)
{
    int status = uqd_state_copy(copy, &decoder->state);
    for (uint32_t step = decoder->n_complete;
         step < decoder->header.n_steps && decoder->failure == UQD_OK && status == UQD_OK; step++) {
        status = decode_step(decoder, copy, step, partial);
        if (status == UQD_ERR_CORRUPT) {
            uqd_schedule_rewind(&decoder->schedule, copy, (int)step - 1);
            return UQD_OK;
        }
    }
    return status;
}

static int latest_solid_state(struct uqd_decoder *decoder, struct uqd_state *copy,
                              struct uqd_partial *partial)
{
    int status = uqd_state_copy(copy, &decoder->state);
    uint64_t end;
    if (status < 0 || decoder->failure < 0 || decoder->n_complete == decoder->header.n_steps)
        return status;
    status = decode_solid(decoder, copy, decoder->header.n_steps - 1, partial, &end);
    if (status != UQD_ERR_CORRUPT)
        return status;
    uqd_state_free(copy);
    return uqd_state_copy(copy, &decoder->state);
}

static int latest_picture(struct uqd_decoder *decoder, uint32_t reduce, uint8_t *pixels,
                          size_t stride)
{
    struct uqd_state copy;
    struct uqd_partial partial = {0};
    int status = decoder->header.solid ? latest_solid_state(decoder, &copy, &partial)
                                       : latest_state(decoder, &copy, &partial);
    if (status == UQD_OK) { /* no pass is interrupted, though a damaged one may have been */
        free(partial.mean_q4);
        partial.mean_q4 = NULL;
    }
    if (status >= 0)
        status = uqd_picture_denoised(&decoder->engine, &copy, &partial, reduce, pixels, stride);
    free(partial.mean_q4);
    uqd_state_free(&copy);
    return status;
}

/* The picture of a complete step before the last complete one, or of a mode that goes on from it.
 */
static int picture_from_copy(struct uqd_decoder *decoder, int step,
                             const struct uqd_picture_request *request, uint8_t *pixels,
                             size_t stride)
{
    struct uqd_state copy;
    int status = uqd_state_copy(&copy, &decoder->state);
    if (status < 0)
        return status;
    uqd_schedule_rewind(&decoder->schedule, &copy, step);
    if (request->mode != UQD_MODE_DENOISED)
        status = uqd_picture_complete(&decoder->engine, &decoder->schedule, &copy,
                                      request->mode == UQD_MODE_FLOW ? UQD_SYMBOLS_CENTRAL
                                                                     : UQD_SYMBOLS_SAMPLE,
                                      request->seed, request->reduce);
    if (status == UQD_OK)
        status =
            uqd_picture_denoised(&decoder->engine, &copy, NULL, request->reduce, pixels, stride);
    uqd_state_free(&copy);
    return status;
}

static double picture_macs(const struct uqd_decoder *decoder, uint32_t next,
                           const struct uqd_picture_request *request)
{
    if (decoder->state.n_units == 0)
        return 1;
    double macs = 0;
    if (request->mode != UQD_MODE_DENOISED) {
        for (uint32_t s = next; s < decoder->model->n_steps; s++)
            macs += uqd_step_macs(&decoder->engine, &decoder->schedule, &decoder->state, s);
        return macs;
    }
    /* A step that is there in part is decoded first. */
    unsigned parts = UQD_PART_TRUNK | UQD_PART_DENOISER;
    if (request->step == UQD_STEP_LATEST && next < decoder->header.n_steps)
        parts |= UQD_PART_GROUPS;
    return uqd_engine_macs(&decoder->engine, &decoder->state.units[0], parts);
}

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
    if (!latest && request->step >= decoder->n_complete)
        return request->step < decoder->header.n_steps ? UQD_NEED_DATA : UQD_ERR_ARG;
    status = start(decoder);
    if (status < 0)
        return status;
    /* With no step complete, -1: nothing is known but the mean. */
    const int step = latest ? (int)decoder->n_complete - 1 : (int)request->step;
    uqd_engine_begin(&decoder->engine, picture_macs(decoder, (uint32_t)(step + 1), request));
    if (latest && request->mode == UQD_MODE_DENOISED)
        return latest_picture(decoder, request->reduce, pixels, stride);
    if (request->mode == UQD_MODE_DENOISED && step + 1 == (int)decoder->n_complete)
        return uqd_picture_denoised(&decoder->engine, &decoder->state, NULL, request->reduce,
                                    pixels, stride);
    return picture_from_copy(decoder, step, request, pixels, stride);
}
