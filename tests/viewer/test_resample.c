/* Scaling pictures to display pixels. */
#include "resample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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
    if (picture->channels == 1)
        return 0xff000000u | p[0] * 0x010101u;
    return 0xff000000u | (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
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
    for (uint32_t channels = 1; channels <= 3; channels += 2)
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

static void parts_agree_with_the_whole(void **state)
{
    (void)state;
    struct picture *picture = make(40, 30, 3);
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
        cmocka_unit_test(parts_agree_with_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
