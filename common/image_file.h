/* PNG and PPM/PGM files, read and written as 8-bit pixels. */
#ifndef UQD_COMMON_IMAGE_FILE_H
#define UQD_COMMON_IMAGE_FILE_H

#include "message.h"

#include <stddef.h>
#include <stdint.h>

struct pixels {
    uint32_t width, height;
    uint32_t channels; /* 1 or 3; rows are packed: stride = width * channels */
    uint8_t *data;
    uint8_t *icc; /* colour profile or NULL */
    size_t icc_size;
};

struct image_read_options {
    int reduce_depth;      /* accept 16-bit images and keep the upper 8 bits */
    int flatten;           /* accept transparency and blend it over the background */
    uint8_t background[3]; /* red, green, blue */
    uint64_t max_pixels;   /* 0: 2^28 */
};

/* Reads PNG (grey, RGB, palette) or binary PGM/PPM, told apart by content; path "-" is standard
 * input. options may be NULL. 0, or -1 with a message. Free with pixels_free. */
int image_read(const char *path, const struct image_read_options *options, struct pixels *out,
               struct message *message);

enum image_format { IMAGE_PNG, IMAGE_PPM, IMAGE_PGM, IMAGE_PNM, IMAGE_PAM };

/* Writes the format; "-" is standard output. Written to a temporary file beside it and renamed: on
 * failure nothing is left and an older file stays.
 * 0, or -1 with a message. */
int image_write(const char *path, enum image_format format, const struct pixels *pixels,
                struct message *message);

void pixels_free(struct pixels *pixels);

#endif
