/* The pixels on the screen and in exported files are what they are said to be. */
#include "play.h"
#include "session/maps/map.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct map_legend legend; /* of no interest here */

static struct picture *load(const char *path)
{
    struct pixels pixels;
    screen_read(path, &pixels);
    struct picture *picture = picture_new(pixels.width, pixels.height, pixels.channels);
    assert_non_null(picture);
    memcpy(picture_pixels(picture), pixels.data,
           (size_t)pixels.width * pixels.height * pixels.channels);
    pixels_free(&pixels);
    return picture;
}

/* Where the picture of the first viewport is in the window. */
static struct view_rect find_picture(void)
{
    struct app *app = play_hold();
    struct view_frame frame = app_frame(app);
    struct view_rect place = view_place(&app->view, &frame);
    place.x += app->layout.pictures[0].x;
    place.y += app->layout.pictures[0].y;
    play_release();
    return place;
}

/* Columns of a picture that is shown pixel by pixel are on the screen as in a picture of the test.
 */
static void assert_on_screen(const struct picture *picture, uint32_t begin, uint32_t end)
{
    struct view_rect place = find_picture();
    struct pixels screen;
    assert_int_equal(place.width, picture->width);
    assert_int_equal(place.height, picture->height);
    play_do("screenshot screen.png");
    screen_read("screen.png", &screen);
    assert_int_equal(screen.channels, picture->channels);
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = begin; x < end; x++) {
            size_t at = ((size_t)place.y + y) * screen.width + (size_t)place.x + x;
            const uint8_t *wanted = picture->pixels + y * picture->stride + (size_t)x * 3;
            if (memcmp(screen.data + at * 3, wanted, 3))
                fail_msg("pixel %u %u is %d %d %d instead of %d %d %d", x, y, screen.data[at * 3],
                         screen.data[at * 3 + 1], screen.data[at * 3 + 2], wanted[0], wanted[1],
                         wanted[2]);
        }
    pixels_free(&screen);
}

/* Two panes of the file: the denoised picture of step 2, and an ancestral one. Leaves them in
 * files.
 */
static void compare(const char *lines)
{
    PLAY("picture.uqd", "--forget");
    play_until_idle();
    play_lines("step 2\nzoom 1\ncompare side\npane 2\nmode ancestral\nexport b.png\npane 1\n"
               "export a.png");
    play_lines(lines);
}

static void a_difference_is_what_one_has_more_than_the_other(void **state)
{
    static const struct {
        const char *lines;
        enum map_difference_kind kind;
        int gain;
    } cases[] = {{"gain 1", MAP_LUMA, 1},
                 {"gain 16", MAP_LUMA, 16},
                 {"absolute on", MAP_HEAT, 16},
                 {"gain 2", MAP_HEAT, 2}};
    (void)state;
    compare("compare difference");
    struct picture *a = load("a.png"), *b = load("b.png");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct picture *map = map_difference(a, b, cases[i].kind, cases[i].gain, &legend);
        assert_non_null(map);
        play_lines(cases[i].lines);
        assert_on_screen(map, 0, map->width);
        picture_unref(map);
    }
    picture_unref(a);
    picture_unref(b);
    assert_int_equal(play_end(), 0);
}

static void a_wipe_shows_either_side(void **state)
{
    static const double shares[] = {0, 0.45, 0.5, 0.55, 1};
    char line[32];
    (void)state;
    compare("compare wipe");
    struct picture *a = load("a.png"), *b = load("b.png");
    struct view_rect place = find_picture();
    struct app *app = play_hold();
    struct rect port = app->layout.pictures[0];
    play_release();
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        snprintf(line, sizeof line, "wipe %g", shares[i]);
        play_lines(line);
        int at = (int)(port.x + shares[i] * port.w) - place.x, width = place.width;
        int left = at - 24, right = at + 24; /* besides the handle */
        left = left < 0 ? 0 : left < width ? left : width;
        right = right < 0 ? 0 : right < width ? right : width;
        assert_on_screen(a, 0, (uint32_t)left);
        assert_on_screen(b, (uint32_t)right, (uint32_t)width);
    }
    picture_unref(a);
    picture_unref(b);
    assert_int_equal(play_end(), 0);
}

