/* Reading and writing image files: what is accepted, what is refused, and what is in them. */
#include "image_file.h"
#include "sample.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    GREY = PNG_COLOR_TYPE_GRAY,
    GREY_ALPHA = PNG_COLOR_TYPE_GRAY_ALPHA,
    RGB = PNG_COLOR_TYPE_RGB,
    RGB_ALPHA = PNG_COLOR_TYPE_RGB_ALPHA,
    PALETTE = PNG_COLOR_TYPE_PALETTE,
};

static uint8_t blend(unsigned value, unsigned background, unsigned opacity)
{
    return (uint8_t)((value * opacity + background * (255 - opacity) + 127) / 255);
}

/* Fails unless the pixels are the sample's, laid on the background; a grey sample may have become
 * colour by that. */
static void check_pixels(const struct sample *sample, const struct pixels *pixels,
                         const uint8_t background[3])
{
    if (pixels->width != sample->width || pixels->height != sample->height)
        fail_msg("%s: %u x %u pixels", sample->name, pixels->width, pixels->height);
    const uint8_t *at = pixels->data;
    for (uint32_t y = 0; y < sample->height; y++)
        for (uint32_t x = 0; x < sample->width; x++)
            for (uint32_t c = 0; c < pixels->channels; c++) {
                uint32_t from = sample_channels(sample) == 3 ? c : 0;
                uint8_t want = blend(sample_value(sample, x, y, from), background[c],
                                     sample_opacity(sample, x, y));
                if (*at++ != want)
                    fail_msg("%s: channel %u at %u, %u is %u instead of %u", sample->name, c, x, y,
                             at[-1], want);
            }
}

static void read_sample(const struct sample *sample, const struct image_read_options *options,
                        struct pixels *pixels)
{
    struct message message;
    sample_write_png(sample, "in.png");
    if (image_read("in.png", options, pixels, &message) < 0)
        fail_msg("%s: %s", sample->name, message.text);
}

static void test_png_kinds(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"grey 8", 13, 9, GREY, 8, 0, 0, 0},       {"grey 4", 13, 9, GREY, 4, 0, 0, 0},
        {"grey 2", 13, 9, GREY, 2, 0, 0, 0},       {"grey 1", 13, 9, GREY, 1, 0, 0, 0},
        {"rgb", 13, 9, RGB, 8, 0, 0, 0},           {"rgb interlaced", 13, 9, RGB, 8, 1, 0, 0},
        {"palette 8", 13, 9, PALETTE, 8, 0, 0, 0}, {"palette 4", 13, 9, PALETTE, 4, 1, 0, 0},
        {"palette 1", 13, 9, PALETTE, 1, 0, 0, 0}, {"one pixel", 1, 1, RGB, 8, 0, 0, 0},
        {"one column", 1, 40, GREY, 8, 1, 0, 0},   {"profile", 5, 5, RGB, 8, 0, 0, 1},
    };
    static const uint8_t white[3] = {255, 255, 255};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct pixels pixels;
        read_sample(&samples[i], NULL, &pixels);
        if (pixels.channels != sample_channels(&samples[i]))
            fail_msg("%s: %u channels", samples[i].name, pixels.channels);
        if ((pixels.icc != NULL) != samples[i].has_profile)
            fail_msg("%s: profile", samples[i].name);
        check_pixels(&samples[i], &pixels, white);
        pixels_free(&pixels);
    }
}

static void test_png_refused_and_reduced(void **state)
{
    (void)state;
    static const struct {
        struct sample sample;
        const char *cause;
        uint32_t channels; /* once it is accepted */
    } cases[] = {
        {{"grey 16", 13, 9, GREY, 16, 0, 0, 0}, "16 bits", 1},
        {{"rgb 16", 13, 9, RGB, 16, 1, 0, 0}, "16 bits", 3},
        {{"rgb alpha", 13, 9, RGB_ALPHA, 8, 0, 0, 0}, "transparent", 3},
        {{"rgb alpha interlaced", 13, 9, RGB_ALPHA, 8, 1, 0, 0}, "transparent", 3},
        {{"grey alpha", 13, 9, GREY_ALPHA, 8, 0, 0, 0}, "transparent", 3},
        {{"palette with tRNS", 13, 9, PALETTE, 4, 0, 1, 0}, "transparent", 3},
        {{"grey with tRNS", 13, 9, GREY, 2, 0, 1, 0}, "transparent", 3},
        {{"rgb alpha 16", 13, 9, RGB_ALPHA, 16, 0, 0, 0}, "16 bits", 3},
    };
    const struct image_read_options accept = {
        .reduce_depth = 1, .flatten = 1, .background = {200, 10, 99}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels pixels;
        struct message message;
        sample_write_png(&cases[i].sample, "in.png");
        if (image_read("in.png", NULL, &pixels, &message) == 0)
            fail_msg("%s: accepted", cases[i].sample.name);
        if (strncmp(message.text, "in.png: ", 8) != 0 || !strstr(message.text, cases[i].cause))
            fail_msg("%s: \"%s\"", cases[i].sample.name, message.text);
        read_sample(&cases[i].sample, &accept, &pixels);
        if (pixels.channels != cases[i].channels)
            fail_msg("%s: %u channels", cases[i].sample.name, pixels.channels);
        check_pixels(&cases[i].sample, &pixels, accept.background);
        pixels_free(&pixels);
    }
}

