#include "image_formats.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t max_file_size = (uint64_t)4 << 30;

int image_check_size(const char *name, uint64_t width, uint64_t height,
                     const struct image_read_options *options, struct message *message)
{
    if (width == 0 || height == 0)
        return message_set(message, "%s: the picture has no pixels", name);
    if (width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE)
        return message_set(message, "%s: %llu x %llu pixels are too many, a side may have %d", name,
                           (unsigned long long)width, (unsigned long long)height, IMAGE_MAX_SIDE);
    if (width * height > options->max_pixels)
        return message_set(message, "%s: %llu x %llu pixels are more than the limit of %llu", name,
                           (unsigned long long)width, (unsigned long long)height,
                           (unsigned long long)options->max_pixels);
    return 0;
}

int image_check_depth(const char *name, const struct image_read_options *options,
                      struct message *message)
{
    if (options->reduce_depth)
        return 0;
    return message_set(message,
                       "%s: has 16 bits per sample and only 8 are supported "
                       "(uqd encode --depth 8 keeps the upper 8)",
                       name);
}

static int decode(const struct image_bytes *file, const struct image_read_options *options,
                  struct pixels *out, struct message *message)
{
    if (png_recognize(file))
        return png_decode(file, options, out, message);
    if (ppm_recognize(file))
        return ppm_decode(file, options, out, message);
    if (file->size == 0)
        return message_set(message, "%s: is empty", file->name);
    return message_set(message, "%s: is neither a PNG nor a binary PPM or PGM picture", file->name);
}

int image_read(const char *path, const struct image_read_options *options, struct pixels *out,
               struct message *message)
{
    struct image_read_options chosen = {0};
    uint8_t *data;
    size_t size;
    if (options)
        chosen = *options;
    if (chosen.max_pixels == 0)
        chosen.max_pixels = (uint64_t)1 << 28;
    if (file_read(path, max_file_size, &data, &size, message) < 0)
        return -1;
    struct image_bytes file = {.name = file_input_name(path), .data = data, .size = size};
    int result = decode(&file, &chosen, out, message);
    free(data);
    return result;
}

int image_write(const char *path, enum image_format format, const struct pixels *pixels,
                struct message *message)
{
    const char *name = file_output_name(path);
    uint8_t *data;
    size_t size;
    int result = format == IMAGE_PNG ? png_encode(name, pixels, &data, &size, message)
                                     : ppm_encode(name, format, pixels, &data, &size, message);
    if (result < 0)
        return -1;
    result = file_write(path, data, size, message);
    free(data);
    return result;
}

void pixels_free(struct pixels *pixels)
{
    free(pixels->data);
    free(pixels->icc);
    *pixels = (struct pixels){0};
}
