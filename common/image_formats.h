/* The image formats behind image_file.h, in memory. */
#ifndef UQD_COMMON_IMAGE_FORMATS_H
#define UQD_COMMON_IMAGE_FORMATS_H

#include "image_file.h"

/* One encoded image file and what messages call it. */
struct image_bytes {
    const char *name;
    const uint8_t *data;
    size_t size;
};

/* The longest side that a picture may have. */
enum { IMAGE_MAX_SIDE = 65535 };

/* Checks the sides of a picture against IMAGE_MAX_SIDE and options->max_pixels, before anything
 * is allocated for it. 0, or -1 with a message. */
int image_check_size(const char *name, uint64_t width, uint64_t height,
                     const struct image_read_options *options, struct message *message);

/* For pictures with 16 bits per sample: 0 if the options allow to reduce them, or -1 with a
 * message. */
int image_check_depth(const char *name, const struct image_read_options *options,
                      struct message *message);

int png_recognize(const struct image_bytes *file);

/* 0, or -1 with a message and nothing in out. */
int png_decode(const struct image_bytes *file, const struct image_read_options *options,
               struct pixels *out, struct message *message);

/* *data is malloc'ed; name is for messages. 0, or -1 with a message. */
int png_encode(const char *name, const struct pixels *pixels, uint8_t **data, size_t *size,
               struct message *message);

int ppm_recognize(const struct image_bytes *file);

/* 0, or -1 with a message and nothing in out. */
int ppm_decode(const struct image_bytes *file, const struct image_read_options *options,
               struct pixels *out, struct message *message);

/* Any format but PNG. *data is malloc'ed; name is for messages. 0, or -1 with a message. */
int ppm_encode(const char *name, enum image_format format, const struct pixels *pixels,
               uint8_t **data, size_t *size, struct message *message);

#endif
