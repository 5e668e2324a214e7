/* The alpha of a decoder's pictures: pieces are taken from the fed bytes when their step is
 * decoded, or as far as they are at hand when everything received is shown. */
#include "api/decoder.h"
#include "container/record.h"

/* Takes a piece's record unless it is there. */
static int take_piece(struct uqd_decoder *decoder, enum uqd_alpha_piece piece, uint32_t record)
{
    const struct uqd_extent extent = uqd_decoder_record(decoder, record);
    if (decoder->has_piece[piece] || extent.available == 0)
        return UQD_OK;
    const int status = uqd_alpha_decode(&decoder->alpha, piece, extent.data, extent.available,
                                        extent.size, decoder->session->work);
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

/* A damaged piece, like a damaged step, tells nothing; other failures are passed on. */
static int tells_nothing(int status)
{
    return status == UQD_OK || status == UQD_ERR_CORRUPT;
}

/* The alpha of all fed bytes: pieces are kept. */
static int show_fed(struct uqd_decoder *decoder, const uint32_t records[UQD_ALPHA_PIECES],
                    uint32_t reduce, uint8_t *pixels, size_t stride)
{
    int status = UQD_OK;
    for (int piece = 0; piece < UQD_ALPHA_PIECES && tells_nothing(status); piece++)
        if (records[piece] < UQD_HEADER_MAX_RECORDS)
            status = take_piece(decoder, (enum uqd_alpha_piece)piece, records[piece]);
    if (!tells_nothing(status))
        return status;
    return uqd_alpha_show(&decoder->alpha, reduce, decoder->header.colours, pixels, stride,
                          decoder->session->work);
}

/* The alpha of fewer bytes than were fed, beside that of all. */
static int show_part(const struct uqd_decoder *decoder, const struct uqd_source *source,
                     const uint32_t records[UQD_ALPHA_PIECES], uint32_t reduce, uint8_t *pixels,
                     size_t stride)
{
    struct uqd_alpha part = {.width = decoder->alpha.width, .height = decoder->alpha.height};
    int status = UQD_OK;
    for (int piece = 0; piece < UQD_ALPHA_PIECES && tells_nothing(status); piece++) {
        if (records[piece] == UQD_HEADER_MAX_RECORDS)
            continue;
        const struct uqd_extent extent = uqd_source_record(source, records[piece]);
        if (extent.available > 0)
            status = uqd_alpha_decode(&part, (enum uqd_alpha_piece)piece, extent.data,
                                      extent.available, extent.size, decoder->session->work);
    }
    if (tells_nothing(status))
        status = uqd_alpha_show(&part, reduce, decoder->header.colours, pixels, stride,
                                decoder->session->work);
    uqd_alpha_free(&part);
    return status;
}

int uqd_decoder_add_alpha(struct uqd_decoder *decoder, int step, const struct uqd_source *source,
                          uint32_t reduce, uint8_t *pixels, size_t stride)
{
    const struct uqd_header *header = &decoder->header;
    const int body = header->solid ? (step < 0 ? -1 : 0) : step;
    uint32_t records[UQD_ALPHA_PIECES];
    find_pieces(header, records);
    if (source != NULL && source->size < decoder->fed.size)
        return show_part(decoder, source, records, reduce, pixels, stride);
    if (source != NULL)
        return show_fed(decoder, records, reduce, pixels, stride);
    struct uqd_alpha known = decoder->alpha;
    for (int piece = 0; piece < UQD_ALPHA_PIECES; piece++)
        if (records[piece] == UQD_HEADER_MAX_RECORDS ||
            (int)header->records[records[piece]].position > body)
            known.n_known[piece] = 0;
    return uqd_alpha_show(&known, reduce, header->colours, pixels, stride, decoder->session->work);
}
