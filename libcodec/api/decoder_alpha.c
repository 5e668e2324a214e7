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

/* That of all fed bytes: pieces are kept. */
static int find_fed(struct uqd_decoder *decoder, const uint32_t records[UQD_ALPHA_PIECES],
                    uint32_t reduce, struct uqd_shown_alpha *shown)
{
    int status = UQD_OK;
    for (int piece = 0; piece < UQD_ALPHA_PIECES && tells_nothing(status); piece++)
        if (records[piece] < UQD_HEADER_MAX_RECORDS &&
            uqd_alpha_shows((enum uqd_alpha_piece)piece, reduce))
            status = take_piece(decoder, (enum uqd_alpha_piece)piece, records[piece]);
    shown->known = decoder->alpha;
    return status;
}

/* That of fewer bytes than were fed, beside that of all. */
static int find_part(const struct uqd_decoder *decoder, const struct uqd_source *source,
                     const uint32_t records[UQD_ALPHA_PIECES], uint32_t reduce,
                     struct uqd_shown_alpha *shown)
{
    int status = UQD_OK;
    shown->known =
        (struct uqd_alpha){.width = decoder->alpha.width, .height = decoder->alpha.height};
    shown->is_own = 1;
    for (int piece = 0; piece < UQD_ALPHA_PIECES && tells_nothing(status); piece++) {
        if (records[piece] == UQD_HEADER_MAX_RECORDS ||
            !uqd_alpha_shows((enum uqd_alpha_piece)piece, reduce))
            continue;
        const struct uqd_extent extent = uqd_source_record(source, records[piece]);
        if (extent.available > 0)
            status = uqd_alpha_decode(&shown->known, (enum uqd_alpha_piece)piece, extent.data,
                                      extent.available, extent.size, decoder->session->work);
    }
    return status;
}

/* That of a complete step. */
static void find_complete(const struct uqd_decoder *decoder, int step,
                          const uint32_t records[UQD_ALPHA_PIECES], struct uqd_shown_alpha *shown)
{
    const struct uqd_header *header = &decoder->header;
    const int body = header->solid ? (step < 0 ? -1 : 0) : step;
    shown->known = decoder->alpha;
    for (int piece = 0; piece < UQD_ALPHA_PIECES; piece++)
        if (records[piece] == UQD_HEADER_MAX_RECORDS ||
            (int)header->records[records[piece]].position > body)
            shown->known.n_known[piece] = 0;
}

int uqd_decoder_find_alpha(struct uqd_decoder *decoder, int step, const struct uqd_source *source,
                           uint32_t reduce, struct uqd_shown_alpha *shown)
{
    uint32_t records[UQD_ALPHA_PIECES];
    int status = UQD_OK;
    find_pieces(&decoder->header, records);
    *shown = (struct uqd_shown_alpha){.is_own = 0};
    if (source != NULL && source->size < decoder->fed.size)
        status = find_part(decoder, source, records, reduce, shown);
    else if (source != NULL)
        status = find_fed(decoder, records, reduce, shown);
    else
        find_complete(decoder, step, records, shown);
    if (tells_nothing(status))
        status = uqd_alpha_scratch_init(&shown->scratch, &shown->known, reduce);
    if (status < 0)
        uqd_shown_alpha_free(shown);
    return status;
}

void uqd_shown_alpha_free(struct uqd_shown_alpha *shown)
{
    if (shown->is_own)
        uqd_alpha_free(&shown->known);
    uqd_alpha_scratch_free(&shown->scratch);
}
