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

/* The sample that channel c of a picture of n channels must have. */
static uint8_t wanted(const struct sample *sample, uint32_t x, uint32_t y, uint32_t c, uint32_t n,
                      const uint8_t *background)
{
    uint8_t opacity = sample_opacity(sample, x, y);
    if (n % 2 == 0 && c == n - 1)
        return opacity;
    uint8_t value = sample_value(sample, x, y, sample_channels(sample) == 3 ? c : 0);
    return background ? blend(value, background[c], opacity) : value;
}

/* Fails unless the pixels are the sample's, laid on the background if that is not NULL; a grey
 * sample may have become colour by that. */
static void check_pixels(const struct sample *sample, const struct pixels *pixels,
                         const uint8_t *background)
{
    if (pixels->width != sample->width || pixels->height != sample->height)
        fail_msg("%s: %u x %u pixels", sample->name, pixels->width, pixels->height);
    const uint8_t *at = pixels->data;
    for (uint32_t y = 0; y < sample->height; y++)
        for (uint32_t x = 0; x < sample->width; x++)
            for (uint32_t c = 0; c < pixels->channels; c++) {
                uint8_t want = wanted(sample, x, y, c, pixels->channels, background);
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
    static const struct {
        struct sample sample;
        uint32_t channels;
    } cases[] = {
        {{"grey 8", 13, 9, GREY, 8, 0, 0, 0}, 1},
        {{"grey 4", 13, 9, GREY, 4, 0, 0, 0}, 1},
        {{"grey 2", 13, 9, GREY, 2, 0, 0, 0}, 1},
        {{"grey 1", 13, 9, GREY, 1, 0, 0, 0}, 1},
        {{"rgb", 13, 9, RGB, 8, 0, 0, 0}, 3},
        {{"rgb interlaced", 13, 9, RGB, 8, 1, 0, 0}, 3},
        {{"palette 8", 13, 9, PALETTE, 8, 0, 0, 0}, 3},
        {{"palette 4", 13, 9, PALETTE, 4, 1, 0, 0}, 3},
        {{"palette 1", 13, 9, PALETTE, 1, 0, 0, 0}, 3},
        {{"one pixel", 1, 1, RGB, 8, 0, 0, 0}, 3},
        {{"one column", 1, 40, GREY, 8, 1, 0, 0}, 1},
        {{"profile", 5, 5, RGB, 8, 0, 0, 1}, 3},
        {{"rgb alpha", 13, 9, RGB_ALPHA, 8, 0, 0, 0}, 4},
        {{"rgb alpha interlaced", 13, 9, RGB_ALPHA, 8, 1, 0, 0}, 4},
        {{"grey alpha", 13, 9, GREY_ALPHA, 8, 0, 0, 0}, 2},
        {{"palette with tRNS", 13, 9, PALETTE, 4, 0, 1, 0}, 4},
        {{"palette with tRNS interlaced", 13, 9, PALETTE, 4, 1, 1, 0}, 4},
        {{"grey with tRNS", 13, 9, GREY, 2, 0, 1, 0}, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sample *sample = &cases[i].sample;
        struct pixels pixels;
        read_sample(sample, NULL, &pixels);
        if (pixels.channels != cases[i].channels)
            fail_msg("%s: %u channels", sample->name, pixels.channels);
        if ((pixels_metadata(&pixels, UQD_METADATA_ICC) != NULL) != sample->has_profile)
            fail_msg("%s: profile", sample->name);
        check_pixels(sample, &pixels, NULL);
        pixels_free(&pixels);
    }
}

static void test_16_bits_are_refused_or_rounded(void **state)
{
    (void)state;
    static const struct {
        struct sample sample;
        uint32_t channels;
    } cases[] = {
        {{"grey 16", 13, 9, GREY, 16, 0, 0, 0}, 1},
        {{"rgb 16", 13, 9, RGB, 16, 1, 0, 0}, 3},
        {{"rgb alpha 16", 13, 9, RGB_ALPHA, 16, 0, 0, 0}, 4},
    };
    const struct image_read_options accept = {.reduce_depth = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels pixels;
        struct message message;
        sample_write_png(&cases[i].sample, "in.png");
        if (image_read("in.png", NULL, &pixels, &message) == 0)
            fail_msg("%s: accepted", cases[i].sample.name);
        if (strncmp(message.text, "in.png: ", 8) != 0 || !strstr(message.text, "16 bits"))
            fail_msg("%s: \"%s\"", cases[i].sample.name, message.text);
        read_sample(&cases[i].sample, &accept, &pixels);
        if (pixels.channels != cases[i].channels)
            fail_msg("%s: %u channels", cases[i].sample.name, pixels.channels);
        check_pixels(&cases[i].sample, &pixels, NULL);
        pixels_free(&pixels);
    }
}

static void test_transparency_is_flattened(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"rgb alpha", 13, 9, RGB_ALPHA, 8, 0, 0, 0},
        {"grey alpha", 13, 9, GREY_ALPHA, 8, 0, 0, 0},
        {"palette with tRNS", 13, 9, PALETTE, 4, 0, 1, 0},
        {"grey with tRNS", 13, 9, GREY, 2, 0, 1, 0},
    };
    const struct image_read_options options = {.flatten = 1, .background = {200, 10, 99}};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct pixels pixels;
        read_sample(&samples[i], &options, &pixels);
        if (pixels.channels != 3)
            fail_msg("%s: %u channels", samples[i].name, pixels.channels);
        check_pixels(&samples[i], &pixels, options.background);
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
    const struct uqd_metadata *block = pixels_metadata(&pixels, UQD_METADATA_ICC);
    assert_non_null(block);
    assert_int_equal(block->size, sizeof profile);
    assert_memory_equal(block->data, profile, sizeof profile);
    pixels_free(&pixels);
}

