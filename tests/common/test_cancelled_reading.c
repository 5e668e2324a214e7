/* Reading or writing of a picture that is cancelled: it is asked often, whatever the format, and
 * says so. */
#include "image_file.h"
#include "jpeg_file.h"
#include "sample.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 300, HEIGHT = 400, MCU = 16 };

struct asking {
    unsigned asked, cancel_at; /* 0: not at all */
};

static int ask(void *cookie)
{
    struct asking *asking = cookie;
    return ++asking->asked == asking->cancel_at;
}

/* How often the reading asked, or 0 if it was cancelled. */
static unsigned read_until(const char *path, unsigned cancel_at)
{
    struct asking asking = {.cancel_at = cancel_at};
    struct image_read_options options = {
        .reduce_depth = 1, .flatten = 1, .is_cancelled = ask, .cookie = &asking};
    struct pixels pixels = {.width = 7};
    struct message message = {""};
    if (image_read(path, &options, &pixels, &message) == 0) {
        assert_true(pixels.width == WIDTH && pixels.height == HEIGHT);
        pixels_free(&pixels);
        return asking.asked;
    }
    assert_int_equal(asking.asked, cancel_at);
    assert_int_equal(pixels.width, 7);
    assert_null(pixels.data);
    assert_non_null(strstr(message.text, "cancelled"));
    return 0;
}

/* Each row, or row of blocks, is followed by a question, and each of them can end the reading. */
static void check_file(const char *path, unsigned least)
{
    const unsigned asked = read_until(path, 0);
    if (asked < least)
        fail_msg("%s: asked %u times, not %u", path, asked, least);
    for (unsigned at = 1; at <= asked; at += 1 + asked / 50)
        assert_int_equal(read_until(path, at), 0);
    assert_int_equal(read_until(path, asked), 0);
}

/* How often the writing asked, or 0 if it was cancelled. */
static unsigned write_until(enum image_format format, const struct pixels *pixels,
                            unsigned cancel_at)
{
    struct asking asking = {.cancel_at = cancel_at};
    const struct image_write_options options = {ask, &asking};
    struct message message = {""};
    remove("out");
    if (image_write_with("out", format, pixels, &options, &message) == 0)
        return asking.asked;
    assert_int_equal(asking.asked, cancel_at);
    assert_non_null(strstr(message.text, "cancelled"));
    assert_false(scratch_exists("out"));
    return 0;
}

/* Each row is followed by a question. */
static void test_writing(void **state)
{
    static const enum image_format formats[] = {IMAGE_PNG, IMAGE_PPM, IMAGE_PAM};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof formats / sizeof *formats; i++) {
        const enum image_format format = formats[i / 2];
        struct pixels pixels = {.width = WIDTH, .height = HEIGHT, .channels = i % 2 ? 3 : 1};
        pixels.data = calloc((size_t)WIDTH * HEIGHT, pixels.channels);
        assert_non_null(pixels.data);
        assert_int_equal(write_until(format, &pixels, 0), HEIGHT);
        for (unsigned at = 1; at <= HEIGHT; at += 1 + HEIGHT / 50)
            assert_int_equal(write_until(format, &pixels, at), 0);
        assert_int_equal(write_until(format, &pixels, HEIGHT), 0);
        pixels_free(&pixels);
    }
}

static void test_png(void **state)
{
    static const struct sample samples[] = {
        {.name = "RGB", .colour_type = PNG_COLOR_TYPE_RGB, .bit_depth = 8},
        {.name = "grey", .colour_type = PNG_COLOR_TYPE_GRAY, .bit_depth = 2},
        {.name = "deep", .colour_type = PNG_COLOR_TYPE_RGB_ALPHA, .bit_depth = 16},
        {.name = "palette", .colour_type = PNG_COLOR_TYPE_PALETTE, .bit_depth = 4},
        {.name = "interlaced",
         .colour_type = PNG_COLOR_TYPE_RGB,
         .bit_depth = 8,
         .is_interlaced = 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct sample sample = samples[i];
        sample.width = WIDTH;
        sample.height = HEIGHT;
        sample_write_png(&sample, "in.png");
        check_file("in.png", sample.is_interlaced ? 7 * HEIGHT : HEIGHT);
    }
}

static void test_jpeg(void **state)
{
    (void)state;
    for (int progressive = 0; progressive < 2; progressive++) {
        const struct jpeg_file file = {
            .width = WIDTH, .height = HEIGHT, .colours = JPEG_YCBCR, .is_progressive = progressive};
        jpeg_file_write(&file, "in.jpg");
        check_file("in.jpg", HEIGHT + (progressive ? 4 * HEIGHT / MCU : 0));
    }
}

static void test_pnm(void **state)
{
    static const char *const headers[] = {"P3 300 400 255\n", "P4 300 400\n", "P6 300 400 65535\n"};
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        FILE *file = fopen("in.pnm", "wb");
        assert_non_null(file);
        fputs(headers[i], file);
        for (uint32_t n = 0; n < WIDTH * HEIGHT * 3; n++)
            fputs(headers[i][1] == '3' ? "200 " : "aa", file);
        assert_int_equal(fclose(file), 0);
        check_file("in.pnm", headers[i][1] == '4' ? HEIGHT : WIDTH * HEIGHT * 3 >> 14);
    }
}

/* Turning comes after all else. */
static void test_turned(void **state)
{
    static const char exif[] =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0";
    const struct jpeg_file file = {.width = WIDTH,
                                   .height = HEIGHT,
                                   .colours = JPEG_GREY,
                                   .markers = {{0xe1, exif, sizeof exif}}};
    (void)state;
    jpeg_file_write(&file, "in.jpg");
    check_file("in.jpg", 2 * HEIGHT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_writing, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_png, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_jpeg, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_pnm, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_turned, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests_name("cancelled reading", tests, NULL, NULL);
}
