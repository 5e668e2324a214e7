/* Bodies of the file: a checksum and the chunks of one step, or of all. */
#ifndef UQD_CODEC_BODY_H
#define UQD_CODEC_BODY_H

#include "codec/symbols.h"
#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* The steps that share a body. The checksum of a body of one step is a CRC-32; that of a solid
 * file, whose one body has all steps, its lower half. */
struct uqd_body {
    uint32_t first, last; /* steps */
    int solid;
};

/* Bytes of a body, and how many of them are at hand. */
struct uqd_extent {
    const uint8_t *data;
    size_t available, size;
};

/* Puts bytes, those of a closed stream, behind their checksum; a body without a byte has none:
 * nothing was to be told, or nothing but what was expected. *data is malloc'ed (NULL for an empty
 * body) and belongs to the caller. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_body_seal(const uint8_t *bytes, size_t n_bytes, struct uqd_body body, uint8_t **data,
                  size_t *size, struct uqd_work *work);

/* Checks what can be checked before decoding, the checksum if all is at hand, and finds the chunks
 * behind it: UQD_OK, UQD_NEED_DATA if there is nothing to decode yet.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_CANCELLED. */
int uqd_body_open(struct uqd_body body, struct uqd_extent extent, struct uqd_extent *chunks,
                  struct uqd_work *work);

/* Bytes of the body that have to be at hand for the symbols read so far, extent and chunks as given
 * to and by uqd_body_open: where there are none, still those that it wants. */
size_t uqd_body_used(struct uqd_extent extent, struct uqd_extent chunks,
                     const struct uqd_stream *stream);

/* Ends a stream that is to have no chunk left over. Errors: UQD_NEED_DATA if more of the body is to
 * come, UQD_ERR_CORRUPT. */
int uqd_body_close(struct uqd_stream *stream);

#endif
