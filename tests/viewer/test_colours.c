/* Transparency and colour profiles: what is read of files, and what the built viewer shows. */
#include "profiles.h"
#include "source/uqd_file.h"
#include "stage.h"

#include "file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOCAL "--no-daemon"

enum { WIDTH = 96, HEIGHT = 64, LARGE = 5000 };

/* Three bands, red, green and blue; with alpha the left half is clear, the rest opaque. */
static struct pixels paint(uint32_t channels)
{
    struct pixels pixels = {.width = WIDTH, .height = HEIGHT, .channels = channels};
    pixels.data = calloc((size_t)WIDTH * HEIGHT, channels);
    assert_non_null(pixels.data);
    for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
        uint8_t *pixel = pixels.data + (size_t)i * channels;
        memset(pixel, 20, 3);
        pixel[i % WIDTH / (WIDTH / 3)] = 230;
        if (channels == 4)
            pixel[3] = i % WIDTH < WIDTH / 2 ? 0 : 255;
    }
    return pixels;
}

static void encode(const char *path, uint32_t channels, const struct profile *profile)
{
    struct uqd_metadata block = {UQD_METADATA_ICC, profile ? profile->data : NULL,
                                 profile ? profile->size : 0};
    struct uqd_encode_settings settings;
    struct pixels pixels = paint(channels);
    uqd_encode_settings_default(&settings);
    settings.metadata = &block;
    settings.n_metadata = profile ? 1 : 0;
    stage_encode(path, &pixels, &settings);
    pixels_free(&pixels);
}

/* Bytes behind the last tag, which no two are equal of, so that the profile cannot be packed. */
static struct profile large_profile(void)
{
    struct profile profile = profile_new(PROFILE_SWAPPED);
    uint32_t noise = 1;
    profile.data = realloc(profile.data, profile.size + LARGE);
    assert_non_null(profile.data);
    for (size_t i = profile.size; i < profile.size + LARGE; i++) {
        noise = noise * 1664525 + 1013904223;
        profile.data[i] = (uint8_t)(noise >> 24);
    }
    profile.size += LARGE;
    for (int i = 0; i < 4; i++)
        profile.data[i] = (uint8_t)(profile.size >> (24 - 8 * i));
    return profile;
}

/* ---- Files --------------------------------------------------------------------------------- */

static void assert_profile(const char *path, const struct profile *profile)
{
    struct uqd_file file;
    struct message message;
    if (uqd_file_open(&file, path, path, &message))
        fail_msg("%s", message.text);
    if (profile) {
        assert_non_null(file.icc);
        assert_int_equal(file.icc_size, profile->size);
        assert_memory_equal(file.icc, profile->data, profile->size);
    } else {
        assert_null(file.icc);
    }
    uqd_file_close(&file);
}

static void profiles_are_read(void **state)
{
    struct profile small = profile_new(PROFILE_SWAPPED), large = large_profile();
    (void)state;
    encode("none.uqd", 3, NULL);
    encode("small.uqd", 3, &small);
    encode("large.uqd", 4, &large);
    assert_profile("none.uqd", NULL);
    assert_profile("small.uqd", &small);
    assert_profile("large.uqd", &large);
    free(small.data);
    free(large.data);
}

/* Neither hides the picture. */
static void cut_and_damaged_profiles_are_none(void **state)
{
    struct profile large = large_profile();
    struct message message;
    uint8_t *data;
    size_t size;
    (void)state;
    encode("large.uqd", 3, &large);
    free(large.data);
    assert_int_equal(file_read("large.uqd", SIZE_MAX, &data, &size, &message), 0);
    assert_int_equal(file_write("cut-profile.uqd", data, size - LARGE / 2, &message), 0);
    data[size - LARGE / 2] ^= 1;
    assert_int_equal(file_write("damaged-profile.uqd", data, size, &message), 0);
    free(data);
    assert_profile("cut-profile.uqd", NULL);
    assert_profile("damaged-profile.uqd", NULL);
    VIEW_DONE("wait idle\nscreenshot a.png\nquit\n", "damaged-profile.uqd", LOCAL);
}

