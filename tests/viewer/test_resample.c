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

/* ---- The definition, pixel by pixel -------------------------------------------------------- */

#define MOST 3000 /* picture pixels that one display pixel covers */

/* What display pixel i covers along one axis: picture pixels from `first` with weights that add up
 * to 65536. They are rounded down; the first of the largest gets what is missing. */
struct cover {
    uint32_t first, n, weights[MOST];
};

static void cover_init(struct cover *cover, uint64_t i, uint64_t source, uint64_t scaled)
{
    uint64_t begin = i * source, end = begin + source;
    uint32_t missing = 65536, largest = 0;
    cover->first = (uint32_t)(begin / scaled);
    cover->n = 0;
    for (uint64_t at = cover->first; at * scaled < end; at++) {
        uint64_t low = at * scaled > begin ? at * scaled : begin;
        uint64_t high = (at + 1) * scaled < end ? (at + 1) * scaled : end;
        uint32_t weight = (uint32_t)((high - low) * 65536 / source);
        assert_true(cover->n < MOST);
        cover->weights[cover->n] = weight;
        if (weight > cover->weights[largest])
            largest = cover->n;
        missing -= weight;
        cover->n++;
    }
    cover->weights[largest] += missing;
}

/* Sum of a channel over the rows in one column; a colour is multiplied by alpha, if there is any.
 */
static uint32_t column_sum(const struct picture *picture, const struct cover *rows, uint32_t x,
                           uint32_t channel)
{
    uint32_t sum = 0, alpha = picture->channels - 1;
    for (uint32_t i = 0; i < rows->n; i++) {
        const uint8_t *p =
            picture->pixels + (rows->first + i) * picture->stride + x * picture->channels;
        uint32_t factor = picture_has_alpha(picture) && channel != alpha ? p[alpha] : 1;
        sum += p[channel] * factor * rows->weights[i];
    }
    return sum;
}

static uint32_t area_sum(const struct picture *picture, const struct cover *rows,
                         const struct cover *columns, uint32_t channel)
{
    uint64_t sum = 0;
    bool alpha = picture_has_alpha(picture);
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t column = column_sum(picture, rows, columns->first + i, channel);
        sum += (uint64_t)(alpha ? column : column >> 8) * columns->weights[i];
    }
    return (uint32_t)(alpha ? sum >> 16 : (sum + (1 << 23)) >> 24);
}

static uint32_t defined_pixel(const struct picture *picture, const struct cover *rows,
                              const struct cover *columns)
{
    uint32_t n_colours = picture->channels < 3 ? 1 : 3, colours[3], alpha = 255;
    for (uint32_t c = 0; c < n_colours; c++)
        colours[c] = area_sum(picture, rows, columns, c);
    if (picture_has_alpha(picture)) {
        uint32_t sum = area_sum(picture, rows, columns, picture->channels - 1);
        alpha = (sum + 32768) >> 16;
        for (uint32_t c = 0; alpha > 0 && c < n_colours; c++)
            colours[c] = (colours[c] + sum / 2) / sum;
    }
    if (alpha == 0)
        return 0;
    return alpha << 24 | colours[0] << 16 | colours[n_colours / 2] << 8 | colours[n_colours - 1];
}

static void assert_as_defined(const struct picture *picture, const struct view_rect *place,
                              const struct view_rect *part)
{
    static struct cover rows, columns;
    uint32_t *out = scale(picture, place->width, place->height, part);
    for (int y = 0; y < part->height; y++) {
        cover_init(&rows, (uint64_t)(part->y + y), picture->height, (uint64_t)place->height);
        for (int x = 0; x < part->width; x++) {
            cover_init(&columns, (uint64_t)(part->x + x), picture->width, (uint64_t)place->width);
            uint32_t wanted = defined_pixel(picture, &rows, &columns);
            uint32_t is = out[(size_t)y * (size_t)part->width + (size_t)x];
            if (is != wanted)
                fail_msg("%u x %u, %u channels, to %d x %d, pixel %d %d: %08x, not %08x",
                         picture->width, picture->height, picture->channels, place->width,
                         place->height, part->x + x, part->y + y, is, wanted);
        }
    }
    free(out);
}

static uint32_t random_below(uint32_t *noise, uint32_t limit)
{
    *noise = *noise * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*noise * limit >> 32);
}

/* Of every fourth pixel nothing shows, every fourth is opaque. */
static void vary_alpha(struct picture *picture, uint32_t *noise)
{
    for (size_t i = picture->channels - 1; i < picture_size(picture); i += picture->channels) {
        uint32_t kind = random_below(noise, 4);
        if (kind < 2)
            picture_pixels(picture)[i] = kind ? 255 : 0;
    }
}

static void any_part_of_any_size_is_as_defined(void **state)
{
    uint32_t noise = 1;
    (void)state;
    for (uint32_t round = 0; round < 600; round++) {
        uint32_t most = round % 8 ? 60 : 400;
        struct picture *picture =
            make(1 + random_below(&noise, most), 1 + random_below(&noise, most), 1 + round % 4);
        struct view_rect place = {0, 0, 1 + (int)random_below(&noise, 150),
                                  1 + (int)random_below(&noise, 90)};
        if (round % 5 == 0) {
            place.width = (int)picture->width * 2;
            place.height = (int)picture->height;
        }
        struct view_rect part = {(int)random_below(&noise, (uint32_t)place.width),
                                 (int)random_below(&noise, (uint32_t)place.height), 0, 0};
        part.width = 1 + (int)random_below(&noise, (uint32_t)(place.width - part.x) % 70);
        part.height = 1 + (int)random_below(&noise, (uint32_t)(place.height - part.y) % 50);
        if (picture_has_alpha(picture))
            vary_alpha(picture, &noise);
        assert_as_defined(picture, &place, &part);
        picture_unref(picture);
    }
}

/* Long rows, and more rows of full brightness in one pixel than 16 bits hold the sum of. */
static void large_pictures_are_as_defined(void **state)
{
    static const struct {
        uint32_t width, height;
        struct view_rect place;
    } cases[] = {{2900, 3, {0, 0, 1201, 2}},
                 {3, 2999, {0, 0, 2, 2}},
                 {5, 2047, {0, 0, 5, 7}},
                 {2700, 4, {0, 0, 1, 3}}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint32_t channels = 1; channels <= 4; channels++) {
            struct picture *picture = make(cases[i].width, cases[i].height, channels);
            assert_as_defined(picture, &cases[i].place, &cases[i].place);
            memset(picture_pixels(picture), 255, picture_size(picture));
            assert_as_defined(picture, &cases[i].place, &cases[i].place);
            picture_unref(picture);
        }
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
        cmocka_unit_test(any_part_of_any_size_is_as_defined),
        cmocka_unit_test(large_pictures_are_as_defined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