static void test_grey_stays_grey_on_grey(void **state)
{
    (void)state;
    const struct sample sample = {"grey alpha", 13, 9, GREY_ALPHA, 8, 0, 0, 0};
    const struct image_read_options options = {.flatten = 1, .background = {255, 255, 255}};
    struct pixels pixels;
    read_sample(&sample, &options, &pixels);
    assert_int_equal(pixels.channels, 1);
    check_pixels(&sample, &pixels, options.background);
    pixels_free(&pixels);
}

static void test_profile_is_kept(void **state)
{
    (void)state;
    const struct sample sample = {"profile", 7, 5, RGB, 8, 0, 0, 1};
    uint8_t profile[SAMPLE_PROFILE_SIZE];
    struct pixels pixels;
    struct message message;
    sample_profile(profile);
    read_sample(&sample, NULL, &pixels);
    assert_int_equal(image_write("out.png", IMAGE_PNG, &pixels, &message), 0);
    pixels_free(&pixels);
    assert_int_equal(image_read("out.png", NULL, &pixels, &message), 0);
    assert_int_equal(pixels.icc_size, sizeof profile);
    assert_memory_equal(pixels.icc, profile, sizeof profile);
    pixels_free(&pixels);
}

static void test_useless_profile_is_dropped(void **state)
{
    (void)state;
    uint8_t data[3] = {1, 2, 3}, profile[40] = {0};
    struct pixels pixels = {1, 1, 3, data, profile, sizeof profile}, read;
    struct message message;
    assert_int_equal(image_write("out.png", IMAGE_PNG, &pixels, &message), 0);
    assert_int_equal(image_read("out.png", NULL, &read, &message), 0);
    assert_null(read.icc);
    assert_memory_equal(read.data, data, sizeof data);
    pixels_free(&read);
}

static void test_written_files_read_back(void **state)
{
    (void)state;
    static const enum image_format formats[] = {IMAGE_PNG, IMAGE_PPM, IMAGE_PNM};
    const struct sample samples[] = {{"rgb", 31, 17, RGB, 8, 0, 0, 0},
                                     {"grey", 31, 17, GREY, 8, 0, 0, 0}};
    for (size_t i = 0; i < 2 * sizeof formats / sizeof *formats; i++) {
        const struct sample *sample = &samples[i % 2];
        struct pixels pixels, read;
        struct message message;
        read_sample(sample, NULL, &pixels);
        if (image_write("out", formats[i / 2], &pixels, &message) < 0 ||
            image_read("out", NULL, &read, &message) < 0)
            fail_msg("%s as %d: %s", sample->name, formats[i / 2], message.text);
        /* PPM has three equal channels for grey pictures. */
        for (size_t k = 0; k < (size_t)read.width * read.height * read.channels; k++)
            assert_int_equal(read.data[k], pixels.data[k / read.channels * pixels.channels +
                                                       k % read.channels % pixels.channels]);
        pixels_free(&pixels);
        pixels_free(&read);
    }
}

