/* Maps of small pictures whose pixels are known. */
#include "session/maps/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A picture of these bytes. */
static struct picture *make(uint32_t width, uint32_t height, uint32_t channels,
                            const uint8_t *bytes)
{
    struct picture *picture = picture_new(width, height, channels);
    assert_non_null(picture);
    memcpy(picture_pixels(picture), bytes, (size_t)width * height * channels);
    return picture;
}

static struct picture *make_grey(uint32_t width, uint32_t height, uint8_t value)
{
    struct picture *picture = picture_new(width, height, 1);
    assert_non_null(picture);
    memset(picture_pixels(picture), value, (size_t)width * height);
    return picture;
}

static uint32_t colour_at(const struct picture *map, uint32_t x, uint32_t y)
{
    const uint8_t *pixel = map->pixels + y * map->stride + (size_t)x * 3;
    assert_int_equal(map->channels, 3);
    assert_true(x < map->width && y < map->height);
    return (uint32_t)(pixel[0] << 16 | pixel[1] << 8 | pixel[2]);
}

/* The entry of a scale at a pixel. */
static int entry_at(const struct picture *map, enum scale_kind scale, uint32_t x, uint32_t y)
{
    uint32_t colour = colour_at(map, x, y);
    for (int i = 0; i < SCALE_SIZE; i++)
        if (scale_colours[scale][i] == colour)
            return i;
    fail_msg("%06x is no colour of scale %d", (unsigned)colour, scale);
    return -1;
}

static void signed_differences_lie_about_grey(void **state)
{
    const uint8_t first[] = {100, 100, 100, 255, 0, 128}, second[] = {100, 98, 105, 0, 255, 127};
    struct picture *a = make(2, 1, 3, first), *b = make(2, 1, 3, second);
    struct map_legend legend;
    struct picture *map = map_difference(a, b, MAP_SIGNED, 4, &legend);
    (void)state;
    assert_int_equal(colour_at(map, 0, 0), 0x808476); /* 128, 128 + 4, 128 - 10 */
    assert_int_equal(colour_at(map, 1, 0), 0xff0082);
    assert_string_equal(legend.title, "Difference × 4");
    assert_int_equal(legend.scale, SCALE_GREY);
    assert_string_equal(legend.low, "–64");
    assert_string_equal(legend.middle, "equal");
    assert_string_equal(legend.high, "+64");
    picture_unref(map);
    picture_unref(a);
    picture_unref(b);
}

static void absolute_differences_begin_at_black(void **state)
{
    const uint8_t first[] = {100, 100, 100, 255, 0, 128}, second[] = {100, 98, 105, 0, 255, 127};
    struct picture *a = make(2, 1, 3, first), *b = make(2, 1, 3, second);
    struct map_legend legend;
    struct picture *map = map_difference(a, b, MAP_ABSOLUTE, 8, &legend);
    (void)state;
    assert_int_equal(colour_at(map, 0, 0), 0x001028);
    assert_int_equal(colour_at(map, 1, 0), 0xffff08);
    assert_string_equal(legend.low, "0");
    assert_string_equal(legend.high, "32");
    picture_unref(map);
    picture_unref(a);
    picture_unref(b);
}

static void grey_differences_are_grey(void **state)
{
    const uint8_t first[] = {10, 200, 20, 0}, second[] = {13, 100, 20, 255}; /* with alpha */
    struct picture *a = make(2, 1, 2, first), *b = make(2, 1, 2, second);
    struct map_legend legend;
    struct picture *map = map_difference(a, b, MAP_ABSOLUTE, 1, &legend);
    (void)state;
    assert_int_equal(colour_at(map, 0, 0), 0x030303);
    assert_int_equal(colour_at(map, 1, 0), 0);
    picture_unref(map);
    map = map_difference(a, b, MAP_HEAT, 1, &legend); /* means over grey and alpha */
    assert_int_equal(entry_at(map, SCALE_HEAT, 0, 0), 103 / 2);
    assert_int_equal(entry_at(map, SCALE_HEAT, 1, 0), 255 / 2);
    picture_unref(map);
    picture_unref(a);
    picture_unref(b);
}

