#include "image_formats.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* On filtered photographs level 3 gives smaller files than zlib's default, in half the time. */
enum { SIGNATURE_SIZE = 8, COMPRESSION_LEVEL = 3 };

int png_recognize(const struct image_bytes *file)
{
    return file->size >= SIGNATURE_SIZE && png_sig_cmp(file->data, 0, SIGNATURE_SIZE) == 0;
}

static void ignore_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* ---- Decoding ------------------------------------------------------------------------------ */

/* State of one decode. It outlives the longjmp of a failure, which locals would not. */
struct reader {
    const struct image_bytes *file;
    size_t position;
    const struct image_read_options *options;
    struct message *message;
    png_structp png;
    png_infop info;
    png_bytep *rows;
    uint32_t stored_channels; /* of the rows as libpng gives them, transparency included */
    struct pixels pixels;
};

static void read_failed(png_structp png, png_const_charp text)
{
    struct reader *reader = png_get_error_ptr(png);
    message_set(reader->message, "%s: the PNG data is damaged: %s", reader->file->name, text);
    png_longjmp(png, 1);
}

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
    struct reader *reader = png_get_io_ptr(png);
    if (size > reader->file->size - reader->position)
        png_error(png, "it is cut off");
    memcpy(out, reader->file->data + reader->position, size);
    reader->position += size;
}

static int has_transparency(const struct reader *reader)
{
    return (png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_ALPHA) ||
           png_get_valid(reader->png, reader->info, PNG_INFO_tRNS);
}

static int check_header(struct reader *reader)
{
    const char *name = reader->file->name;
    if (image_check_size(name, png_get_image_width(reader->png, reader->info),
                         png_get_image_height(reader->png, reader->info), reader->options,
                         reader->message) < 0)
        return -1;
    if (png_get_bit_depth(reader->png, reader->info) == 16 &&
        image_check_depth(name, reader->options, reader->message) < 0)
        return -1;
    if (has_transparency(reader) && !reader->options->flatten)
        return message_set(reader->message,
                           "%s: is transparent, which is not supported "
                           "(uqd encode --flatten white lays it on white)",
                           name);
    return 0;
}

static int is_grey(const uint8_t colour[3])
{
    return colour[0] == colour[1] && colour[1] == colour[2];
}

/* Asks libpng for 8-bit grey or RGB, with an alpha channel if anything is transparent. */
static void set_transformations(struct reader *reader)
{
    png_structp png = reader->png;
    int colour_type = png_get_color_type(png, reader->info);
    png_set_strip_16(png);
    png_set_expand(png);
    if (has_transparency(reader) && !(colour_type & PNG_COLOR_MASK_COLOR) &&
        !is_grey(reader->options->background))
        png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
}

/* An unusable profile is left out: the picture matters more. */
static int copy_profile(struct reader *reader)
{
    png_charp profile_name;
    png_bytep profile;
    png_uint_32 size;
    int method;
    if (!png_get_iCCP(reader->png, reader->info, &profile_name, &method, &profile, &size))
        return 0;
    reader->pixels.icc = malloc(size);
    if (!reader->pixels.icc)
        return message_set(reader->message, "%s: there is not enough memory for its colour profile",
                           reader->file->name);
    memcpy(reader->pixels.icc, profile, size);
    reader->pixels.icc_size = size;
    return 0;
}

static int allocate(struct reader *reader)
{
    struct pixels *pixels = &reader->pixels;
    pixels->width = png_get_image_width(reader->png, reader->info);
    pixels->height = png_get_image_height(reader->png, reader->info);
    reader->stored_channels = png_get_channels(reader->png, reader->info);
    pixels->channels = reader->stored_channels >= 3 ? 3 : 1;
    size_t stride = (size_t)pixels->width * reader->stored_channels;
    pixels->data = malloc(stride * pixels->height);
    reader->rows = malloc(pixels->height * sizeof *reader->rows);
    if (!pixels->data || !reader->rows)
        return message_set(reader->message, "%s: there is not enough memory for the picture",
                           reader->file->name);
    for (uint32_t y = 0; y < pixels->height; y++)
        reader->rows[y] = pixels->data + y * stride;
    return 0;
}

