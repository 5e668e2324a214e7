/* What lies over pictures stays in its place, and its texts in theirs. */
#include "draw/fit_text.h"
#include "draw/grid.h"
#include "draw/histogram.h"
#include "draw/legend.h"
#include "draw/loupe.h"
#include "draw/theme.h"
#include "draw/wipe.h"
#include "recording_surface.h"
#include "screen.h"
#include "sdl/surface.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  800
#define HEIGHT 600

static const struct rect port = {100, 50, 600, 500};

static int open_surface(void **state)
{
    static struct recording_surface surface;
    recording_open(&surface, WIDTH, HEIGHT);
    *state = &surface;
    return 0;
}

static int close_surface(void **state)
{
    recording_close(*state);
    return 0;
}

/* Pixels that tell where they are: (x, y, 200), with alpha 255. */
static struct picture *make(uint32_t width, uint32_t height, uint32_t channels)
{
    struct picture *picture = picture_new(width, height, channels);
    assert_non_null(picture);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint8_t values[] = {(uint8_t)x, (uint8_t)y, 200, 255};
            memcpy(picture_pixels(picture) + y * picture->stride + (size_t)x * channels, values,
                   channels);
        }
    return picture;
}

/* Everything drawn is inside of a rectangle. */
static void assert_inside(const struct recording_surface *surface, const struct rect *rect)
{
    for (size_t i = 0; i < surface->n; i++)
        if (surface->items[i].seen.w > 0)
            assert_true(recording_contains(rect, &surface->items[i].seen));
}

static double linear(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double contrast(struct colour a, struct colour b)
{
    double first = 0.2126 * linear(a.r) + 0.7152 * linear(a.g) + 0.0722 * linear(a.b);
    double second = 0.2126 * linear(b.r) + 0.7152 * linear(b.g) + 0.0722 * linear(b.b);
    return (fmax(first, second) + 0.05) / (fmin(first, second) + 0.05);
}

/* The texts of a card can be read on its ground. */
static void assert_readable(const struct recording_surface *surface)
{
    for (size_t i = 0; i < surface->n; i++)
        if (surface->items[i].kind == RECORDED_TEXT)
            assert_true(contrast(surface->items[i].colour, THEME_BACKGROUND) >= 4.5);
}

/* ---- The surface that records -------------------------------------------------------------- */

static void overlaps_and_cuts_are_found(void **state)
{
    struct recording_surface *recording = *state;
    struct surface *surface = &recording->base;
    const struct recorded *first, *second;
    struct rect place = {10, 10, 100, 40}, cover = {0, 0, 200, 100}, half = {0, 0, 20, 100};
    assert_int_equal(surface_text_height(surface, TEXT_SMALL), 15);
    assert_int_equal(surface_text_width(surface, TEXT_SMALL, "a·…b"), 30);
    surface_clip(surface, &place);
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, 10, 10, "abcd");
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, 40, 10, "touches");
    recording_assert_tidy(recording);
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_RIGHT, 50, 20, "below");
    assert_true(recording_overlap(recording, &first, &second));
    assert_string_equal(first->string, "abcd");
    assert_string_equal(second->string, "below");
    assert_null(recording_cut_off(recording));
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, 100, 30, "long");
    assert_string_equal(recording_cut_off(recording)->string, "long");
    surface_clip(surface, NULL);
    surface_fill(surface, &half, THEME_RAISED);
    assert_string_equal(recording_half_covered(recording)->string, "abcd");
    surface_fill(surface, &cover, THEME_RAISED);
    recording_assert_tidy(recording);
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_CENTRE, WIDTH, 200, "out of the window");
    assert_non_null(recording_cut_off(recording));
}

/* ---- Texts --------------------------------------------------------------------------------- */

