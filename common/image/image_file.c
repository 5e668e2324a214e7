#include "image_formats.h"

#include "file.h"
#include "metadata.h"
#include "orientation.h"
#include "picture_profile.h"
#include "samples.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t max_file_size = (uint64_t)4 << 30;

/* ---- Reading ------------------------------------------------------------------------------- */

static int decode(const struct image_input *input, struct pixels *out)
{
    if (png_recognize(input))
        return png_read(input, out);
    if (jpeg_recognize(input))
        return jpeg_read(input, out);
    if (pnm_recognize(input))
        return pnm_read(input, out);
    if (input->size == 0)
        return message_set(input->message, "%s: is empty", input->name);
    return message_set(input->message, "%s: is neither a PNG, a JPEG nor a PNM picture",
                       input->name);
}

/* What is the same for all formats. Flattening may make grey pictures coloured, and whether the
 * colour profile fits is known only then. */
static int finish(const struct image_input *input, struct pixels *pixels)
{
    if (samples_drop_opaque(input, pixels) < 0 ||
        (input->options->flatten && samples_flatten(input, pixels) < 0))
        return -1;
    int turned = orientation_apply(input, pixels);
    if (turned < 0)
        return -1;
    if (turned > 0 && !input->options->strip)
        image_note(input, "its EXIF thumbnail, which is not upright, is left out");
    if (picture_profile_settle(input, pixels) < 0)
        return -1;
    if (input->options->strip)
        metadata_strip(pixels);
    return 0;
}

int image_read_memory(const void *data, size_t size, const char *name,
                      const struct image_read_options *options, struct pixels *out,
                      struct message *message)
{
    struct image_read_options chosen = {0};
    struct pixels pixels = {0};
    struct message last_note = {""};
    if (options)
        chosen = *options;
    if (chosen.max_pixels == 0)
        chosen.max_pixels = (uint64_t)1 << 28;
    struct image_input input = {name, data, size, &chosen, message, &last_note};
    int result = decode(&input, &pixels);
    if (result == 0)
        result = finish(&input, &pixels);
    if (result == 0)
        *out = pixels;
    else
        pixels_free(&pixels);
    return result;
}

int image_read(const char *path, const struct image_read_options *options, struct pixels *out,
               struct message *message)
{
    uint8_t *data;
    size_t size;
    if (file_read(path, max_file_size, &data, &size, message) < 0)
        return -1;
    int result = image_read_memory(data, size, file_input_name(path), options, out, message);
    free(data);
    return result;
}

/* ---- Writing ------------------------------------------------------------------------------- */

int image_write_with(const char *path, enum image_format format, const struct pixels *pixels,
                     const struct image_write_options *options, struct message *message)
{
    const char *name = file_output_name(path);
    uint8_t *data;
    size_t size;
    int result = format == IMAGE_PNG
                     ? png_write_with(name, pixels, options, &data, &size, message)
                     : pnm_write(name, format, pixels, options, &data, &size, message);
    if (result < 0)
        return -1;
    result = file_write(path, data, size, message);
    free(data);
    return result;
}

int image_write(const char *path, enum image_format format, const struct pixels *pixels,
                struct message *message)
{
    return image_write_with(path, format, pixels, NULL, message);
}

int image_write_loses(const char *path, enum image_format format, const struct pixels *pixels,
                      struct message *sentence)
{
    struct message list;
    if (format == IMAGE_PNG || !metadata_list(pixels, &list))
        return 0;
    message_set(sentence, "%s: the format cannot carry the picture's %s", file_output_name(path),
                list.text);
    return 1;
}
