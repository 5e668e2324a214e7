/* Pictures of a decoder: colours from its session, alpha beside them. */
#include "api/decoder.h"
#include "api/settings.h"

static const struct uqd_picture_request default_request = {
    .struct_size = sizeof default_request,
    .step = UQD_STEP_LATEST,
    .mode = UQD_MODE_DENOISED,
};

void uqd_picture_request_init(struct uqd_picture_request *request, size_t struct_size)
{
    uqd_settings_give(&default_request, sizeof default_request, request, struct_size);
}

uint32_t uqd_reduced_side(uint32_t side, uint32_t reduce)
{
    const uint32_t n = reduce < 31 ? reduce : 31;
    return (uint32_t)(((uint64_t)side + (UINT64_C(1) << n) - 1) >> n);
}

static int check_request(const struct uqd_decoder *decoder,
                         const struct uqd_picture_request *request, const uint8_t *pixels,
                         size_t stride)
{
    const size_t channels = decoder->header.colours + (decoder->header.has_alpha != 0);
    if (pixels == NULL || request->reduce > UQD_MAX_REDUCE || request->mode < UQD_MODE_DENOISED ||
        request->mode > UQD_MODE_FLOW ||
        stride < uqd_reduced_region(uqd_decoder_region(decoder), request->reduce).width * channels)
        return UQD_ERR_ARG;
    if (request->step != UQD_STEP_LATEST && request->bytes > 0)
        return UQD_ERR_ARG;
    if (request->step != UQD_STEP_LATEST && request->step >= uqd_decoder_steps_complete(decoder))
        return request->step < decoder->header.n_steps ? UQD_NEED_DATA : UQD_ERR_ARG;
    return UQD_OK;
}

/* What the request counts of the file. */
static struct uqd_source source_of(const struct uqd_decoder *decoder,
                                   const struct uqd_picture_request *request)
{
    struct uqd_source source = uqd_decoder_source(decoder);
    const uint64_t header = decoder->header.size;
    const uint64_t bytes = request->bytes > header ? request->bytes : header;
    if (request->bytes > 0 && bytes < source.size)
        source.size = bytes;
    return source;
}

/* Nothing behind a damaged step is known. Whether it is damaged, a part of it does not tell. */
static int is_damaged(const struct uqd_decoder *decoder, const struct uqd_source *source)
{
    return decoder->failure != UQD_OK &&
           (source->size == decoder->fed.size ||
            source->size >= decoder->layout.step_end[decoder->session->n_complete]);
}

static int show(struct uqd_decoder *decoder, const struct uqd_picture_request *request,
                uint8_t *pixels, size_t stride)
{
    const int latest = request->step == UQD_STEP_LATEST;
    const struct uqd_source source = source_of(decoder, request);
    /* With no step complete, -1: nothing is known but the mean. */
    const int step = latest ? (int)uqd_source_steps(&source, decoder->session->n_complete) - 1
                            : (int)request->step;
    const struct uqd_source *more = latest && !is_damaged(decoder, &source) ? &source : NULL;
    uqd_work_begin(decoder->session->work,
                   decoder->sessions->show_work(decoder->session, step, more, request));
    struct uqd_shown_alpha alpha;
    if (!decoder->header.has_alpha)
        return uqd_decoder_show_colours(decoder, step, more, request, pixels, stride);
    /* First what may lack memory: with that, pixels stay as they are. */
    int status = uqd_decoder_find_alpha(decoder, step, more, request->reduce, &alpha);
    if (status < 0)
        return status;
    status = uqd_decoder_show_colours(decoder, step, more, request, pixels, stride);
    if (status == UQD_OK)
        status = uqd_alpha_show(&alpha.known, &alpha.scratch, request->reduce,
                                uqd_reduced_region(uqd_decoder_region(decoder), request->reduce),
                                decoder->header.colours, pixels, stride, decoder->session->work);
    uqd_shown_alpha_free(&alpha);
    return status;
}

int uqd_decoder_picture(struct uqd_decoder *decoder, const struct uqd_picture_request *given,
                        uint8_t *pixels, size_t stride)
{
    struct uqd_picture_request request = default_request;
    int status = uqd_decoder_check_ready(decoder);
    if (status != UQD_OK)
        return status;
    if (given == NULL || uqd_settings_take(&request, sizeof request, given) < 0)
        return UQD_ERR_ARG;
    status = check_request(decoder, &request, pixels, stride);
    if (status == UQD_OK)
        status = uqd_decoder_start(decoder);
    return status == UQD_OK ? show(decoder, &request, pixels, stride) : status;
}
