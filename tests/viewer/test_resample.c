/* Scaling pictures to display pixels. */
#include "draw/resample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct picture *make(uint32_t width, uint32_t height, uint32_t channels)
{
    struct picture *picture = picture_new(width, height, channels);
    uint32_t noise = 7;
    assert_non_null(picture);
    for (size_t i = 0; i < picture_size(picture); i++) {
        noise = noise * 1664525 + 1013904223;
        picture_pixels(picture)[i] = (uint8_t)(noise >> 24);
    }
    return picture;
}

static uint32_t pixel(const struct picture *picture, uint32_t x, uint32_t y)
{
    const uint8_t *p = picture->pixels + y * picture->stride + x * picture->channels;
    uint32_t alpha = picture_has_alpha(picture) ? p[picture->channels - 1] : 255;
    if (alpha == 0)
        return 0;
    if (picture->channels <= 2)
        return alpha << 24 | p[0] * 0x010101u;
    return alpha << 24 | (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static uint32_t *scale(const struct picture *picture, int width, int height,
                       const struct view_rect *part)
{
    struct view_rect place = {0, 0, width, height};
    size_t stride = (size_t)part->width * sizeof(uint32_t);
    uint32_t *out = malloc(stride * (size_t)part->height);
    assert_non_null(out);
    assert_int_equal(resample(picture, &place, part, out, stride), 0);
    return out;
}

static void whole_zooms_are_nearest_neighbour(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++)
        for (int zoom = 1; zoom <= 5; zoom++) {
            struct picture *picture = make(13, 7, channels);
            struct view_rect part = {3, 2, 13 * zoom - 5, 7 * zoom - 4};
            uint32_t *out = scale(picture, 13 * zoom, 7 * zoom, &part);
            for (int y = 0; y < part.height; y++)
                for (int x = 0; x < part.width; x++)
                    if (out[y * part.width + x] !=
                        pixel(picture, (uint32_t)((x + 3) / zoom), (uint32_t)((y + 2) / zoom)))
                        fail_msg("%u channels, zoom %d, pixel %d %d", channels, zoom, x, y);
            free(out);
            picture_unref(picture);
        }
}

static void halving_takes_the_mean(void **state)
{
    (void)state;
    struct picture *picture = make(16, 8, 1);
    struct view_rect part = {0, 0, 8, 4};
    uint32_t *out = scale(picture, 8, 4, &part);
    for (uint32_t y = 0; y < 4; y++)
        for (uint32_t x = 0; x < 8; x++) {
            int sum = 0;
            for (uint32_t i = 0; i < 4; i++)
                sum += (int)(pixel(picture, 2 * x + i % 2, 2 * y + i / 2) & 255);
            assert_in_range((out[y * 8 + x] & 255) + 1, sum / 4, sum / 4 + 2);
        }
    free(out);
    picture_unref(picture);
}

/* Neither rounding nor weights may change a constant, at any size. */
static void constants_stay(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {7, 5}, {31, 17}, {32, 18}, {47, 100}, {333, 77}};
    for (int value = 0; value < 256; value += 51)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct picture *picture = picture_new(31, 17, 3);
            assert_non_null(picture);
            for (size_t k = 0; k < picture_size(picture); k++)
                picture_pixels(picture)[k] = (uint8_t)value;
            struct view_rect part = {0, 0, sizes[i][0], sizes[i][1]};
            uint32_t *out = scale(picture, sizes[i][0], sizes[i][1], &part);
            for (int k = 0; k < part.width * part.height; k++)
                if (out[k] != (0xff000000u | (uint32_t)value * 0x010101u))
                    fail_msg("value %d, size %zu: %08x", value, i, out[k]);
            free(out);
            picture_unref(picture);
        }
}

static void set_alpha(struct picture *picture, int value)
{
    for (size_t i = picture->channels - 1; i < picture_size(picture); i += picture->channels)
        picture_pixels(picture)[i] = (uint8_t)value;
}

/* A visible pixel has the one colour that the visible pixels below it have. */
static void clear_pixels_do_not_bleed(void **state)
{
    (void)state;
    struct picture *picture = make(31, 17, 4);
    for (size_t i = 0; i < picture_size(picture); i += 4) {
        uint8_t *p = picture_pixels(picture) + i;
        bool clear = p[3] < 80;
        p[0] = clear ? p[0] : 200;
        p[1] = clear ? p[1] : 7;
        p[2] = clear ? p[2] : 90;
        p[3] = clear ? 0 : p[3];
    }
    static const int sizes[][2] = {{1, 1}, {7, 5}, {30, 17}, {47, 100}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct view_rect part = {0, 0, sizes[i][0], sizes[i][1]};
        uint32_t *out = scale(picture, sizes[i][0], sizes[i][1], &part);
        for (int k = 0; k < part.width * part.height; k++)
            if (out[k] >> 24 && (out[k] & 0xffffff) != 0xc8075a)
                fail_msg("size %zu: %08x", i, out[k]);
        free(out);
    }
    picture_unref(picture);
}

/* Of two pixels the one with three times the alpha counts three times. */
static void colours_are_weighted_by_alpha(void **state)
{
    static const uint8_t pixels[] = {200, 60, 100, 180};
    (void)state;
    struct picture *picture = picture_new(2, 1, 2);
    struct view_rect part = {0, 0, 1, 1};
    assert_non_null(picture);
    memcpy(picture_pixels(picture), pixels, sizeof pixels);
    uint32_t *out = scale(picture, 1, 1, &part);
    assert_int_equal(*out, 120u << 24 | 125 * 0x010101u);
    free(out);
    picture_unref(picture);
}

/* Opaque pixels look as those without alpha, but for rounding. */
static void opaque_pixels_look_as_without_alpha(void **state)
{
    (void)state;
    struct picture *with = make(31, 17, 4), *without = picture_new(31, 17, 3);
    struct view_rect part = {0, 0, 23, 41};
    assert_non_null(without);
    set_alpha(with, 255);
    for (size_t i = 0; i < picture_size(without); i++)
        picture_pixels(without)[i] = with->pixels[i / 3 * 4 + i % 3];
    uint32_t *a = scale(with, 23, 41, &part), *b = scale(without, 23, 41, &part);
    for (int k = 0; k < part.width * part.height; k++)
        for (int shift = 0; shift <= 24; shift += 8)
            assert_in_range((a[k] >> shift & 255) + 1, b[k] >> shift & 255,
                            (b[k] >> shift & 255) + 2);
    free(a);
    free(b);
    picture_unref(with);
    picture_unref(without);
}

static void parts_agree_with_the_whole(void **state)
{
    (void)state;
    struct picture *picture = make(40, 30, 4);
    struct view_rect whole = {0, 0, 67, 21}, part = {11, 5, 30, 9};
    uint32_t *all = scale(picture, 67, 21, &whole), *some = scale(picture, 67, 21, &part);
    for (int y = 0; y < part.height; y++)
        for (int x = 0; x < part.width; x++)
            assert_int_equal(some[y * part.width + x],
                             all[(y + part.y) * whole.width + x + part.x]);
    free(all);
    free(some);
    picture_unref(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_zooms_are_nearest_neighbour),
        cmocka_unit_test(halving_takes_the_mean),
        cmocka_unit_test(constants_stay),
        cmocka_unit_test(clear_pixels_do_not_bleed),
        cmocka_unit_test(colours_are_weighted_by_alpha),
        cmocka_unit_test(opaque_pixels_look_as_without_alpha),
        cmocka_unit_test(parts_agree_with_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
