/* The image formats behind image_file.h, in memory. Readers give the picture as the file has it,
 * but with 8-bit samples: image_read does what is the same for all formats. */
#ifndef UQD_COMMON_IMAGE_FORMATS_H
#define UQD_COMMON_IMAGE_FORMATS_H

#include "image_input.h"

/* Each format: whether a file begins as one, and reading it. 0, or -1 with a message and nothing in
 * *out. */
int png_recognize(const struct image_input *input);
int png_read(const struct image_input *input, struct pixels *out);
int jpeg_recognize(const struct image_input *input);
int jpeg_read(const struct image_input *input, struct pixels *out);
int pnm_recognize(const struct image_input *input);
int pnm_read(const struct image_input *input, struct pixels *out);

/* *data is malloc'ed; name is for messages; options may be NULL, as they are without. 0, or -1 with
 * a message. */
int png_write(const char *name, const struct pixels *pixels, uint8_t **data, size_t *size,
              struct message *message);
int png_write_with(const char *name, const struct pixels *pixels,
                   const struct image_write_options *options, uint8_t **data, size_t *size,
                   struct message *message);
int pnm_write(const char *name, enum image_format format, const struct pixels *pixels,
              const struct image_write_options *options, uint8_t **data, size_t *size,
              struct message *message);

/* To be asked after a row: 0, or -1 with a message where it is cancelled. */
static inline int image_write_look(const char *name, const struct image_write_options *options,
                                   struct message *message)
{
    if (!options || !options->is_cancelled(options->cookie))
        return 0;
    return message_set(message, "%s: writing was cancelled", name);
}

#endif