/* Blends the picture over the background and closes the gaps that the alpha channel leaves. */
static void flatten(struct reader *reader)
{
    struct pixels *pixels = &reader->pixels;
    uint32_t channels = pixels->channels;
    size_t n_pixels = (size_t)pixels->width * pixels->height;
    for (size_t i = 0; i < n_pixels; i++) {
        const uint8_t *from = pixels->data + i * reader->stored_channels;
        uint8_t *to = pixels->data + i * channels;
        unsigned alpha = from[channels];
        for (uint32_t c = 0; c < channels; c++)
            to[c] =
                (uint8_t)((from[c] * alpha + reader->options->background[c] * (255 - alpha) + 127) /
                          255);
    }
}

static int read_picture(struct reader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return -1;
    png_set_read_fn(reader->png, reader, read_bytes);
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_option(reader->png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
    png_read_info(reader->png, reader->info);
    if (check_header(reader) < 0 || copy_profile(reader) < 0)
        return -1;
    set_transformations(reader);
    if (allocate(reader) < 0)
        return -1;
    png_read_image(reader->png, reader->rows);
    png_read_end(reader->png, NULL);
    if (reader->stored_channels > reader->pixels.channels)
        flatten(reader);
    return 0;
}

int png_decode(const struct image_bytes *file, const struct image_read_options *options,
               struct pixels *out, struct message *message)
{
    struct reader reader = {.file = file, .options = options, .message = message};
    int result = -1;
    reader.png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, read_failed, ignore_warning);
    if (reader.png)
        reader.info = png_create_info_struct(reader.png);
    if (reader.info)
        result = read_picture(&reader);
    else
        message_set(message, "%s: there is not enough memory for the picture", file->name);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.rows);
    if (result < 0)
        pixels_free(&reader.pixels);
    else
        *out = reader.pixels;
    return result;
}

/* ---- Encoding ------------------------------------------------------------------------------ */

struct writer {
    const char *name;
    const struct pixels *pixels;
    struct message *message;
    png_structp png;
    png_infop info;
    uint8_t *data;
    size_t size, capacity;
};

static void write_failed(png_structp png, png_const_charp text)
{
    struct writer *writer = png_get_error_ptr(png);
    message_set(writer->message, "%s: cannot be written as PNG: %s", writer->name, text);
    png_longjmp(png, 1);
}

static void write_bytes(png_structp png, png_bytep bytes, size_t size)
{
    struct writer *writer = png_get_io_ptr(png);
    if (size > writer->capacity - writer->size) {
        size_t capacity = writer->capacity * 2 + size + 65536;
        uint8_t *grown = realloc(writer->data, capacity);
        if (!grown)
            png_error(png, "there is not enough memory");
        writer->data = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->data + writer->size, bytes, size);
    writer->size += size;
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static int write_picture(struct writer *writer)
{
    const struct pixels *pixels = writer->pixels;
    if (setjmp(png_jmpbuf(writer->png)))
        return -1;
    png_set_write_fn(writer->png, writer, write_bytes, flush_nothing);
    png_set_option(writer->png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
    png_set_benign_errors(writer->png, 1);
    png_set_compression_level(writer->png, COMPRESSION_LEVEL);
    png_set_user_limits(writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(writer->png, writer->info, pixels->width, pixels->height, 8,
                 pixels->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (pixels->icc)
        png_set_iCCP(writer->png, writer->info, "icc", PNG_COMPRESSION_TYPE_BASE, pixels->icc,
                     (png_uint_32)pixels->icc_size);
    png_write_info(writer->png, writer->info);
    size_t stride = (size_t)pixels->width * pixels->channels;
    for (uint32_t y = 0; y < pixels->height; y++)
        png_write_row(writer->png, pixels->data + y * stride);
    png_write_end(writer->png, NULL);
    return 0;
}

int png_encode(const char *name, const struct pixels *pixels, uint8_t **data, size_t *size,
               struct message *message)
{
    struct writer writer = {.name = name, .pixels = pixels, .message = message};
    int result = -1;
    writer.png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, write_failed, ignore_warning);
    if (writer.png)
        writer.info = png_create_info_struct(writer.png);
    if (writer.info)
        result = write_picture(&writer);
    else
        message_set(message, "%s: there is not enough memory for the picture", name);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (result < 0) {
        free(writer.data);
        return -1;
    }
    *data = writer.data;
    *size = writer.size;
    return 0;
}
