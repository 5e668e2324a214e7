/* Whole pictures in the lossless bitstream of WebP (RFC 9649, section 3), by libwebp: the content
 * of a VP8L chunk, without the container. Built without libwebp, neither can be done. */
#ifndef UQD_CODEC_COPY_WEBP_H
#define UQD_CODEC_COPY_WEBP_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

enum uqd_webp_effort {
    UQD_WEBP_FAST,  /* tens of nanoseconds a pixel, to know about how large it would be */
    UQD_WEBP_SMALL, /* half a microsecond; the most that libwebp can takes twenty times as long */
};

/* Whether pictures of that size can be coded here. */
int uqd_webp_can(uint32_t width, uint32_t height);

/* Codes a picture of one or three channels, whose sides uqd_webp_can allows. *data is malloc'ed and
 * belongs to the caller. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_BUILD. */
int uqd_webp_encode(const struct uqd_image *image, enum uqd_webp_effort effort, uint8_t **data,
                    size_t *size, struct uqd_work *work);

/* Decodes the rows of a picture of that size that the first `available` of its size bytes give:
 * *n_rows of them, in pixels of three channels without gaps. What is behind them in pixels is
 * undefined. Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_BUILD. */
int uqd_webp_decode(const uint8_t *data, size_t available, size_t size, uint32_t width,
                    uint32_t height, uint8_t *pixels, uint32_t *n_rows, struct uqd_work *work);

/* Bytes that decoding a picture takes at most, its pixels aside. */
uint64_t uqd_webp_memory(uint32_t width, uint32_t height);

#endif
