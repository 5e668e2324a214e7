/* What PNG files carry besides pixels: read, and written again. */
#include "image_file.h"
#include "notes.h"
#include "png_file.h"
#include "profiles.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GREY = 0, RGB = 2 };

/* Two pixels, not grey if there are colours. */
static void begin(struct png_file *file, unsigned colour_type)
{
    png_file_begin(file, 2, 1, 8, colour_type);
}

static void end(struct png_file *file, unsigned colour_type)
{
    if (colour_type == GREY)
        png_file_rows(file, "\0\1\2", 3);
    else
        png_file_rows(file, "\0\1\2\3\4\5\6", 7);
    png_file_write(file, "in.png");
}

static void read_picture(struct notes *notes, int strip, struct pixels *pixels)
{
    const struct image_read_options options = {.note = notes_add, .cookie = notes, .strip = strip};
    struct message message;
    *notes = (struct notes){0};
    if (image_read("in.png", &options, pixels, &message) < 0)
        fail_msg("%s", message.text);
}

static void check_block(const struct uqd_metadata *block, enum uqd_metadata_type type,
                        const void *data, size_t size)
{
    if (block->type != type || block->size != size || memcmp(block->data, data, size) != 0)
        fail_msg("a block of type %d and %zu bytes instead of %d and %zu", (int)block->type,
                 block->size, (int)type, size);
}

/* A chunk and the block that it becomes; strings without their zero byte. */
#define PAIR(name, chunk, type, block)                                                             \
    {                                                                                              \
        name, chunk, sizeof(chunk) - 1, type, block, sizeof(block) - 1                             \
    }

static const struct pair {
    const char *name, *chunk;
    size_t chunk_size;
    enum uqd_metadata_type type;
    const char *block;
    size_t block_size;
} pairs[] = {
    PAIR("cICP", "\x09\x10\0\1", UQD_METADATA_CICP, "\x09\x10\0\1"),
    PAIR("pHYs", "\0\0\x2e\x23\0\0\x2e\x23\1", UQD_METADATA_RESOLUTION,
         "\0\0\x2e\x23\0\0\x2e\x23\1"),
    PAIR("eXIf", "MM\0*\0\0\0\x08\0\0", UQD_METADATA_EXIF, "MM\0*\0\0\0\x08\0\0"),
    PAIR("iTXt", "XML:com.adobe.xmp\0\0\0\0\0<x/>", UQD_METADATA_XMP, "<x/>"),
    PAIR("tEXt", "Title\0caf\xe9\n", UQD_METADATA_TEXT, "Title\0\0\0caf\xc3\xa9\n"),
    PAIR("tEXt", "Empty\0", UQD_METADATA_TEXT, "Empty\0\0\0"),
    PAIR("iTXt", "Title\0\0\0de\0Titel\0Kaffee", UQD_METADATA_TEXT, "Title\0de\0Titel\0Kaffee"),
    PAIR("iTXt", "Title\0\0\0\0\0\xe2\x98\x95", UQD_METADATA_TEXT, "Title\0\0\0\xe2\x98\x95"),
};

enum { N_PAIRS = sizeof pairs / sizeof *pairs };

static void write_pairs(void)
{
    struct png_file file;
    begin(&file, RGB);
    for (size_t i = 0; i < N_PAIRS; i++)
        png_file_chunk(&file, pairs[i].name, pairs[i].chunk, pairs[i].chunk_size);
    end(&file, RGB);
}

