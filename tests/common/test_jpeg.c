/* Reading JPEG files. */
#include "image_file.h"
#include "jpeg_file.h"
#include "notes.h"
#include "profiles.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { APP1 = 0xe1, APP2 = 0xe2, APP13 = 0xed, COM = 0xfe };

/* A marker of a string with its zero byte, and of one without. */
#define STRING(code, text)                                                                         \
    {                                                                                              \
        code, text, sizeof(text)                                                                   \
    }
#define BYTES(code, text)                                                                          \
    {                                                                                              \
        code, text, sizeof(text) - 1                                                               \
    }

static void read_file(const struct jpeg_file *file, struct notes *notes, struct pixels *pixels)
{
    const struct image_read_options options = {.note = notes_add, .cookie = notes};
    struct message message;
    *notes = (struct notes){0};
    jpeg_file_write(file, "in.jpg");
    if (image_read("in.jpg", &options, pixels, &message) < 0)
        fail_msg("%s", message.text);
}

/* Fails unless the block is there and has these bytes. */
static void check_block(const struct pixels *pixels, enum uqd_metadata_type type, const void *data,
                        size_t size)
{
    const struct uqd_metadata *block = pixels_metadata(pixels, type);
    if (!block || block->size != size)
        fail_msg("type %d: %zu bytes instead of %zu", (int)type, block ? block->size : 0, size);
    else
        assert_memory_equal(block->data, data, size);
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct jpeg_file files[] = {
        {.width = 21, .height = 13, .colours = JPEG_GREY},
        {.width = 21, .height = 13, .colours = JPEG_YCBCR},
        {.width = 21, .height = 13, .colours = JPEG_RGB},
        {.width = 21, .height = 13, .colours = JPEG_YCBCR, .is_progressive = 1},
        {.width = 1, .height = 1, .colours = JPEG_GREY, .is_progressive = 1},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct jpeg_file *file = &files[i];
        uint32_t channels = file->colours == JPEG_GREY ? 1 : 3;
        struct notes notes;
        struct pixels pixels;
        read_file(file, &notes, &pixels);
        assert_int_equal(pixels.width, file->width);
        assert_int_equal(pixels.height, file->height);
        assert_int_equal(pixels.channels, channels);
        for (uint32_t k = 0; k < file->width * file->height * channels; k++) {
            uint32_t pixel = k / channels;
            int want = jpeg_file_value(pixel % file->width, pixel / file->width, k % channels);
            if (abs(pixels.data[k] - want) > 2)
                fail_msg("%zu: sample %u is %u instead of %d", i, k, pixels.data[k], want);
        }
        notes_assert(&notes, 0, NULL);
        pixels_free(&pixels);
    }
}

static void test_metadata(void **state)
{
    (void)state;
    struct profile profile = profile_new(PROFILE_WIDE);
    const struct jpeg_file file = {
        .width = 5,
        .height = 4,
        .colours = JPEG_YCBCR,
        .density_unit = 1,
        .across = 300,
        .down = 150,
        .markers = {STRING(APP1, "Exif\0\0MM\0*\0\0\0\x08\0"),
                    BYTES(APP1, "http://ns.adobe.com/xap/1.0/\0<x/>"), BYTES(COM, "caf\xe9"),
                    STRING(COM, "caf\xc3\xa9")},
        .icc = profile.data,
        .icc_size = profile.size,
    };
    struct notes notes;
    struct pixels pixels;
    read_file(&file, &notes, &pixels);
    notes_assert(&notes, 0, NULL);
    assert_int_equal(pixels.n_metadata, 6);
    check_block(&pixels, UQD_METADATA_ICC, profile.data, profile.size);
    check_block(&pixels, UQD_METADATA_RESOLUTION, "\0\0\x2e\x23\0\0\x17\x12\1", 9);
    check_block(&pixels, UQD_METADATA_EXIF, "MM\0*\0\0\0\x08\0\0", 10);
    check_block(&pixels, UQD_METADATA_XMP, "<x/>", 4);
    for (uint32_t i = 0; i < pixels.n_metadata; i++)
        if (pixels.metadata[i].type == UQD_METADATA_TEXT)
            assert_memory_equal(pixels.metadata[i].data, "Comment\0\0\0caf\xc3\xa9", 15);
    pixels_free(&pixels);
    free(profile.data);
}

