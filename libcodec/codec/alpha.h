/* The alpha channel, which no model sees (docs/format.md, "Alpha"): two records, the means of
 * squares of 8 x 8 pixels and then every sample. What has not arrived is made from the means, or
 * opaque. */
#ifndef UQD_CODEC_ALPHA_H
#define UQD_CODEC_ALPHA_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

enum uqd_alpha_piece { UQD_ALPHA_COARSE, UQD_ALPHA_EXACT, UQD_ALPHA_PIECES };

/* What is known of a picture's alpha. */
struct uqd_alpha {
    uint32_t width, height;              /* of the picture */
    uint8_t *contents[UQD_ALPHA_PIECES]; /* a byte, and behind it samples, row-major, as many as
                                            are known; owned, NULL until there are any */
    size_t n_known[UQD_ALPHA_PIECES];    /* samples, from the first on */
};

/* Bytes that the alpha of a picture takes at most while it is decoded. */
uint64_t uqd_alpha_memory(uint32_t width, uint32_t height);

/* The record of a piece of the last channel of the image. *data is malloc'ed and belongs to the
 * caller. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_alpha_encode(const struct uqd_image *image, enum uqd_alpha_piece piece, uint8_t **data,
                     size_t *size, struct uqd_work *work);

/* Whether a picture reduced so many times shows anything of a piece. */
int uqd_alpha_shows(enum uqd_alpha_piece piece, uint32_t reduce);

/* Takes the first `available` of the size bytes of a piece's record; those of a whole record are
 * verified. Takes memory for what so many bytes can tell. Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM,
 * UQD_ERR_CANCELLED; the piece is then not known. */
int uqd_alpha_decode(struct uqd_alpha *alpha, enum uqd_alpha_piece piece, const uint8_t *data,
                     size_t available, size_t size, struct uqd_work *work);

/* Memory that showing takes. */
struct uqd_alpha_scratch {
    uint8_t *row;
    uint32_t *sums;
};

/* For pictures reduced so many times. To be freed in any case. Errors: UQD_ERR_NOMEM. */
int uqd_alpha_scratch_init(struct uqd_alpha_scratch *scratch, const struct uqd_alpha *alpha,
                           uint32_t reduce);
void uqd_alpha_scratch_free(struct uqd_alpha_scratch *scratch);

/* Makes packed pixels of `colours` samples, in rows that begin stride bytes apart, pixels of one
 * channel more. They are those of a region, in pixels of the picture reduced so many times.
 * Errors: UQD_ERR_CANCELLED. */
int uqd_alpha_show(const struct uqd_alpha *alpha, const struct uqd_alpha_scratch *scratch,
                   uint32_t reduce, struct uqd_region region, uint32_t colours, uint8_t *pixels,
                   size_t stride, struct uqd_work *work);

void uqd_alpha_free(struct uqd_alpha *alpha);

#endif