static void test_blocks_and_chunks(void **state)
{
    (void)state;
    struct notes notes;
    struct pixels pixels;
    struct message message;
    size_t size, chunk_size;
    write_pairs();
    read_picture(&notes, 0, &pixels);
    notes_assert(&notes, 0, NULL);
    assert_int_equal(pixels.n_metadata, N_PAIRS);
    for (size_t i = 0; i < N_PAIRS; i++)
        check_block(&pixels.metadata[i], pairs[i].type, pairs[i].block, pairs[i].block_size);
    assert_int_equal(image_write("out.png", IMAGE_PNG, &pixels, &message), 0);
    pixels_free(&pixels);
    uint8_t *file = scratch_read("out.png", &size);
    for (size_t i = 0; i < N_PAIRS; i++) {
        unsigned n = 0; /* of the same name before */
        for (size_t k = 0; k < i; k++)
            n += strcmp(pairs[k].name, pairs[i].name) == 0;
        const uint8_t *chunk = png_file_find(file, size, pairs[i].name, n, &chunk_size);
        if (!chunk || chunk_size != pairs[i].chunk_size ||
            memcmp(chunk, pairs[i].chunk, chunk_size) != 0)
            fail_msg("chunk %u of %s is another", n, pairs[i].name);
    }
    free(file);
}

static void test_strip(void **state)
{
    (void)state;
    struct notes notes;
    struct pixels pixels;
    write_pairs();
    read_picture(&notes, 1, &pixels);
    notes_assert(&notes, 0, NULL);
    assert_int_equal(pixels.n_metadata, 1);
    assert_int_equal(pixels.metadata[0].type, UQD_METADATA_CICP);
    pixels_free(&pixels);
}

static void test_other_spellings(void **state)
{
    (void)state;
    static const char text[] = "packed", latin1[] = "caf\xe9";
    struct png_file file;
    struct notes notes;
    struct pixels pixels;
    begin(&file, GREY);
    png_file_chunk(&file, "eXIf", "Exif\0\0II*\0\x08\0\0\0", 14);
    png_file_packed(&file, "zTXt", "A\0\0", 3, latin1, 4);
    png_file_packed(&file, "iTXt", "B\0\1\0\0\0", 6, text, 6);
    png_file_packed(&file, "iTXt", "XML:com.adobe.xmp\0\1\0\0\0", 22, text, 6);
    png_file_chunk(&file, "iTXt", "C\0\0\0\0\0caf\xe9", 10); /* no UTF-8 */
    png_file_rows(&file, "\0\1\2", 3);
    png_file_chunk(&file, "tEXt", "D\0late", 6);
    png_file_write(&file, "in.png");
    read_picture(&notes, 0, &pixels);
    notes_assert(&notes, 0, NULL);
    assert_int_equal(pixels.n_metadata, 6);
    check_block(&pixels.metadata[0], UQD_METADATA_EXIF, "II*\0\x08\0\0\0", 8);
    check_block(&pixels.metadata[1], UQD_METADATA_TEXT, "A\0\0\0caf\xc3\xa9", 9);
    check_block(&pixels.metadata[2], UQD_METADATA_TEXT, "B\0\0\0packed", 10);
    check_block(&pixels.metadata[3], UQD_METADATA_XMP, "packed", 6);
    check_block(&pixels.metadata[4], UQD_METADATA_TEXT, "C\0\0\0caf\xc3\xa9", 9);
    check_block(&pixels.metadata[5], UQD_METADATA_TEXT, "D\0\0\0late", 8);
    pixels_free(&pixels);
}

/* Long ones are packed, in both kinds of chunk. */
static void test_long_texts_come_back(void **state)
{
    (void)state;
    enum { SIZE = 100000 };
    static const char *const heads[] = {"Plain\0\0\0", "Other\0de\0\0"};
    uint8_t data[3] = {1, 2, 3};
    struct pixels pixels = {.width = 3, .height = 1, .channels = 1, .data = data}, read;
    struct notes notes;
    struct message message;
    char *block = malloc(SIZE);
    size_t size, chunk_size;
    assert_non_null(block);
    pixels.metadata = NULL;
    memset(block, 'a', SIZE);
    for (size_t i = 0; i < 2; i++) {
        memcpy(block, heads[i], i ? 10 : 8);
        block[SIZE - 1] = (char)('0' + i);
        assert_int_equal(pixels_add_metadata(&pixels, UQD_METADATA_TEXT, block, SIZE), 0);
    }
    assert_int_equal(image_write("in.png", IMAGE_PNG, &pixels, &message), 0);
    read_picture(&notes, 0, &read);
    assert_int_equal(read.n_metadata, 2);
    for (size_t i = 0; i < 2; i++)
        check_block(&read.metadata[i], UQD_METADATA_TEXT, pixels.metadata[i].data, SIZE);
    uint8_t *file = scratch_read("in.png", &size);
    assert_true(size < 2000);
    assert_non_null(png_file_find(file, size, "zTXt", 0, &chunk_size));
    assert_non_null(png_file_find(file, size, "iTXt", 0, &chunk_size));
    free(file);
    free(block);
    pixels_free(&read);
    pixels.data = NULL;
    pixels_free(&pixels);
}