static void texts_are_cut_between_characters(void **state)
{
    struct surface *surface = *state;
    const int one = surface_text_height(surface, TEXT_BIG); /* two characters */
    struct fitted_text fitted;
    fit_text(surface, TEXT_BIG, "Größe · 1", 9 * one / 2 + 1, &fitted);
    assert_string_equal(fitted.text, "Größe · 1");
    fit_text(surface, TEXT_BIG, "Größe · 1", 4 * one, &fitted);
    assert_string_equal(fitted.text, "Größe ·…");
    fit_text(surface, TEXT_BIG, "Größe · 1", 7 * one / 2, &fitted); /* no space before it */
    assert_string_equal(fitted.text, "Größe…");
    fit_text(surface, TEXT_BIG, "Größe · 1", 2 * one, &fitted);
    assert_string_equal(fitted.text, "Grö…");
    assert_int_equal(fitted.width, 2 * one);
    fit_text(surface, TEXT_BIG, "ößl", one, &fitted);
    assert_string_equal(fitted.text, "ö…");
    fit_text(surface, TEXT_BIG, "Größe", one / 2 + 1, &fitted);
    assert_string_equal(fitted.text, "");
    assert_int_equal(fitted.width, 0);
    fit_text(surface, TEXT_BIG, "", 100, &fitted);
    assert_string_equal(fitted.text, "");
    fit_text(surface, TEXT_BIG, "abc", -5, &fitted);
    assert_string_equal(fitted.text, "");
}

static void every_width_is_kept(void **state)
{
    struct surface *surface = *state;
    char text[400];
    size_t before = 0;
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "ä", 3);
    for (int width = 0; width < 2000; width += 3) {
        struct fitted_text fitted;
        fit_text(surface, TEXT_BODY, text, width, &fitted);
        assert_true(fitted.width <= width);
        assert_true(strlen(fitted.text) >= before && strlen(fitted.text) < sizeof fitted.text);
        before = strlen(fitted.text);
    }
    assert_true(before > 150);
}

static void the_widest_that_fits_is_chosen(void **state)
{
    struct surface *surface = *state;
    const char *const texts[] = {"six by six", "36", "six", "six"};
    int height = surface_text_height(surface, TEXT_BODY);
    assert_int_equal(fit_text_choose(surface, TEXT_BODY, texts, 4, 10 * height), 0);
    assert_int_equal(fit_text_choose(surface, TEXT_BODY, texts, 4, 2 * height), 2);
    assert_int_equal(fit_text_choose(surface, TEXT_BODY, texts, 4, height), 1);
    assert_int_equal(fit_text_choose(surface, TEXT_BODY, texts, 4, height / 2), -1);
}

/* ---- Legend and histogram ------------------------------------------------------------------ */

static const struct map_legend legend = {.title = "Error, RMS in grey levels",
                                         .scale = SCALE_HEAT,
                                         .low = "0",
                                         .middle = "8",
                                         .high = "32 or more"};

static void a_legend_tells_its_scale(void **state)
{
    struct recording_surface *recording = *state;
    struct rect at = {20, 30, 400, 300};
    struct rect used = legend_draw(&recording->base, &at, 1, &legend);
    recording_assert_tidy(recording);
    assert_readable(recording);
    assert_inside(recording, &used);
    assert_true(recording_contains(&at, &used) && used.w < at.w);
    assert_int_equal(used.h, legend_height(&recording->base, 1));
    assert_non_null(recording_find(recording, legend.title));
    const struct recorded *low = recording_find(recording, "0"),
                          *middle = recording_find(recording, "8"),
                          *high = recording_find(recording, "32 or more");
    assert_true(low->box.x < middle->box.x && middle->box.x < high->box.x);
    int n_first = 0, n_last = 0; /* the ends of the scale are drawn once */
    for (size_t i = 0; i < recording->n; i++) {
        struct colour colour = recording->items[i].colour;
        uint32_t word = (uint32_t)(colour.r << 16 | colour.g << 8 | colour.b);
        n_first += word == scale_colours[SCALE_HEAT][0];
        n_last += word == scale_colours[SCALE_HEAT][SCALE_SIZE - 1];
    }
    assert_int_equal(n_first, 1);
    assert_int_equal(n_last, 1);
}

static void a_legend_never_leaves_its_place(void **state)
{
    struct recording_surface *recording = *state;
    for (float scale = 1; scale <= 3; scale += 0.5F)
        for (int width = 0; width < 760; width += 7) {
            struct rect at = {20, 30, width, 400};
            surface_begin(&recording->base, THEME_BACKGROUND, scale);
            struct rect used = legend_draw(&recording->base, &at, scale, &legend);
            recording_assert_tidy(recording);
            assert_inside(recording, &used);
            assert_true(recording_contains(&at, &used));
            assert_true(used.w > 0 || recording->n == 0);
        }
    struct rect flat = {20, 30, 400, 20};
    surface_begin(&recording->base, THEME_BACKGROUND, 1);
    assert_int_equal(legend_draw(&recording->base, &flat, 1, &legend).w, 0);
    assert_int_equal(recording->n, 0);
}