/* ---- The window ---------------------------------------------------------------------------- */

/* The colour of the picture in the middle of its left, middle or right third. */
static void assert_third(const char *path, int third, const uint8_t wanted[3], int tolerance)
{
    static const uint32_t width = 550, y = 200; /* of the viewport; inside it */
    struct pixels screen;
    screen_read(path, &screen);
    uint32_t x = width * (uint32_t)(2 * third + 1) / 6;
    const uint8_t *pixel = screen.data + ((size_t)y * screen.width + x) * 3;
    for (int c = 0; c < 3; c++)
        if (abs(pixel[c] - wanted[c]) > tolerance)
            fail_msg("%s, third %d: %d %d %d instead of %d %d %d", path, third, pixel[0], pixel[1],
                     pixel[2], wanted[0], wanted[1], wanted[2]);
    pixels_free(&screen);
}

static const uint8_t red[] = {230, 20, 20}, green[] = {20, 230, 20}, blue[] = {20, 20, 230};

static void colours_follow_the_profile(void **state)
{
    struct profile profile = profile_new(PROFILE_SWAPPED);
    (void)state;
    encode("swapped.uqd", 3, &profile);
    free(profile.data);
    VIEW_DONE("wait idle\nscreenshot a.png\noriginal on\nscreenshot b.png\nquit\n", "swapped.uqd",
              LOCAL);
    for (int i = 0; i < 2; i++) {
        const char *path = i ? "b.png" : "a.png";
        assert_third(path, 0, green, 25);
        assert_third(path, 1, blue, 25);
        assert_third(path, 2, red, 25);
    }
}

/* A reference is shown by its own profile, sRGB if it has none; the file's pictures by the file's.
 */
static void the_reference_has_a_profile_of_its_own(void **state)
{
    struct profile profile = profile_new(PROFILE_SWAPPED);
    struct pixels pixels = paint(3);
    struct message message;
    (void)state;
    encode("swapped.uqd", 3, &profile);
    encode("plain.uqd", 3, NULL);
    assert_int_equal(image_write("plain.png", IMAGE_PNG, &pixels, &message), 0);
    assert_int_equal(pixels_add_metadata(&pixels, UQD_METADATA_ICC, profile.data, profile.size), 0);
    assert_int_equal(image_write("swapped.png", IMAGE_PNG, &pixels, &message), 0);
    VIEW_DONE("wait idle\nscreenshot a.png\noriginal on\nscreenshot b.png\nquit\n", "swapped.uqd",
              LOCAL, "--reference", "plain.png");
    assert_third("a.png", 0, green, 25);
    assert_third("b.png", 0, red, 0);
    VIEW_DONE("wait idle\nscreenshot a.png\noriginal on\nscreenshot b.png\nquit\n", "plain.uqd",
              LOCAL, "--reference", "swapped.png");
    assert_third("a.png", 0, red, 0);
    assert_third("b.png", 0, green, 25);
    pixels_free(&pixels);
    free(profile.data);
}

static void transparent_pixels_show_the_ground(void **state)
{
    struct pixels screen;
    (void)state;
    encode("half.uqd", 4, NULL);
    VIEW_DONE("wait idle\nscreenshot half.png\nquit\n", "half.uqd", LOCAL);
    screen_read("half.png", &screen);
    size_t n_light = 0, n_dark = 0;
    for (uint32_t i = 0; i < 200 * 64; i++) {
        const uint8_t *pixel = screen.data + ((100 + i / 200) * screen.width + 40 + i % 200) * 3;
        n_light += pixel[0] == 153 && pixel[1] == 153;
        n_dark += pixel[0] == 102 && pixel[1] == 102;
    }
    pixels_free(&screen);
    assert_int_equal(n_light + n_dark, 200 * 64);
    assert_int_equal(n_light, n_dark);
    assert_third("half.png", 2, blue, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_are_read),
        cmocka_unit_test(cut_and_damaged_profiles_are_none),
        cmocka_unit_test(colours_follow_the_profile),
        cmocka_unit_test(the_reference_has_a_profile_of_its_own),
        cmocka_unit_test(transparent_pixels_show_the_ground),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