/* ---- What cannot be kept ------------------------------------------------------------------- */

static void test_damaged_chunks_are_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *name, *chunk;
        size_t size;
        const char *note;
    } cases[] = {
        {"iCCP", "icc\0\0abcdefgh", 13, "in.png: its colour profile is damaged"},
        {"iCCP", "icc", 3, "in.png: its colour profile is damaged"},
        {"iCCP", "icc\0\1abcdefgh", 13, "in.png: its colour profile is damaged"},
        {"iCCP", "icc\0", 4, "in.png: its colour profile is damaged"},
        {"cICP", "\1\2\3", 3, "in.png: its colour description"},
        {"pHYs", "\0\0\0\1\0", 5, "in.png: its resolution"},
        {"zTXt", "a\0\0abc", 6, "in.png: its text"},
        {"zTXt", "a\0", 2, "in.png: its text"},
        {"zTXt", "a\0\7abc", 6, "in.png: its text"},
        {"tEXt", "abc", 3, "in.png: its text"},
        {"tEXt", "", 0, "in.png: its text"},
        {"tEXt", "\0abc", 4, "in.png: its text"},
        {"tEXt",
         "12345678901234567890123456789012345678901234567890123456789012345678901234567890\0a", 82,
         "in.png: its text"},
        {"iTXt", "a\0\2\0\0\0b", 7, "in.png: its text"},
        {"iTXt", "a\0\1\0\0\0b", 7, "in.png: its text"},
        {"iTXt", "a\0\0\0b", 5, "in.png: its text"},
        {"iTXt", "a\0", 2, "in.png: its text"},
        {"gAMA", "abc", 3, "in.png: its gamma"},
        {"gAMA", "\0\0\0\0", 4, "in.png: its gamma"},
        {"cHRM", "abc", 3, "in.png: its primary colours"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct png_file file;
        struct notes notes;
        struct pixels pixels;
        begin(&file, GREY);
        png_file_chunk(&file, cases[i].name, cases[i].chunk, cases[i].size);
        end(&file, GREY);
        read_picture(&notes, 0, &pixels);
        notes_assert(&notes, 1, cases[i].note);
        assert_int_equal(pixels.n_metadata, 0);
        pixels_free(&pixels);
    }
}

static void test_limits(void **state)
{
    (void)state;
    enum { TOO_LARGE = UQD_MAX_METADATA_SIZE + 1 };
    struct png_file file;
    struct notes notes;
    struct pixels pixels;
    char *zeros = calloc(1, TOO_LARGE);
    assert_non_null(zeros);
    begin(&file, RGB);
    png_file_packed(&file, "zTXt", "Large\0\0", 7, zeros, TOO_LARGE);
    for (unsigned i = 0; i < 100; i++)
        png_file_chunk(&file, "tEXt", "Title\0text", 10);
    png_file_chunk(&file, "cICP", "\1\15\0\1", 4);
    png_file_packed(&file, "iCCP", "icc\0\0", 5, zeros, UQD_MAX_ICC_SIZE + 1);
    png_file_chunk(&file, "eXIf", zeros, TOO_LARGE);
    end(&file, RGB);
    free(zeros);
    read_picture(&notes, 0, &pixels);
    notes_assert(&notes, 4, "in.png: its text of more than 1048576 bytes is too large");
    notes_assert(&notes, 4, "in.png: its colour profile of more than 1048576 bytes is too large");
    notes_assert(&notes, 4, "in.png: its EXIF data of more than 1048576 bytes is too large");
    notes_assert(&notes, 4, "in.png: has more blocks of text than fit");
    assert_true(pixels.n_metadata <= UQD_MAX_METADATA);
    assert_non_null(pixels_metadata(&pixels, UQD_METADATA_CICP));
    pixels_free(&pixels);
}