static void luma_has_a_sign(void **state)
{
    const uint8_t first[] = {0, 100, 0, 10, 20, 30, 255, 255, 255};
    const uint8_t second[] = {0, 110, 0, 10, 20, 30, 0, 0, 0};
    struct picture *a = make(3, 1, 3, first), *b = make(3, 1, 3, second);
    struct map_legend legend;
    struct picture *map = map_difference(a, b, MAP_LUMA, 2, &legend);
    (void)state;
    assert_int_equal(entry_at(map, SCALE_BALANCE, 0, 0), 128 - 7); /* 72 and 79 */
    assert_int_equal(colour_at(map, 1, 0), 0x808080);
    assert_int_equal(entry_at(map, SCALE_BALANCE, 2, 0), 255);
    assert_int_equal(legend.scale, SCALE_BALANCE);
    picture_unref(map);
    picture_unref(a);
    picture_unref(b);
}

static void gains_are_limited(void **state)
{
    struct picture *a = make_grey(1, 1, 10), *b = make_grey(1, 1, 9);
    struct map_legend legend;
    (void)state;
    struct picture *map = map_difference(a, b, MAP_ABSOLUTE, -3, &legend);
    assert_int_equal(colour_at(map, 0, 0), 0x010101);
    assert_string_equal(legend.title, "Absolute difference × 1");
    picture_unref(map);
    map = map_difference(a, b, MAP_ABSOLUTE, 1000000, &legend);
    assert_int_equal(colour_at(map, 0, 0), 0xffffff);
    assert_string_equal(legend.title, "Absolute difference × 255");
    picture_unref(map);
    picture_unref(a);
    picture_unref(b);
}