static void test_ppm_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t size;
        int result;
        const char *cause;
    } cases[] = {
        {"plain", "P5 2 1 255 ab", 13, 0, ""},
        {"comments", "P5#c\n2#d\r1 # 7\n 255\nab", 23, 0, ""},
        {"colour", "P6\n1 1\n255\nabc", 14, 0, ""},
        {"cut", "P5 2 1 255 a", 12, -1, "cut off"},
        {"no samples", "P5 2 1 255", 10, -1, "header"},
        {"no height", "P5 2", 4, -1, "header"},
        {"letters", "P5 2 x 255 ab", 13, -1, "header"},
        {"negative", "P5 -2 1 255 ab", 14, -1, "header"},
        {"many digits", "P5 20000000000 1 255 ab", 23, -1, "header"},
        {"zero width", "P5 0 1 255 ab", 13, -1, "no pixels"},
        {"wide", "P5 65536 1 255 ab", 17, -1, "too many"},
        {"huge", "P6 65535 65535 255 ab", 21, -1, "limit"},
        {"maxval 100", "P5 2 1 100 ab", 13, -1, "100"},
        {"maxval 65535", "P5 1 1 65535 ab", 15, -1, "16 bits"},
        {"ascii", "P2 2 1 255 1 2", 14, -1, "neither"},
        {"only the magic", "P5", 2, -1, "neither"},
        {"empty", "", 0, -1, "empty"},
        {"text", "hello, world", 12, -1, "neither"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels pixels = {0};
        struct message message = {""};
        scratch_write("in.ppm", cases[i].text, cases[i].size);
        int result = image_read("in.ppm", NULL, &pixels, &message);
        if (result != cases[i].result || !strstr(message.text, cases[i].cause))
            fail_msg("%s: %d, \"%s\"", cases[i].name, result, message.text);
        if (result == 0 && pixels.data[0] != 'a')
            fail_msg("%s: begins with %u", cases[i].name, pixels.data[0]);
        pixels_free(&pixels);
    }
}

static void test_ppm_16_bits_reduced(void **state)
{
    (void)state;
    const struct image_read_options options = {.reduce_depth = 1};
    struct pixels pixels;
    struct message message;
    scratch_write("in.ppm", "P6 1 1 65535 axbycz", 19);
    assert_int_equal(image_read("in.ppm", &options, &pixels, &message), 0);
    assert_memory_equal(pixels.data, "abc", 3);
    pixels_free(&pixels);
}

static void test_pixel_limit(void **state)
{
    (void)state;
    const struct sample sample = {"rgb", 20, 10, RGB, 8, 0, 0, 0};
    struct image_read_options options = {.max_pixels = 200};
    struct pixels pixels;
    struct message message;
    read_sample(&sample, &options, &pixels);
    pixels_free(&pixels);
    options.max_pixels = 199;
    assert_int_equal(image_read("in.png", &options, &pixels, &message), -1);
    assert_non_null(strstr(message.text, "limit of 199"));
}

/* A broken file gives one sentence that begins with its name. */
static void check_refused(const char *what, size_t position)
{
    struct pixels pixels;
    struct message message = {""};
    if (image_read("broken.png", NULL, &pixels, &message) == 0)
        fail_msg("%s at %zu: accepted", what, position);
    if (strncmp(message.text, "broken.png: ", 12) != 0 || strchr(message.text, '\n'))
        fail_msg("%s at %zu: \"%s\"", what, position, message.text);
}

static void test_cut_png(void **state)
{
    (void)state;
    const struct sample sample = {"palette", 11, 7, PALETTE, 8, 0, 0, 0};
    size_t size;
    sample_write_png(&sample, "in.png");
    uint8_t *data = scratch_read("in.png", &size);
    for (size_t length = 0; length < size; length++) {
        scratch_write("broken.png", data, length);
        check_refused("cut", length);
    }
    free(data);
}

static void test_flipped_png(void **state)
{
    (void)state;
    const struct sample sample = {"rgb", 11, 7, RGB, 8, 1, 0, 0};
    size_t size;
    sample_write_png(&sample, "in.png");
    uint8_t *data = scratch_read("in.png", &size);
    for (size_t i = 0; i < size; i++) {
        data[i] ^= (uint8_t)(1u << (i % 8));
        scratch_write("broken.png", data, size);
        check_refused("flip", i);
        data[i] ^= (uint8_t)(1u << (i % 8));
    }
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png_kinds),
        cmocka_unit_test(test_png_refused_and_reduced),
        cmocka_unit_test(test_grey_stays_grey_on_grey),
        cmocka_unit_test(test_profile_is_kept),
        cmocka_unit_test(test_useless_profile_is_dropped),
        cmocka_unit_test(test_written_files_read_back),
        cmocka_unit_test(test_ppm_headers),
        cmocka_unit_test(test_ppm_16_bits_reduced),
        cmocka_unit_test(test_pixel_limit),
        cmocka_unit_test(test_cut_png),
        cmocka_unit_test(test_flipped_png),
    };
    return cmocka_run_group_tests_name("image_file", tests, scratch_setup, scratch_teardown);
}