static void test_density(void **state)
{
    (void)state;
    static const struct {
        unsigned unit, across, down;
        const char *block; /* NULL: none */
    } cases[] = {
        {2, 100, 50, "\0\0\x27\x10\0\0\x13\x88\1"},
        {0, 2, 1, "\0\0\0\2\0\0\0\1\0"},
        {0, 1, 1, NULL},
        {1, 72, 72, "\0\0\x0b\x13\0\0\x0b\x13\1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct jpeg_file file = {.width = 2,
                                       .height = 2,
                                       .density_unit = cases[i].unit,
                                       .across = cases[i].across,
                                       .down = cases[i].down};
        struct notes notes;
        struct pixels pixels;
        read_file(&file, &notes, &pixels);
        if (cases[i].block)
            check_block(&pixels, UQD_METADATA_RESOLUTION, cases[i].block, 9);
        else
            assert_int_equal(pixels.n_metadata, 0);
        pixels_free(&pixels);
    }
}

static void test_orientation(void **state)
{
    (void)state;
    const struct jpeg_file file = {
        .width = 6,
        .height = 3,
        .density_unit = 1,
        .across = 254,
        .down = 127,
        .markers = {BYTES(APP1, "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0")},
    };
    struct notes notes;
    struct pixels pixels;
    read_file(&file, &notes, &pixels);
    assert_int_equal(pixels.width, 3);
    assert_int_equal(pixels.height, 6);
    assert_true(abs(pixels.data[2] - jpeg_file_value(0, 0, 0)) <= 2);
    assert_true(abs(pixels.data[0] - jpeg_file_value(0, 2, 0)) <= 2);
    check_block(&pixels, UQD_METADATA_EXIF, "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\1\0\0\0", 22);
    check_block(&pixels, UQD_METADATA_RESOLUTION, "\0\0\x13\x88\0\0\x27\x10\1", 9);
    pixels_free(&pixels);
}

