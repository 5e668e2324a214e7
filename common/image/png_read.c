#include "image_formats.h"

#include "png_metadata.h"
#include "samples.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE_SIZE = 8 };

/* State of one reading. It outlives the longjmp of a failure, which locals would not. */
struct reader {
    const struct image_input *input;
    size_t position;
    int no_memory;
    png_structp png;
    png_infop info;
    struct pixels pixels;
};

int png_recognize(const struct image_input *input)
{
    return input->size >= SIGNATURE_SIZE && png_sig_cmp(input->data, 0, SIGNATURE_SIZE) == 0;
}

/* ---- Callbacks of the library -------------------------------------------------------------- */

static void ignore_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void fail(png_structp png, png_const_charp text)
{
    struct reader *reader = png_get_error_ptr(png);
    if (reader->no_memory)
        image_no_memory(reader->input);
    else
        message_set(reader->input->message, "%s: the PNG data is damaged: %s", reader->input->name,
                    text);
    png_longjmp(png, 1);
}

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
    struct reader *reader = png_get_io_ptr(png);
    if (size > reader->input->size - reader->position)
        png_error(png, "it is cut off");
    memcpy(out, reader->input->data + reader->position, size);
    reader->position += size;
}

/* The library's messages do not tell whether memory was short. */
static png_voidp allocate_for_png(png_structp png, png_alloc_size_t size)
{
    struct reader *reader = png_get_mem_ptr(png);
    void *memory = malloc(size);
    if (!memory)
        reader->no_memory = 1;
    return memory;
}

static void free_for_png(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

/* ---- Rows ---------------------------------------------------------------------------------- */

/* Allocates the picture for pixels of that many bytes and reads rows of row_size bytes, packed, to
 * its beginning; each pass of an interlaced picture fills in pixels of its own. */
static int read_rows(struct reader *reader, int passes, size_t pixel_size, size_t row_size)
{
    struct pixels *pixels = &reader->pixels;
    if (image_allocate(reader->input, pixels, pixel_size) < 0)
        return -1;
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < pixels->height; y++) {
            if (image_look(reader->input) < 0)
                return -1;
            png_read_row(reader->png, pixels->data + y * row_size, NULL);
        }
    png_read_end(reader->png, NULL);
    return 0;
}

/* Reads the rows as 8-bit or 16-bit samples without gaps. */
static int read_samples(struct reader *reader)
{
    struct pixels *pixels = &reader->pixels;
    png_set_expand(reader->png);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    pixels->channels = png_get_channels(reader->png, reader->info);
    unsigned depth = png_get_bit_depth(reader->png, reader->info);
    size_t pixel_size = pixels->channels * (depth / 8);
    if (read_rows(reader, passes, pixel_size, pixel_size * pixels->width) < 0)
        return -1;
    size_t n_samples = (size_t)pixels->width * pixels->height * pixels->channels;
    return samples_to_8_bits(reader->input, pixels->data, n_samples, depth == 16 ? 65535 : 255);
}

/* ---- Palettes ------------------------------------------------------------------------------ */

struct palette {
    png_colorp colours;
    png_bytep alpha; /* of the first n_alpha colours, the others are opaque */
    int n_colours, n_alpha;
};

/* Replaces the indices by colours, from the end on, for they are in the same place. */
static int apply_palette(struct reader *reader, const struct palette *palette)
{
    struct pixels *pixels = &reader->pixels;
    size_t i = (size_t)pixels->width * pixels->height;
    while (i-- > 0) {
        if (image_look_at(reader->input, i) < 0)
            return -1;
        int index = pixels->data[i];
        uint8_t *to = pixels->data + i * pixels->channels;
        if (index >= palette->n_colours)
            return message_set(reader->input->message,
                               "%s: the PNG data is damaged: a pixel has the colour %d of a "
                               "palette of %d",
                               reader->input->name, index, palette->n_colours);
        to[0] = palette->colours[index].red;
        to[1] = palette->colours[index].green;
        to[2] = palette->colours[index].blue;
        if (pixels->channels == 4)
            to[3] = index < palette->n_alpha ? palette->alpha[index] : 255;
    }
    return 0;
}

static int read_palette(struct reader *reader)
{
    struct palette palette = {0};
    png_set_packing(reader->png);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    png_get_PLTE(reader->png, reader->info, &palette.colours, &palette.n_colours);
    png_get_tRNS(reader->png, reader->info, &palette.alpha, &palette.n_alpha, NULL);
    reader->pixels.channels = palette.n_alpha > 0 ? 4 : 3;
    if (read_rows(reader, passes, reader->pixels.channels, reader->pixels.width) < 0)
        return -1;
    return apply_palette(reader, &palette);
}

/* ---- The picture --------------------------------------------------------------------------- */

/* Metadata is read from the file itself: of that the library only checks the checksums. */
static void set_up(struct reader *reader)
{
    png_set_read_fn(reader->png, reader, read_bytes);
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(reader->png, 0); /* large chunks are no damage, and are skipped */
    png_set_crc_action(reader->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

static int read_picture(struct reader *reader)
{
    struct pixels *pixels = &reader->pixels;
    if (setjmp(png_jmpbuf(reader->png)))
        return -1;
    set_up(reader);
    png_read_info(reader->png, reader->info);
    pixels->width = png_get_image_width(reader->png, reader->info);
    pixels->height = png_get_image_height(reader->png, reader->info);
    if (image_check_size(reader->input, pixels->width, pixels->height) < 0)
        return -1;
    if (png_get_color_type(reader->png, reader->info) == PNG_COLOR_TYPE_PALETTE)
        return read_palette(reader);
    return read_samples(reader);
}

static int read_all(struct reader *reader)
{
    reader->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, reader, fail, ignore_warning,
                                           reader, allocate_for_png, free_for_png);
    if (reader->png)
        reader->info = png_create_info_struct(reader->png);
    if (!reader->info)
        return image_no_memory(reader->input);
    if (read_picture(reader) < 0)
        return -1;
    return png_read_metadata(reader->input, &reader->pixels);
}

int png_read(const struct image_input *input, struct pixels *out)
{
    struct reader reader = {.input = input};
    int result = read_all(&reader);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    if (result < 0)
        pixels_free(&reader.pixels);
    else
        *out = reader.pixels;
    return result;
}
