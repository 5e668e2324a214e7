/* The image formats behind image_file.h, in memory. Readers give the picture as the file has it,
 * but with 8-bit samples: image_read does what is the same for all formats. */
#ifndef UQD_COMMON_IMAGE_FORMATS_H
#define UQD_COMMON_IMAGE_FORMATS_H

#include "image_file.h"

/* One encoded image file that is being read. */
struct image_input {
    const char *name; /* what messages call it */
    const uint8_t *data;
    size_t size;
    const struct image_read_options *options; /* with max_pixels */
    struct message *message;
    struct message *last_note;
};

/* Calls the note of the options with a sentence that begins with the file's name; not twice in a
 * row with the same. */
void image_note(const struct image_input *input, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets the message that the memory does not suffice. Returns -1. */
int image_no_memory(const struct image_input *input);

/* Checks the sides of a picture against UQD_MAX_SIDE and options->max_pixels, before anything is
 * allocated for it. 0, or -1 with a message. */
int image_check_size(const struct image_input *input, uint64_t width, uint64_t height);

/* Allocates pixels->data for width * height pixels of that many bytes. 0, or -1 with a message. */
int image_allocate(const struct image_input *input, struct pixels *pixels, size_t pixel_size);

/* Each format: whether a file begins as one, and reading it. 0, or -1 with a message and nothing in
 * *out. */
int png_recognize(const struct image_input *input);
int png_read(const struct image_input *input, struct pixels *out);
int jpeg_recognize(const struct image_input *input);
int jpeg_read(const struct image_input *input, struct pixels *out);
int pnm_recognize(const struct image_input *input);
int pnm_read(const struct image_input *input, struct pixels *out);

/* *data is malloc'ed; name is for messages. 0, or -1 with a message. */
int png_write(const char *name, const struct pixels *pixels, uint8_t **data, size_t *size,
              struct message *message);
int pnm_write(const char *name, enum image_format format, const struct pixels *pixels,
              uint8_t **data, size_t *size, struct message *message);

#endif