static void test_written_files_read_back(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"grey", 31, 17, GREY, 8, 0, 0, 0},
        {"grey alpha", 31, 17, GREY_ALPHA, 8, 0, 0, 0},
        {"rgb", 31, 17, RGB, 8, 0, 0, 0},
        {"rgb alpha", 31, 17, RGB_ALPHA, 8, 0, 0, 0},
    };
    static const struct {
        const char *name;
        enum image_format format;
        const char *begin;
        int fails[4];
    } cases[] = {
        {"out.png", IMAGE_PNG, "\x89PNG", {0}},
        {"out.ppm", IMAGE_PPM, "P6", {0, -1, 0, -1}},
        {"out.pgm", IMAGE_PGM, "P5", {0, -1, -1, -1}},
        {"out.pnm", IMAGE_PNM, "P", {0, -1, 0, -1}},
        {"out.pam", IMAGE_PAM, "P7", {0}},
    };
    for (size_t i = 0; i < 4 * sizeof cases / sizeof *cases; i++) {
        const struct sample *sample = &samples[i % 4];
        const char *name = cases[i / 4].name;
        struct pixels pixels, read;
        struct message message = {""};
        read_sample(sample, NULL, &pixels);
        remove(name);
        if (image_write(name, cases[i / 4].format, &pixels, &message) != cases[i / 4].fails[i % 4])
            fail_msg("%s as %s: %s", sample->name, name, message.text);
        if (cases[i / 4].fails[i % 4]) {
            assert_false(scratch_exists(name));
        } else {
            size_t size;
            uint8_t *file = scratch_read(name, &size);
            assert_memory_equal(file, cases[i / 4].begin, strlen(cases[i / 4].begin));
            free(file);
            assert_int_equal(image_read(name, NULL, &read, &message), 0);
            assert_int_equal(read.channels, pixels.channels);
            check_pixels(sample, &read, NULL);
            pixels_free(&read);
        }
        pixels_free(&pixels);
    }
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
        cmocka_unit_test(test_16_bits_are_refused_or_rounded),
        cmocka_unit_test(test_transparency_is_flattened),
        cmocka_unit_test(test_grey_stays_grey_on_grey),
        cmocka_unit_test(test_profile_is_kept),
        cmocka_unit_test(test_written_files_read_back),
        cmocka_unit_test(test_pixel_limit),
        cmocka_unit_test(test_cut_png),
        cmocka_unit_test(test_flipped_png),
    };
    return cmocka_run_group_tests_name("image_file", tests, scratch_setup, scratch_teardown);
}