static void test_animation_is_noted(void **state)
{
    (void)state;
    struct png_file file;
    struct notes notes;
    struct pixels pixels;
    begin(&file, GREY);
    png_file_chunk(&file, "acTL", "\0\0\0\2\0\0\0\0", 8);
    png_file_chunk(&file, "fcTL", "\0\0\0\0\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\0\0\1\0\2\0\0", 26);
    png_file_rows(&file, "\0\1\2", 3);
    png_file_chunk(&file, "fdAT", "anything", 8);
    png_file_write(&file, "in.png");
    read_picture(&notes, 0, &pixels);
    notes_assert(&notes, 1, "in.png: is an animation of 2 pictures, of which the first is kept");
    assert_int_equal(pixels.data[1], 2);
    pixels_free(&pixels);
}

/* Blocks of a damaged file of ours are left out of the PNG, which can be read. */
static void test_impossible_blocks_are_not_written(void **state)
{
    (void)state;
    static const struct {
        enum uqd_metadata_type type;
        const char *data;
        size_t size;
    } blocks[] = {
        {UQD_METADATA_TEXT, "no zero", 7},
        {UQD_METADATA_TEXT, "a\0b", 3},
        {UQD_METADATA_TEXT, "\0\0\0text", 7},
        {UQD_METADATA_TEXT, "\xe2\x98\x95\0\0\0text", 10},
        {UQD_METADATA_TEXT, "a\xff\0\0\0text", 9},
        {UQD_METADATA_TEXT,
         "123456789012345678901234567890123456789012345678901234567890123456789012345678901\0\0\0",
         84},
        {UQD_METADATA_CICP, "abc", 3},
        {UQD_METADATA_RESOLUTION, "abc", 3},
        {(enum uqd_metadata_type)77, "abc", 3},
    };
    struct pixels pixels = {.width = 1, .height = 1, .channels = 1}, read;
    struct notes notes;
    struct message message;
    pixels.data = calloc(1, 1);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        assert_int_equal(
            pixels_add_metadata(&pixels, blocks[i].type, blocks[i].data, blocks[i].size), 0);
    assert_int_equal(image_write("in.png", IMAGE_PNG, &pixels, &message), 0);
    read_picture(&notes, 0, &read);
    notes_assert(&notes, 0, NULL);
    assert_int_equal(read.n_metadata, 0);
    pixels_free(&read);
    pixels_free(&pixels);
}

static void test_formats_that_lose_metadata_say_so(void **state)
{
    (void)state;
    struct pixels pixels = {.width = 1, .height = 1, .channels = 1};
    struct message sentence;
    assert_int_equal(image_write_loses("out.pgm", IMAGE_PGM, &pixels, &sentence), 0);
    assert_int_equal(pixels_add_metadata(&pixels, UQD_METADATA_TEXT, "a\0\0\0b", 5), 0);
    assert_int_equal(pixels_add_metadata(&pixels, UQD_METADATA_TEXT, "c\0\0\0d", 5), 0);
    assert_int_equal(pixels_add_metadata(&pixels, UQD_METADATA_EXIF, "MM", 2), 0);
    assert_int_equal(pixels_add_metadata(&pixels, UQD_METADATA_ICC, "icc", 3), 0);
    assert_int_equal(image_write_loses("out.png", IMAGE_PNG, &pixels, &sentence), 0);
    assert_int_equal(image_write_loses("out.pgm", IMAGE_PGM, &pixels, &sentence), 1);
    assert_string_equal(
        sentence.text,
        "out.pgm: the format cannot carry the picture's colour profile, EXIF data and text");
    pixels_free(&pixels);
}

