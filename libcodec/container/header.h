/* The header of a .uqd file (docs/format.md, "Header"). */
#ifndef UQD_CONTAINER_HEADER_H
#define UQD_CONTAINER_HEADER_H

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

enum {
    UQD_HEADER_MAX_STEPS = 32,
    UQD_HEADER_TILE_LOG2 = 7, /* unless the header says otherwise */
    UQD_HEADER_MAX_RECORDS = 255,
    UQD_HEADER_MAX_SIZE = UQD_MAX_ICC_SIZE + 1024, /* of any valid header */
};

/* An entry of the table of records. */
struct uqd_record {
    uint8_t type;     /* container/record.h */
    uint8_t position; /* of the body that it lies before; the number of bodies: behind the last */
    uint64_t size;    /* bytes in the file */
};

struct uqd_header {
    uint32_t width, height; /* 1 .. UQD_MAX_SIDE */
    uint32_t colours;       /* 1 or 3 */
    int has_alpha;          /* there are records of it */
    uint32_t model_id;
    int paper; /* the model is of class paper: dithered, without tile_log2 and low */
    int dithered;
    int phased;         /* in the stages whose model leaves that to the file; not with dither */
    uint64_t seed;      /* 0 without dither */
    uint32_t tile_log2; /* 4 .. 7: tiles are 2^tile_log2 blocks wide and high */
    int separate;       /* tiles are predicted by themselves; not with paper */
    int joint;       /* one symbol tells of all levels of a unit's first stage; not with dither */
    int sign_curves; /* signs adapt; not with dither */
    /* In units of which they are tiles, they come before the others in each pass: columns and rows
     * from begin on, before end; none if x_end is 0. With separate only. */
    struct {
        uint32_t x_begin, x_end, y_begin, y_end;
    } first;
    int32_t low[3]; /* the low-pass of the last unit: 1 x 1 per colour */
    uint32_t n_steps;
    int has_copy; /* the last step is a copy of the picture, and not of the model; never if solid */
    int solid;    /* all steps in one body, without a table of their sizes */
    uint64_t body_size;                       /* of all steps */
    uint64_t step_size[UQD_HEADER_MAX_STEPS]; /* solid: [0] is the body, when writing */
    int has_distortion;                       /* never if solid */
    uint16_t centibel[UQD_HEADER_MAX_STEPS];  /* PSNR in 1/100 dB; UQD_HEADER_LOSSLESS: exact */
    size_t icc_offset, icc_size; /* version 3: the profile's place in the header, 0 if none */
    uint32_t n_records;          /* 0 in version 3 */
    struct uqd_record records[UQD_HEADER_MAX_RECORDS]; /* in the order of the file */
    size_t size;                                       /* of the header in bytes */
};

#define UQD_HEADER_LOSSLESS 0xffff

/* Bodies of the file: one for each step, or one. */
static inline uint32_t uqd_header_bodies(const struct uqd_header *header)
{
    return header->solid ? 1 : header->n_steps;
}

/* Parses a header from the first `size` bytes of a file. Returns UQD_OK, UQD_NEED_DATA while it is
 * not complete, UQD_ERR_CORRUPT or UQD_ERR_UNSUPPORTED. */
int uqd_header_parse(struct uqd_header *header, const uint8_t *data, size_t size);

/* Writes the header, of version 4, or 5 with a copy or separate tiles, with its checksum. *data is
 * malloc'ed and belongs to the caller. header->has_alpha, icc_*, size are ignored. Errors:
 * UQD_ERR_NOMEM. */
int uqd_header_write(const struct uqd_header *header, uint8_t **data, size_t *size);

#endif