static void a_histogram_never_leaves_its_place(void **state)
{
    struct recording_surface *recording = *state;
    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        struct picture *picture = make(40, 30, channels);
        struct histogram histogram;
        histogram_take(&histogram, picture, NULL);
        for (int height = 0; height < 400; height += 31)
            for (int width = 0; width < 400; width += 37) {
                struct rect at = {20, 30, width, height};
                surface_begin(&recording->base, THEME_BACKGROUND, 1);
                histogram_draw(&recording->base, &at, 1, &histogram, false);
                recording_assert_tidy(recording);
                assert_readable(recording);
                assert_inside(recording, &at);
            }
        picture_unref(picture);
    }
}

static void a_histogram_tells_numbers(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(40, 30, 3);
    struct rect at = {0, 0, 300, 300};
    struct histogram histogram;
    histogram_take(&histogram, picture, NULL);
    histogram_draw(&recording->base, &at, 1, &histogram, false);
    const struct recorded *red = recording_find(recording, "Red"),
                          *mean = recording_find(recording, "19.5"),
                          *range = recording_find(recording, "0 – 39");
    assert_int_equal(red->box.y, mean->box.y);
    assert_int_equal(red->box.y, range->box.y);
    assert_non_null(recording_find(recording, "200 – 200"));
    assert_non_null(recording_find(recording, "Histogram of 1200 pixels"));
    histogram_draw(&recording->base, &at, 1, &histogram, true);
    assert_non_null(recording_find(recording, "The histogram is coming ..."));
    picture_unref(picture);
}

/* ---- Grid ---------------------------------------------------------------------------------- */

static void pixels_have_values_once_they_fit(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(30, 30, 3);
    struct placed_picture placed = {picture, {-60, -60, 30 * 15, 30 * 15}, NULL, 8, false};
    grid_draw(&recording->base, &port, &placed, NULL);
    assert_int_equal(recording->n, 0);
    placed.place.width = placed.place.height = 30 * 16;
    grid_draw(&recording->base, &port, &placed, NULL);
    assert_true(recording_count(recording, RECORDED_RECT) > 0);
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 0);
    surface_begin(&recording->base, THEME_BACKGROUND, 1);
    placed.place = (struct view_rect){-60, -60, 30 * 60, 30 * 60};
    grid_draw(&recording->base, &port, &placed, NULL);
    /* The pixels 1 .. 10 and 1 .. 9 are to be seen, the last row in part. */
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 10 * 9 * 3);
    assert_inside(recording, &port);
    const struct recorded *first, *second;
    assert_false(recording_overlap(recording, &first, &second));
    const struct recorded *value = recording_find(recording, "10");
    assert_true(value->box.x > port.x + 9 * 60 && value->box.x + value->box.w <= port.x + 600);
    picture_unref(picture);
}

static void values_contrast_with_their_pixels(void **state)
{
    struct recording_surface *recording = *state;
    struct rect all = {0, 0, WIDTH, HEIGHT};
    struct picture *picture = picture_new(16, 16, 1);
    for (int i = 0; i < 256; i++)
        picture_pixels(picture)[i] = (uint8_t)i;
    struct placed_picture placed = {picture, {0, 0, 16 * 36, 16 * 36}, NULL, 8, false};
    grid_draw(&recording->base, &all, &placed, NULL);
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 256);
    for (size_t i = 0; i < recording->n; i++) {
        const struct recorded *item = &recording->items[i];
        if (item->kind != RECORDED_TEXT)
            continue;
        uint8_t grey = (uint8_t)(item->box.y / 36 * 16 + item->box.x / 36);
        char text[8];
        snprintf(text, sizeof text, "%d", grey);
        assert_string_equal(item->string, text);
        assert_true(contrast(item->colour, (struct colour){grey, grey, grey, 255}) >= 4.5);
    }
    recording_assert_tidy(recording);
    picture_unref(picture);
}

static void values_of_another_picture_can_be_shown(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *map = make(4, 4, 3), *picture = make(4, 4, 1), *other = make(5, 4, 1);
    struct placed_picture placed = {map, {0, 0, 4 * 60, 4 * 60}, NULL, 8, false};
    grid_draw(&recording->base, &port, &placed, picture);
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 16);
    surface_begin(&recording->base, THEME_BACKGROUND, 1);
    grid_draw(&recording->base, &port, &placed, other); /* not of the same place */
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 48);
    picture_unref(map);
    picture_unref(picture);
    picture_unref(other);
}

