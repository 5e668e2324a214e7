/* What the functions of a decoder share. */
#ifndef UQD_API_DECODER_H
#define UQD_API_DECODER_H

#include "codec/alpha.h"
#include "codec/session.h"
#include "util/buffer.h"

/* A block of metadata, which stays at its place once it is unpacked. */
struct uqd_metadata_block {
    enum uqd_metadata_type type;
    uint32_t record; /* in the header */
    uint8_t *data;   /* owned; NULL until it is unpacked */
    size_t size;
};

struct uqd_decoder {
    const struct uqd_model *model;
    struct uqd_decoder_settings settings;
    int failure; /* found in the header or a step: stays */
    struct uqd_buffer fed;
    int has_header;
    struct uqd_header header;
    struct uqd_layout layout;
    struct uqd_metadata_block blocks[UQD_MAX_METADATA];
    uint32_t n_blocks;
    uint64_t blocks_size; /* of those that are unpacked */
    struct uqd_alpha alpha;
    int has_piece[UQD_ALPHA_PIECES];          /* all of it, verified */
    struct uqd_region region;                 /* that is shown; of width 0: all of the picture */
    const struct uqd_session_class *sessions; /* of the model */
    struct uqd_session *session;              /* NULL until something is decoded */
};

/* What every call that decodes needs: UQD_OK, UQD_NEED_DATA, or why not. */
int uqd_decoder_check_ready(const struct uqd_decoder *decoder);

/* Opens the session if there is none. Errors: as the session's open. */
int uqd_decoder_start(struct uqd_decoder *decoder);

struct uqd_source uqd_decoder_source(const struct uqd_decoder *decoder);

/* The colours of a picture, as the session's show, of the decoder's region alone.
 * Errors: also UQD_ERR_NOMEM. */
int uqd_decoder_show_colours(struct uqd_decoder *decoder, int step, const struct uqd_source *source,
                             const struct uqd_picture_request *request, uint8_t *pixels,
                             size_t stride);

/* What pictures show of the whole one, in its pixels. */
struct uqd_region uqd_decoder_region(const struct uqd_decoder *decoder);

/* Finds the blocks of metadata that the header tells of. Errors: UQD_ERR_NOMEM. */
int uqd_decoder_find_blocks(struct uqd_decoder *decoder);

/* Bytes of a record that have been fed, and its size. */
struct uqd_extent uqd_decoder_record(const struct uqd_decoder *decoder, uint32_t record);

/* Verifies and keeps the pieces of alpha before a body. Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM,
 * UQD_ERR_CANCELLED. */
int uqd_decoder_take_alpha(struct uqd_decoder *decoder, uint32_t body);

/* The alpha of a picture, all at hand: putting it beside the colours takes no more memory. */
struct uqd_shown_alpha {
    struct uqd_alpha known;
    int is_own; /* else its samples are the decoder's */
    struct uqd_alpha_scratch scratch;
};

/* Finds the alpha that is known at the end of a step, -1 being none, or with a source what is at
 * hand there of all alpha, for a picture reduced so many times. To be freed unless it fails.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_decoder_find_alpha(struct uqd_decoder *decoder, int step, const struct uqd_source *source,
                           uint32_t reduce, struct uqd_shown_alpha *shown);
void uqd_shown_alpha_free(struct uqd_shown_alpha *shown);

#endif