static void maps_on_the_screen_are_made_of_what_is_exported(void **state)
{
    (void)state;
    PLAY("picture.uqd", "--forget");
    play_until_idle();
    play_lines("zoom 1\nstep 1\nexport before.png\nstep 2\nexport a.png\nmap error");
    struct picture *a = load("a.png"), *before = load("before.png"),
                   *original = load("picture.png");
    struct picture *error = map_error(a, original, &legend),
                   *change = map_change(a, before, &legend);
    assert_non_null(error);
    assert_non_null(change);
    assert_on_screen(error, 0, error->width);
    play_lines("map change");
    assert_on_screen(change, 0, change->width);
    play_lines("map off");
    assert_on_screen(a, 0, a->width);
    play_lines("original on");
    assert_on_screen(original, 0, original->width);
    picture_unref(error);
    picture_unref(change);
    picture_unref(original);
    picture_unref(before);
    picture_unref(a);
    assert_int_equal(play_end(), 0);
}

static void the_variance_is_that_of_eight_samples(void **state)
{
    struct picture *samples[8];
    char lines[64];
    (void)state;
    PLAY("picture.uqd", "--forget");
    play_until_idle();
    play_lines("zoom 1\nstep 2");
    for (int seed = 0; seed < 8; seed++) {
        snprintf(lines, sizeof lines, "seed %d\nexport sample.png", 5 + seed);
        play_lines(lines);
        samples[seed] = load("sample.png");
    }
    struct picture *map = map_variance(samples, 8, &legend);
    assert_non_null(map);
    play_lines("seed 5\nmode denoised\nmap variance");
    assert_on_screen(map, 0, map->width);
    picture_unref(map);
    for (int seed = 0; seed < 8; seed++)
        picture_unref(samples[seed]);
    assert_int_equal(play_end(), 0);
}

/* ---- Places in a file ---------------------------------------------------------------------- */

static void assert_decoded(const char *exported, const char *bytes, const char *mode)
{
    const char *const argv[] = {UQD,   "decode", "picture.uqd", "-o",     "decoded.png", "--bytes",
                                bytes, "--mode", mode,          "--seed", "3",           NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
    if (result.exit_code != 0)
        fail_msg("%s", result.err);
    process_result_free(&result);
    struct region whole = {0, 0, 96, 64};
    if (stage_difference(exported, "decoded.png", &whole) > 0)
        fail_msg("%s after %s bytes is not what uqd decodes", mode, bytes);
}

static void a_place_in_a_file_is_what_uqd_decodes(void **state)
{
    static const char *const modes[] = {"denoised", "ancestral", "flow"};
    uint64_t ends[3], places[6];
    char lines[128], bytes[24];
    (void)state;
    PLAY("picture.uqd", "--forget", "--seed", "3");
    play_until_idle();
    struct app *app = play_hold();
    for (int i = 0; i < 3; i++)
        ends[i] = app->documents[0]->file.steps[i + 1].bytes;
    play_release();
    for (int i = 0; i < 2; i++) {
        places[3 * i] = ends[i];
        places[3 * i + 1] = ends[i] + 1;
        places[3 * i + 2] = (ends[i] + ends[i + 1]) / 2;
    }
    for (int i = 0; i < 18; i++) {
        snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)places[i / 3]);
        snprintf(lines, sizeof lines, "bytes %s\nmode %s\nexport place.png", bytes, modes[i % 3]);
        play_lines(lines);
        assert_decoded("place.png", bytes, modes[i % 3]);
    }
    assert_int_equal(play_end(), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, play_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_difference_is_what_one_has_more_than_the_other),
        TEST(a_wipe_shows_either_side),
        TEST(maps_on_the_screen_are_made_of_what_is_exported),
        TEST(the_variance_is_that_of_eight_samples),
        TEST(a_place_in_a_file_is_what_uqd_decodes),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