/* 0, 2, 8 and 32 grey levels are at 0, a quarter, half and the end of the scale. */
static void errors_go_with_the_square_root(void **state)
{
    const uint8_t first[] = {9, 9, 9, 2, 2, 2, 8, 8, 8, 32, 32, 32, 255, 255, 255};
    const uint8_t second[] = {9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const int entries[] = {0, 63, 127, 255, 255};
    struct picture *a = make(5, 1, 3, first), *b = make(5, 1, 3, second);
    struct map_legend legend, other;
    struct picture *map = map_error(a, b, &legend), *change = map_change(a, b, &other);
    (void)state;
    for (uint32_t x = 0; x < 5; x++)
        assert_int_equal(entry_at(map, SCALE_HEAT, x, 0), entries[x]);
    assert_memory_equal(map->pixels, change->pixels, 15);
    assert_string_equal(legend.title, "Error, RMS in grey levels");
    assert_string_equal(other.title, "Change, RMS in grey levels");
    assert_string_equal(legend.middle, "8");
    assert_string_equal(legend.high, "32 or more");
    picture_unref(map);
    picture_unref(change);
    picture_unref(a);
    picture_unref(b);
}

/* 8 in one channel of four is 4 on their root mean square. */
static void all_channels_count(void **state)
{
    const uint8_t black[16] = {0};
    (void)state;
    for (uint32_t c = 0; c < 4; c++) {
        uint8_t bytes[16] = {0};
        bytes[12 + c] = 8;
        struct picture *a = make(2, 2, 4, bytes), *b = make(2, 2, 4, black);
        struct map_legend legend;
        struct picture *map = map_error(a, b, &legend);
        assert_int_equal(entry_at(map, SCALE_HEAT, 0, 0), 0);
        assert_int_equal(entry_at(map, SCALE_HEAT, 1, 1), 90); /* 255 * sqrt(4 / 32) */
        picture_unref(map);
        picture_unref(a);
        picture_unref(b);
    }
}

static void shapes_have_to_match(void **state)
{
    const uint8_t black[12] = {0};
    struct picture *grey = make_grey(2, 2, 0), *wide = make_grey(4, 1, 0);
    struct picture *coloured = make(2, 2, 3, black);
    struct picture *mixed[] = {grey, coloured}, *alone[] = {grey};
    struct map_legend legend;
    (void)state;
    for (int kind = 0; kind < MAP_N_DIFFERENCES; kind++) {
        assert_null(map_difference(grey, coloured, kind, 1, &legend));
        assert_null(map_difference(grey, wide, kind, 1, &legend));
    }
    assert_null(map_error(coloured, grey, &legend));
    assert_null(map_change(wide, grey, &legend));
    assert_null(map_variance(mixed, 2, &legend));
    assert_null(map_variance(alone, 1, &legend));
    assert_null(map_mean(mixed, 2));
    assert_null(map_mean(alone, 0));
    assert_null(map_mix(grey, wide, 50));
    picture_unref(grey);
    picture_unref(wide);
    picture_unref(coloured);
}

/* More rows than are summed at a time; the deviation of row y is that of 100 and 100 + y. */
static void deviations_are_those_of_samples(void **state)
{
    struct picture *pictures[2];
    struct map_legend legend;
    (void)state;
    for (int i = 0; i < 2; i++) {
        pictures[i] = make_grey(3, 70, 100);
        for (uint32_t y = 0; i == 1 && y < 70; y++)
            memset(picture_pixels(pictures[1]) + (size_t)y * 3, (int)(100 + y), 3);
    }
    struct picture *map = map_variance(pictures, 2, &legend), *mean = map_mean(pictures, 2);
    assert_int_equal(entry_at(map, SCALE_HEAT, 0, 0), 0);
    assert_int_equal(entry_at(map, SCALE_HEAT, 2, 1), 37);   /* 255 * (0.5 / 1024) ^ (1 / 4) */
    assert_int_equal(entry_at(map, SCALE_HEAT, 1, 40), 239); /* 255 * (800 / 1024) ^ (1 / 4) */
    assert_int_equal(entry_at(map, SCALE_HEAT, 1, 69), 255);
    assert_string_equal(legend.title, "Deviation of 2 samples, grey levels");
    assert_int_equal(mean->channels, 1);
    for (uint32_t y = 0; y < 70; y++)
        assert_int_equal(mean->pixels[y * mean->stride], 100 + (y + 1) / 2);
    picture_unref(map);
    picture_unref(mean);
    picture_unref(pictures[0]);
    picture_unref(pictures[1]);
}

/* 10 by 9 pixels are 2 by 2 blocks, of 64, 16, 8 and 2 pixels. */
static void blocks_become_pixels(void **state)
{
    const uint32_t bits[] = {64 * 128, 16 * 4096, 0, 2 * 2048};
    struct map_legend legend;
    struct picture *map = map_bits(bits, 2, 2, 10, 9, &legend);
    (void)state;
    for (uint32_t y = 0; y < 9; y++)
        for (uint32_t x = 0; x < 10; x++) {
            int expected = y == 8 ? (x < 8 ? 0 : 255) : (x < 8 ? 127 : 255);
            assert_int_equal(entry_at(map, SCALE_HEAT, x, y), expected);
        }
    assert_string_equal(legend.title, "Bits per pixel, at most 16");
    assert_string_equal(legend.middle, "0.5");
    assert_string_equal(legend.high, "8 or more");
    picture_unref(map);
}

static void blocks_have_to_cover_the_picture(void **state)
{
    const uint32_t bits[6] = {0};
    struct map_legend legend;
    (void)state;
    assert_null(map_bits(bits, 2, 2, 17, 9, &legend));
    assert_null(map_bits(bits, 2, 2, 8, 9, &legend));
    assert_null(map_bits(bits, 2, 1, 10, 9, &legend));
    assert_null(map_bits(bits, 0, 0, 0, 0, &legend));
    assert_null(map_bits(bits, 8192, 1, 65536, 1, &legend));
}

static void mixtures_are_those_of_the_library(void **state)
{
    struct picture *denoised = make_grey(2, 2, 100), *sample = make_grey(2, 2, 120);
    struct picture *mix = map_mix(denoised, sample, 25);
    (void)state;
    assert_int_equal(mix->channels, 1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(mix->pixels[i], 105);
    picture_unref(mix);
    assert_null(map_mix(denoised, sample, 101));
    picture_unref(denoised);
    picture_unref(sample);
}

/* Rows of a mapped picture may be further apart than they are long. */
static void rows_may_be_padded(void **state)
{
    const uint8_t rows[] = {1, 2, 99, 3, 4, 99};
    struct picture padded = {.width = 2, .height = 2, .channels = 1, .stride = 3, .pixels = rows};
    struct picture *black = make_grey(2, 2, 0);
    struct map_legend legend;
    struct picture *map = map_difference(&padded, black, MAP_ABSOLUTE, 1, &legend);
    (void)state;
    assert_int_equal(colour_at(map, 0, 1), 0x030303);
    assert_int_equal(colour_at(map, 1, 1), 0x040404);
    picture_unref(map);
    picture_unref(black);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_differences_lie_about_grey),
        cmocka_unit_test(absolute_differences_begin_at_black),
        cmocka_unit_test(grey_differences_are_grey),
        cmocka_unit_test(luma_has_a_sign),
        cmocka_unit_test(gains_are_limited),
        cmocka_unit_test(errors_go_with_the_square_root),
        cmocka_unit_test(all_channels_count),
        cmocka_unit_test(shapes_have_to_match),
        cmocka_unit_test(deviations_are_those_of_samples),
        cmocka_unit_test(blocks_become_pixels),
        cmocka_unit_test(blocks_have_to_cover_the_picture),
        cmocka_unit_test(mixtures_are_those_of_the_library),
        cmocka_unit_test(rows_may_be_padded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
