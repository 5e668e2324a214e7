/* The header of a .uqd file (docs/format.md, "Header"). */
#ifndef UQD_CONTAINER_HEADER_H
#define UQD_CONTAINER_HEADER_H

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_HEADER_MAX_STEPS = 32,
    UQD_HEADER_TILE_LOG2 = 7, /* unless the header says otherwise */
    UQD_HEADER_MAX_ICC = 1 << 20,
    UQD_HEADER_MAX_SIZE = UQD_HEADER_MAX_ICC + 1024, /* of any valid header */
};

struct uqd_header {
    uint32_t width, height; /* 1 .. 65535 */
    uint32_t channels;      /* 1 or 3 */
    uint32_t model_id;
    int paper; /* the model is of class paper: dithered, without tile_log2 and low */
    int dithered;
    uint64_t seed;      /* 0 without dither */
    uint32_t tile_log2; /* 4 .. 16: tiles are 2^tile_log2 cells wide and high */
    int32_t low[3];     /* the low-pass of the last unit: 1 x 1 per colour */
    uint32_t n_steps;
    int solid;          /* all steps in one body, without a table of their sizes */
    uint64_t body_size; /* of all steps */
    uint64_t step_size[UQD_HEADER_MAX_STEPS]; /* solid: [0] is the body, when writing */
    int has_distortion;                       /* never if solid */
    uint16_t centibel[UQD_HEADER_MAX_STEPS];  /* PSNR in 1/100 dB; UQD_HEADER_LOSSLESS: exact */
    size_t icc_offset, icc_size;              /* the profile's place in the header, 0 if none */
    size_t size;                              /* of the header in bytes */
};

#define UQD_HEADER_LOSSLESS 0xffff

/* Parses a header from the first `size` bytes of a file. Returns UQD_OK, UQD_NEED_DATA while it is
 * not complete, UQD_ERR_CORRUPT or UQD_ERR_UNSUPPORTED. */
int uqd_header_parse(struct uqd_header *header, const uint8_t *data, size_t size);

/* Writes the header with its checksum. *data is malloc'ed and belongs to the caller. icc may be
 * NULL. header->icc_*, size are ignored. Errors: UQD_ERR_NOMEM. */
int uqd_header_write(const struct uqd_header *header, const void *icc, size_t icc_size,
                     uint8_t **data, size_t *size);

#endif