static void the_number_of_values_is_bounded(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(200, 200, 1);
    struct placed_picture placed = {picture, {0, 0, 200 * 30, 200 * 30}, NULL, 8, false};
    struct rect large = {0, 0, 3000, 3000};
    recording_close(recording);
    recording_open(recording, 3000, 3000);
    grid_draw(&recording->base, &large, &placed, NULL);
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 0);
    large.w = 700;
    grid_draw(&recording->base, &large, &placed, NULL);
    assert_int_equal(recording_count(recording, RECORDED_TEXT), 24 * 100);
    picture_unref(picture);
}

/* ---- Loupe --------------------------------------------------------------------------------- */

static void the_loupe_shows_what_is_under_the_pointer(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *first = make(200, 160, 3), *second = make(200, 160, 3);
    picture_pixels(second)[20 * 600 + 3 * 30] = 25; /* (30, 20) had 30 */
    struct placed_picture placed[] = {{first, {10, 10, 400, 320}, NULL, 8, false},
                                      {second, {10, 10, 400, 320}, NULL, 8, false}};
    struct loupe loupe = {
        &port, 100 + 10 + 61, 50 + 10 + 41, {{&placed[0], "Step 4"}, {&placed[1], "Original"}}, 2};
    struct rect used = loupe_draw(&recording->base, &loupe, 1);
    recording_assert_tidy(recording);
    assert_readable(recording);
    assert_inside(recording, &used);
    assert_true(recording_contains(&port, &used));
    assert_false(rect_contains(&used, loupe.x, loupe.y));
    assert_non_null(recording_find(recording, "30, 20, 200"));
    assert_non_null(recording_find(recording, "25, 20, 200"));
    assert_non_null(recording_find(recording, "x 30, y 20"));
    assert_non_null(recording_find(recording, "Δ +5, 0, 0"));
    assert_non_null(recording_find(recording, "Original"));
    assert_int_equal(recording_count(recording, RECORDED_PICTURE), 2);
    picture_unref(first);
    picture_unref(second);
}

/* The pixel under the pointer is in the middle of what is seen, wherever it is. */
static void the_loupe_stays_in_the_viewport(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(300, 250, 4);
    struct placed_picture placed = {picture, {0, 0, 600, 500}, NULL, 8, false};
    for (int y = 50; y < 550; y += 33)
        for (int x = 100; x < 700; x += 33) {
            struct loupe loupe = {&port, x, y, {{&placed, NULL}}, 1};
            surface_begin(&recording->base, THEME_BACKGROUND, 1);
            struct rect used = loupe_draw(&recording->base, &loupe, 1);
            recording_assert_tidy(recording);
            assert_true(used.w > 0 && recording_contains(&port, &used));
            assert_inside(recording, &used);
            assert_false(rect_contains(&used, x, y));
            for (size_t i = 0; i < recording->n; i++) {
                const struct recorded *item = &recording->items[i];
                if (item->kind != RECORDED_PICTURE)
                    continue;
                int cell = item->placed.place.width / 300;
                assert_true(cell >= 8);
                /* The box begins with the viewport of the loupe, or with the picture inside. */
                int left = item->placed.place.x < 0 ? item->placed.place.x : 0;
                int middle = used.x + used.w / 2 - (item->box.x + left);
                assert_int_equal(middle / cell, (x - 100) / 2);
            }
        }
    picture_unref(picture);
}

static void there_is_no_loupe_beside_the_picture(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(100, 100, 1);
    struct placed_picture placed = {picture, {50, 50, 100, 100}, NULL, 8, false};
    const struct rect small = {100, 50, 60, 60};
    struct loupe loupe = {&port, 120, 60, {{&placed, NULL}}, 1};
    assert_int_equal(loupe_draw(&recording->base, &loupe, 1).w, 0);
    loupe = (struct loupe){&small, 155, 105, {{&placed, NULL}}, 1};
    assert_int_equal(loupe_draw(&recording->base, &loupe, 1).w, 0);
    loupe = (struct loupe){&port, 155, 105, {{NULL, NULL}}, 0};
    assert_int_equal(loupe_draw(&recording->base, &loupe, 1).w, 0);
    assert_int_equal(recording->n, 0);
    picture_unref(picture);
}