/* ---- What is damage ------------------------------------------------------------------------ */

static void check_refused(const char *cause)
{
    struct pixels pixels;
    struct message message = {""};
    assert_int_equal(image_read("in.png", NULL, &pixels, &message), -1);
    if (strncmp(message.text, "in.png: the PNG data is damaged: ", 33) != 0 ||
        !strstr(message.text, cause))
        fail_msg("\"%s\"", message.text);
}

static void test_wrong_checksum_is_damage(void **state)
{
    (void)state;
    struct png_file file;
    begin(&file, GREY);
    png_file_chunk(&file, "tEXt", "Title\0text", 10);
    file.data[file.size - 6] ^= 1;
    end(&file, GREY);
    check_refused("CRC");
}

static void test_index_outside_of_the_palette_is_damage(void **state)
{
    (void)state;
    static const uint8_t depths[] = {1, 2, 4, 8};
    for (size_t i = 0; i < sizeof depths; i++) {
        struct png_file file;
        const uint8_t row[2] = {0, (uint8_t)(1u << (8 - depths[i]))};
        png_file_begin(&file, 1, 1, depths[i], 3);
        png_file_chunk(&file, "PLTE", "\1\2\3", 3);
        png_file_rows(&file, row, 2);
        png_file_write(&file, "in.png");
        check_refused("has the colour 1 of a palette of 1");
    }
}

/* A large packet before them does not push out what tells the colours and how the picture lies. */
static void test_large_packet_first(void **state)
{
    (void)state;
    static const uint8_t exif[26] = "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0";
    static const char head[] = "XML:com.adobe.xmp\0\1\0\0";
    char *packet = malloc(UQD_MAX_METADATA_SIZE);
    assert_non_null(packet);
    memset(packet, ' ', UQD_MAX_METADATA_SIZE);
    struct profile profile = profile_new(PROFILE_WIDE);
    for (int strip = 0; strip < 2; strip++) {
        struct image_read_options options = {.strip = strip};
        struct message message = {""};
        struct png_file file;
        struct pixels pixels;
        begin(&file, RGB);
        png_file_packed(&file, "iTXt", head, sizeof head, packet, UQD_MAX_METADATA_SIZE);
        png_file_packed(&file, "iTXt", head, sizeof head, packet,
                        UQD_MAX_METADATA_SIZE - (5 << 20));
        png_file_packed(&file, "iCCP", "icc\0\0", 5, profile.data, profile.size);
        png_file_chunk(&file, "eXIf", exif, sizeof exif);
        end(&file, RGB);
        if (image_read("in.png", &options, &pixels, &message) < 0)
            fail_msg("%s", message.text);
        assert_non_null(pixels_metadata(&pixels, UQD_METADATA_ICC));
        assert_int_equal(pixels_metadata(&pixels, UQD_METADATA_EXIF) == NULL, strip);
        assert_int_equal(pixels_metadata(&pixels, UQD_METADATA_XMP) == NULL, strip);
        pixels_free(&pixels);
    }
    free(profile.data);
    free(packet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_and_chunks),
        cmocka_unit_test(test_strip),
        cmocka_unit_test(test_other_spellings),
        cmocka_unit_test(test_long_texts_come_back),
        cmocka_unit_test(test_damaged_chunks_are_left_out),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_large_packet_first),
        cmocka_unit_test(test_animation_is_noted),
        cmocka_unit_test(test_impossible_blocks_are_not_written),
        cmocka_unit_test(test_formats_that_lose_metadata_say_so),
        cmocka_unit_test(test_wrong_checksum_is_damage),
        cmocka_unit_test(test_index_outside_of_the_palette_is_damage),
    };
    return cmocka_run_group_tests_name("png_metadata", tests, scratch_setup, scratch_teardown);
}
