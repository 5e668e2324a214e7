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

int uqd_decoder_add_alpha(struct uqd_decoder *decoder, int step, int latest, uint32_t reduce,
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