/* ---- Wipe ---------------------------------------------------------------------------------- */

static void a_line_parts_two_pictures(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(60, 50, 3);
    struct placed_picture placed = {picture, {-10, 0, 620, 500}, NULL, 8, false}, other = placed;
    struct wipe wipe = {&placed, &other, "Step 4", "Original", 350, NULL, NULL};
    const struct recorded *sides[2];
    int n = 0;
    wipe_draw(&recording->base, &port, &wipe, 1);
    recording_assert_tidy(recording);
    assert_inside(recording, &port);
    for (size_t i = 0; i < recording->n; i++)
        if (recording->items[i].kind == RECORDED_PICTURE && n < 2)
            sides[n++] = &recording->items[i];
    assert_int_equal(n, 2);
    assert_int_equal(sides[0]->seen.x, 100);
    assert_int_equal(sides[0]->seen.x + sides[0]->seen.w, 350);
    assert_int_equal(sides[1]->seen.x, 350);
    assert_int_equal(sides[1]->seen.x + sides[1]->seen.w, 700);
    assert_memory_equal(&sides[0]->box, &sides[1]->box, sizeof(struct rect));
    assert_true(recording_find(recording, "Step 4")->box.x < 350);
    assert_true(recording_find(recording, "Original")->box.x > 350);
    assert_true(wipe_grabs(&port, &wipe, 1, 353, 100));
    assert_true(wipe_grabs(&port, &wipe, 1, 338, 302)); /* the handle */
    assert_false(wipe_grabs(&port, &wipe, 1, 338, 100));
    assert_false(wipe_grabs(&port, &wipe, 1, 350, 20));
    picture_unref(picture);
}

static void wipes_are_tidy_wherever_the_line_is(void **state)
{
    struct recording_surface *recording = *state;
    struct picture *picture = make(60, 50, 3);
    struct placed_picture placed = {picture, {0, 0, 600, 500}, NULL, 8, false};
    for (int x = 0; x < WIDTH; x += 9) {
        struct wipe wipe = {&placed, x % 2 ? &placed : NULL, "Step 4 · 64", "The original", x, NULL,
                            NULL};
        surface_begin(&recording->base, THEME_BACKGROUND, 1);
        wipe_draw(&recording->base, &port, &wipe, 1);
        recording_assert_tidy(recording);
        assert_inside(recording, &port);
        if (x < port.x + 20)
            assert_null(recording_find(recording, "Step 4 · 64"));
    }
    picture_unref(picture);
}