static void test_what_is_left_out_is_noted(void **state)
{
    (void)state;
    static const struct {
        struct jpeg_marker marker;
        const char *note;
    } cases[] = {
        {STRING(APP1, "http://ns.adobe.com/xmp/extension/\0abc"), "in.jpg: its extended XMP"},
        {STRING(APP13, "Photoshop 3.0\0abc"), "in.jpg: its Photoshop and IPTC data"},
        {STRING(APP2, "MPF\0abc"), "in.jpg: its further pictures"},
        {STRING(APP2, "ICC_PROFILE\0\2\2abc"), "in.jpg: its colour profile is damaged"},
        {STRING(APP2, "ICC_PROFILE\0\1\1abc"), "in.jpg: its colour profile is damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct jpeg_file file = {.width = 2, .height = 2, .markers = {cases[i].marker}};
        struct notes notes;
        struct pixels pixels;
        read_file(&file, &notes, &pixels);
        notes_assert(&notes, 1, cases[i].note);
        assert_int_equal(pixels.n_metadata, 0);
        pixels_free(&pixels);
    }
}

/* ---- What is refused ----------------------------------------------------------------------- */

static void check_refused(const char *what, const char *cause)
{
    struct pixels pixels;
    struct message message = {""};
    if (image_read("in.jpg", NULL, &pixels, &message) == 0)
        fail_msg("%s: accepted", what);
    if (strncmp(message.text, "in.jpg: ", 8) != 0 || !strstr(message.text, cause) ||
        strchr(message.text, '\n'))
        fail_msg("%s: \"%s\"", what, message.text);
}

static void test_cmyk_is_refused(void **state)
{
    (void)state;
    const struct jpeg_file file = {.width = 8, .height = 8, .colours = JPEG_CMYK};
    jpeg_file_write(&file, "in.jpg");
    check_refused("CMYK", "CMYK");
}

/* Finds a marker in a file without any in its data. */
static uint8_t *find_marker(uint8_t *data, size_t size, uint8_t code)
{
    const uint8_t marker[2] = {0xff, code};
    uint8_t *at = memmem(data, size, marker, 2);
    assert_non_null(at);
    return at;
}

static void test_other_kinds_are_refused(void **state)
{
    (void)state;
    const struct jpeg_file file = {.width = 8, .height = 8};
    size_t size;
    jpeg_file_write(&file, "in.jpg");
    uint8_t *data = scratch_read("in.jpg", &size);
    uint8_t *frame = find_marker(data, size, 0xc0);
    frame[4] = 12;
    scratch_write("in.jpg", data, size);
    check_refused("12 bits", "12 bits per sample");
    frame[4] = 8;
    frame[1] = 0xc3;
    scratch_write("in.jpg", data, size);
    check_refused("lossless", "not supported");
    free(data);
}

static void test_cut_files_are_refused(void **state)
{
    (void)state;
    static const struct jpeg_file files[] = {
        {.width = 17, .height = 9, .colours = JPEG_YCBCR},
        {.width = 17, .height = 9, .colours = JPEG_YCBCR, .is_progressive = 1},
    };
    for (size_t i = 0; i < 2; i++) {
        size_t size;
        jpeg_file_write(&files[i], "in.jpg");
        uint8_t *data = scratch_read("in.jpg", &size);
        for (size_t length = 0; length < size; length++) {
            scratch_write("in.jpg", data, length);
            check_refused("cut", "");
        }
        scratch_write("in.jpg", data, size - 2);
        check_refused("cut", "the JPEG data is damaged: it is cut off");
        free(data);
    }
}

/* What one bit changes cannot always be seen, but it does no harm. */
static void test_flipped_bits_do_no_harm(void **state)
{
    (void)state;
    const struct jpeg_file file = {
        .width = 17, .height = 9, .colours = JPEG_YCBCR, .is_progressive = 1};
    const struct image_read_options options = {.max_pixels = 100000};
    size_t size;
    jpeg_file_write(&file, "in.jpg");
    uint8_t *data = scratch_read("in.jpg", &size);
    for (size_t i = 0; i < size; i++) {
        struct pixels pixels;
        struct message message = {""};
        data[i] ^= (uint8_t)(1u << (i % 8));
        scratch_write("in.jpg", data, size);
        if (image_read("in.jpg", &options, &pixels, &message) == 0)
            pixels_free(&pixels);
        else if (strncmp(message.text, "in.jpg: ", 8) != 0 || strchr(message.text, '\n'))
            fail_msg("at %zu: \"%s\"", i, message.text);
        data[i] ^= (uint8_t)(1u << (i % 8));
    }
    free(data);
}

static void test_damaged_pixels_are_refused(void **state)
{
    (void)state;
    const struct jpeg_file file = {.width = 64, .height = 64, .colours = JPEG_YCBCR};
    size_t size;
    jpeg_file_write(&file, "in.jpg");
    uint8_t *data = scratch_read("in.jpg", &size);
    data[size / 2] = 0xff; /* a marker amid the pixels */
    data[size / 2 + 1] = 0xd9;
    scratch_write("in.jpg", data, size);
    check_refused("marker", "damaged");
    free(data);
}

static void test_harmless_bytes_are_ignored(void **state)
{
    (void)state;
    const struct jpeg_file file = {.width = 8, .height = 8};
    struct pixels pixels;
    struct message message;
    size_t size;
    jpeg_file_write(&file, "in.jpg");
    uint8_t *data = scratch_read("in.jpg", &size);
    size_t before = (size_t)(find_marker(data, size, 0xc0) - data);
    uint8_t *longer = malloc(size + 3);
    assert_non_null(longer);
    memcpy(longer, data, before);
    memset(longer + before, 0, 3);
    memcpy(longer + before + 3, data + before, size - before);
    scratch_write("in.jpg", longer, size + 3);
    assert_int_equal(image_read("in.jpg", NULL, &pixels, &message), 0);
    pixels_free(&pixels);
    free(longer);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_density),
        cmocka_unit_test(test_orientation),
        cmocka_unit_test(test_what_is_left_out_is_noted),
        cmocka_unit_test(test_cmyk_is_refused),
        cmocka_unit_test(test_other_kinds_are_refused),
        cmocka_unit_test(test_cut_files_are_refused),
        cmocka_unit_test(test_flipped_bits_do_no_harm),
        cmocka_unit_test(test_damaged_pixels_are_refused),
        cmocka_unit_test(test_harmless_bytes_are_ignored),
    };
    return cmocka_run_group_tests_name("jpeg", tests, scratch_setup, scratch_teardown);
}
