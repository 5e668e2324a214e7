/* Pictures of a decoder: colours from its session, alpha beside them. */
#include "api/decoder.h"
#include "api/settings.h"
#include "container/record.h"

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

/* ---- Alpha ---- */

/* Takes a piece's record unless it is there. */
static int take_piece(struct uqd_decoder *decoder, enum uqd_alpha_piece piece, uint32_t record)
{
    const struct uqd_extent extent = uqd_decoder_record(decoder, record);
    if (decoder->has_piece[piece] || extent.available == 0)
        return UQD_OK;
    const int status =
        uqd_alpha_decode(&decoder->alpha, piece, extent.data, extent.available, extent.size);
    decoder->has_piece[piece] = status == UQD_OK && extent.available == extent.size;
    return status;
}

/* Record number of each piece, or UQD_HEADER_MAX_RECORDS. */
static void find_pieces(const struct uqd_header *header, uint32_t records[UQD_ALPHA_PIECES])
{
    uint32_t n = 0;
    for (int piece = 0; piece < UQD_ALPHA_PIECES; piece++)
        records[piece] = UQD_HEADER_MAX_RECORDS;
    for (uint32_t i = 0; i < header->n_records; i++)
        if (header->records[i].type == UQD_RECORD_ALPHA)
            records[n++] = i;
}

int uqd_decoder_take_alpha(struct uqd_decoder *decoder, uint32_t body)
{
    uint32_t records[UQD_ALPHA_PIECES];
    int status = UQD_OK;
    find_pieces(&decoder->header, records);
    for (int piece = 0; piece < UQD_ALPHA_PIECES && status == UQD_OK; piece++)
        if (records[piece] < UQD_HEADER_MAX_RECORDS &&
            decoder->header.records[records[piece]].position <= body)
            status = take_piece(decoder, (enum uqd_alpha_piece)piece, records[piece]);
    return status;
}

/* Puts the alpha that is known before the end of a step, or of what is at hand, beside the colours.
 */
static int add_alpha(struct uqd_decoder *decoder, int step, int latest, uint32_t reduce,
                     uint8_t *pixels, size_t stride)
{
    const struct uqd_header *header = &decoder->header;
    const int body = header->solid ? (step < 0 ? -1 : 0) : step;
    uint32_t records[UQD_ALPHA_PIECES];
    find_pieces(header, records);
    /* A damaged piece, like a damaged step, tells nothing. */
    for (int piece = 0; piece < UQD_ALPHA_PIECES && latest; piece++)
        if (records[piece] < UQD_HEADER_MAX_RECORDS &&
            take_piece(decoder, (enum uqd_alpha_piece)piece, records[piece]) == UQD_ERR_NOMEM)
            return UQD_ERR_NOMEM;
    struct uqd_alpha known = decoder->alpha;
    for (int piece = 0; piece < UQD_ALPHA_PIECES && !latest; piece++)
        if (records[piece] == UQD_HEADER_MAX_RECORDS ||
            (int)header->records[records[piece]].position > body)
            known.n_known[piece] = 0;
    return uqd_alpha_show(&known, reduce, header->colours, pixels, stride);
}

/* ---- Pictures ---- */

static int check_request(const struct uqd_decoder *decoder,
                         const struct uqd_picture_request *request, const uint8_t *pixels,
                         size_t stride)
{
    const size_t channels = decoder->header.colours + (decoder->header.has_alpha != 0);
    if (pixels == NULL || request->reduce > UQD_MAX_REDUCE || request->mode < UQD_MODE_DENOISED ||
        request->mode > UQD_MODE_FLOW ||
        stride < uqd_reduced_side(decoder->header.width, request->reduce) * channels)
        return UQD_ERR_ARG;
    if (request->step != UQD_STEP_LATEST && request->step >= uqd_decoder_steps_complete(decoder))
        return request->step < decoder->header.n_steps ? UQD_NEED_DATA : UQD_ERR_ARG;
    return UQD_OK;
}

/* Nothing behind a damaged step is known. */
static int show(struct uqd_decoder *decoder, const struct uqd_picture_request *request,
                uint8_t *pixels, size_t stride)
{
    const int latest = request->step == UQD_STEP_LATEST;
    /* With no step complete, -1: nothing is known but the mean. */
    const int step = latest ? (int)uqd_decoder_steps_complete(decoder) - 1 : (int)request->step;
    const struct uqd_source source = uqd_decoder_source(decoder);
    const int more = latest && decoder->failure == UQD_OK;
    uqd_work_begin(decoder->session->work,
                   decoder->sessions->show_work(decoder->session, step, latest, request));
    const int status = decoder->sessions->show(decoder->session, step, more ? &source : NULL,
                                               request, pixels, stride);
    if (status != UQD_OK || !decoder->header.has_alpha)
        return status;
    return add_alpha(decoder, step, more, request->reduce, pixels, stride);
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