/* A word that is cut off says nothing. */
static void labels_of_narrow_sides_are_short_or_none(void **state)
{
    static const char *const words[] = {"Step 4, denoised", "step 4", "Original", "orig."};
    struct recording_surface *recording = *state;
    struct picture *picture = make(60, 50, 3);
    struct placed_picture placed = {picture, {0, 0, 600, 500}, NULL, 8, false};
    bool seen[4] = {false};
    for (int x = port.x; x < port.x + port.w; x += 7) {
        struct wipe wipe = {&placed, &placed, words[0], words[2], x, words[1], words[3]};
        surface_begin(&recording->base, THEME_BACKGROUND, 1);
        wipe_draw(&recording->base, &port, &wipe, 1);
        recording_assert_tidy(recording);
        for (int i = 0; i < 4; i++)
            seen[i] |= recording_find(recording, words[i]) != NULL;
        for (size_t k = 0; k < recording->n; k++) {
            const struct recorded *item = &recording->items[k];
            bool known = item->kind != RECORDED_TEXT;
            for (int i = 0; i < 4; i++)
                known |= !strcmp(item->string, words[i]);
            assert_true(known);
        }
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
    picture_unref(picture);
}

/* ---- The look ------------------------------------------------------------------------------ */

/* A ball in front of stripes; coarse: of squares, as an early step shows it. */
static struct picture *paint(uint32_t square)
{
    struct picture *picture = picture_new(120, 90, 3);
    assert_non_null(picture);
    for (int y = 0; y < 90; y++)
        for (int x = 0; x < 120; x++) {
            int u = x - x % (int)square, v = y - y % (int)square;
            int distance = (u - 50) * (u - 50) + (v - 45) * (v - 45);
            bool ball = distance < 900;
            uint8_t *pixel = picture_pixels(picture) + (size_t)y * picture->stride + 3 * (size_t)x;
            pixel[0] = (uint8_t)(ball ? 235 - distance / 8 : 40 + u);
            pixel[1] = (uint8_t)(ball ? 150 - distance / 9 : 70 + (u + v) / 6 % 2 * 60);
            pixel[2] = (uint8_t)(ball ? 60 : 90 + v);
        }
    return picture;
}

static void draw_quarters(struct surface *surface, struct picture *coarse, struct picture *fine)
{
    const struct rect quarters[] = {
        {0, 0, 319, 239}, {321, 0, 319, 239}, {0, 241, 319, 239}, {321, 241, 319, 239}};
    struct map_legend of_map;
    struct picture *error = map_error(coarse, fine, &of_map);
    struct placed_picture placed[] = {
        {coarse, {0, 0, 320, 240}, NULL, 8, false},
        {fine, {0, 0, 320, 240}, NULL, 8, false},
        {error, {0, 0, 320, 240}, NULL, 8, false},
        {fine, {-30 * 44, -20 * 44, 120 * 44, 90 * 44}, NULL, 8, false}};
    struct wipe wipe = {&placed[0], &placed[2], "Step 2", "Error", 150, NULL, NULL};
    struct loupe loupe = {
        &quarters[1], 341, 20, {{&placed[0], "Step 2"}, {&placed[1], "Original"}}, 2};
    struct rect bottom = {10, 240 - 10 - legend_height(surface, 1), 220, 100};
    struct rect card = {331, 251, 220, 200};
    struct histogram histogram;
    histogram_take(&histogram, fine, NULL);
    wipe_draw(surface, &quarters[0], &wipe, 1);
    legend_draw(surface, &bottom, 1, &of_map);
    surface_picture(surface, &quarters[1], &placed[1]);
    loupe_draw(surface, &loupe, 1);
    surface_picture(surface, &quarters[2], &placed[3]);
    grid_draw(surface, &quarters[2], &placed[3], NULL);
    surface_picture(surface, &quarters[3], &placed[1]);
    histogram_draw(surface, &card, 1, &histogram, false);
    picture_unref(error);
}

static void overlays_look_like_that(void **state)
{
    SDL_Surface *target = SDL_CreateRGBSurfaceWithFormat(0, 640, 480, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Renderer *renderer = SDL_CreateSoftwareRenderer(target);
    struct picture *coarse = paint(8), *fine = paint(1);
    struct pixels screen = {.width = 640, .height = 480, .channels = 3};
    struct sdl_surface surface;
    struct message message;
    (void)state;
    assert_non_null(renderer);
    assert_int_equal(sdl_surface_open(&surface, renderer, "builtin", &message), 0);
    surface_begin(&surface.base, THEME_BACKGROUND, 1);
    draw_quarters(&surface.base, coarse, fine);
    screen.data = malloc((size_t)640 * 480 * 3);
    assert_non_null(screen.data);
    assert_int_equal(
        SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_RGB24, screen.data, 640 * 3), 0);
    screen_assert_golden(&screen, "overlays");
    pixels_free(&screen);
    sdl_surface_close(&surface);
    SDL_DestroyRenderer(renderer);
    SDL_FreeSurface(target);
    picture_unref(coarse);
    picture_unref(fine);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_surface, close_surface)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(overlaps_and_cuts_are_found),
        TEST(texts_are_cut_between_characters),
        TEST(every_width_is_kept),
        TEST(the_widest_that_fits_is_chosen),
        TEST(a_legend_tells_its_scale),
        TEST(a_legend_never_leaves_its_place),
        TEST(a_histogram_never_leaves_its_place),
        TEST(a_histogram_tells_numbers),
        TEST(pixels_have_values_once_they_fit),
        TEST(values_contrast_with_their_pixels),
        TEST(values_of_another_picture_can_be_shown),
        TEST(the_number_of_values_is_bounded),
        TEST(the_loupe_shows_what_is_under_the_pointer),
        TEST(the_loupe_stays_in_the_viewport),
        TEST(there_is_no_loupe_beside_the_picture),
        TEST(a_line_parts_two_pictures),
        TEST(labels_of_narrow_sides_are_short_or_none),
        TEST(wipes_are_tidy_wherever_the_line_is),
        cmocka_unit_test(overlays_look_like_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
