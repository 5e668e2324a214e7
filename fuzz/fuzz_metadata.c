/* Blocks of metadata of a picture of a few pixels: it is turned upright, its colours are settled
 * and converted, its texts are split, and it is written as PNG and read again. Bytes: channels,
 * then for each block type, size in 16 bits, and the block. */
#include "colour_profile.h"
#include "fuzz.h"
#include "image_formats.h"
#include "memory_file.h"
#include "metadata.h"
#include "orientation.h"
#include "picture_profile.h"

#include <string.h>

enum { WIDTH = 3, HEIGHT = 2, N_TYPES = UQD_METADATA_TEXT + 1, BLOCK_HEAD = 3 };

static void add_blocks(const struct image_input *input, struct pixels *pixels, const uint8_t *data,
                       size_t size)
{
    while (size >= BLOCK_HEAD) {
        const enum uqd_metadata_type type = (enum uqd_metadata_type)(data[0] % N_TYPES);
        const size_t wanted = data[1] | (size_t)data[2] << 8, left = size - BLOCK_HEAD;
        const size_t n = wanted < left ? wanted : left;
        FUZZ_CHECK(metadata_add(input, pixels, type, data + BLOCK_HEAD, n) == 0);
        data += BLOCK_HEAD + n;
        size -= BLOCK_HEAD + n;
    }
}

static void check_profile(const struct uqd_metadata *block, const struct pixels *pixels)
{
    char text[128];
    struct message message;
    uint8_t out[WIDTH * HEIGHT * 4];
    const enum colour_profile_kind kind = colour_profile_examine(block->data, block->size);
    profile_description(block->data, block->size, text);
    FUZZ_CHECK(strlen(text) < sizeof text);
    struct colour_converter *const converter =
        colour_converter_new(block->data, block->size, pixels->channels, &message);
    FUZZ_CHECK(converter == NULL || kind != COLOUR_PROFILE_DAMAGED);
    if (converter != NULL)
        colour_converter_run(converter, pixels->data, out, WIDTH * HEIGHT);
    colour_converter_free(converter);
}

static void check_block(const struct uqd_metadata *block, const struct pixels *pixels)
{
    struct metadata_text text;
    char *copy;
    if (block->type == UQD_METADATA_ICC)
        check_profile(block, pixels);
    if (block->type == UQD_METADATA_TEXT && metadata_split_text(block, &text, &copy) == 0) {
        FUZZ_CHECK(strlen(text.keyword) + strlen(text.language) + strlen(text.translated) +
                       strlen(text.text) <=
                   block->size);
        free(copy);
    }
}

static void check_again(const struct image_input *input, const struct pixels *pixels)
{
    struct pixels again;
    uint8_t *png;
    size_t size;
    FUZZ_CHECK(png_write("fuzz", pixels, &png, &size, input->message) == 0);
    FUZZ_CHECK(image_read(fuzz_memory_file(png, size), input->options, &again, input->message) ==
               0);
    FUZZ_CHECK(again.width == pixels->width && again.height == pixels->height);
    FUZZ_CHECK(again.n_metadata <= pixels->n_metadata);
    pixels_free(&again);
    free(png);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct image_read_options options = {.max_pixels = 1 << 12};
    if (size < 1)
        return 0;
    struct message message, last_note = {""}, list;
    const struct image_input input = {"fuzz", data, size, &options, &message, &last_note};
    struct pixels pixels = {.width = WIDTH, .height = HEIGHT, .channels = 1 + data[0] % 4};
    pixels.data = fuzz_picture(WIDTH, HEIGHT, pixels.channels, data[0]);
    add_blocks(&input, &pixels, data + 1, size - 1);
    for (uint32_t i = 0; i < pixels.n_metadata; i++)
        check_block(&pixels.metadata[i], &pixels);
    FUZZ_CHECK(orientation_apply(&input, &pixels) >= 0);
    FUZZ_CHECK(pixels.width * pixels.height == WIDTH * HEIGHT);
    FUZZ_CHECK(picture_profile_settle(&input, &pixels) == 0);
    metadata_list(&pixels, &list);
    check_again(&input, &pixels);
    pixels_free(&pixels);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t **data)
{
    static const struct {
        size_t size;
        const char *bytes;
    } seeds[] = {
#define SEED(text) {sizeof text - 1, text}
        /* A keyword, a language, a translation and a text; an aspect ratio; BT.709. */
        SEED("\002\005\016\000Title\0en\0T\0text"),
        SEED("\001\002\011\000\0\0\0\002\0\0\0\001\0\001\004\000\001\015\0\001"),
        /* An orientation in EXIF data and in XMP. */
        SEED("\002\003\032\000II*\0\010\0\0\0\001\0\022\001\003\0\001\0\0\0\006\0\0\0\0\0"
             "\004\024\000tiff:Orientation=\"6\""),
#undef SEED
    };
    if (index >= sizeof seeds / sizeof seeds[0])
        return 0;
    *data = fuzz_copy((const uint8_t *)seeds[index].bytes, seeds[index].size);
    return seeds[index].size;
}
