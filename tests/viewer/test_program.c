/* The built viewer, run by scripts without a display and without a daemon. */
#include "draw/layout.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOCAL "--no-daemon"

static void assert_same(const char *a, const char *b, const struct region *region)
{
    size_t n = stage_difference(a, b, region);
    if (n > 0)
        fail_msg("%s and %s differ in %zu pixels", a, b, n);
}

static void assert_differ(const char *a, const char *b, const struct region *region)
{
    if (stage_difference(a, b, region) == 0)
        fail_msg("%s and %s look the same", a, b);
}

/* ---- What is shown ------------------------------------------------------------------------- */

static void the_help_looks_as_designed(void **state)
{
    struct pixels screen;
    (void)state;
    VIEW_DONE("blank on\nhelp on\nscreenshot help.png\nquit\n", "picture.uqd", LOCAL);
    screen_read("help.png", &screen);
    screen_assert_golden(&screen, "help");
    pixels_free(&screen);
}

static void the_last_step_is_the_original(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nscreenshot last.png\noriginal on\nscreenshot original.png\nquit\n",
              "picture.uqd", LOCAL, "--reference", "picture.png");
    assert_same("last.png", "original.png", &stage_picture);
}

static void steps_modes_and_seeds_differ(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\n"
              "step 1\nwait step 1\nscreenshot one.png\n"
              "step next\nwait step 2\nscreenshot two.png\n"
              "step previous\nwait idle\nscreenshot one-again.png\n"
              "mode ancestral\nwait idle\nscreenshot ancestral.png\n"
              "seed 7\nwait idle\nscreenshot seven.png\n"
              "seed 0\nwait idle\nscreenshot ancestral-again.png\n"
              "mode flow\nwait idle\nscreenshot flow.png\n"
              "quit\n",
              "picture.uqd", LOCAL);
    assert_differ("one.png", "two.png", &stage_picture);
    assert_same("one.png", "one-again.png", &stage_picture);
    assert_differ("one.png", "ancestral.png", &stage_picture);
    assert_differ("ancestral.png", "seven.png", &stage_picture);
    assert_same("ancestral.png", "ancestral-again.png", &stage_picture);
    assert_differ("one.png", "flow.png", &stage_picture);
}

static void options_are_like_commands(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep 1\nmode ancestral\nseed 9\nwait idle\nscreenshot a.png\nquit\n",
              "picture.uqd", LOCAL);
    VIEW_DONE("wait idle\nstep 1\nwait idle\nscreenshot b.png\nquit\n", "picture.uqd", LOCAL,
              "--mode", "ancestral", "--seed", "9", "--threads", "1");
    assert_same("a.png", "b.png", &stage_picture);
}

static void the_same_run_gives_the_same_window(void **state)
{
    static const char script[] = "wait idle\nstep 2\nmode ancestral\nwait idle\n"
                                 "screenshot %s.png\nquit\n";
    char line[256];
    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof line, script, i ? "second" : "first");
        VIEW_DONE(line, "picture.uqd", LOCAL);
    }
    assert_same("first.png", "second.png", &stage_window);
}

static void play_goes_through_the_steps(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep 0\nplay on\nwait step 1\nplay off\nwait idle\n"
              "screenshot played.png\nstep 1\nwait idle\nscreenshot chosen.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same("played.png", "chosen.png", &stage_picture);
}

/* ---- The view ------------------------------------------------------------------------------ */

/* The lossless picture looks the same in every mode; so the window must, whatever was shown in
 * between. */
static void zoom_and_pan_survive(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep last\nzoom 9\npan 40 -25\nwait idle\nscreenshot before.png\n"
              "step 1\nwait step 1\nmode ancestral\nwait idle\nseed 3\nwait idle\n"
              "screenshot between.png\n"
              "step last\nwait idle\nscreenshot after.png\n"
              "mode denoised\nwait idle\nscreenshot back.png\n"
              "fit\nscreenshot fitted.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same("before.png", "after.png", &stage_picture);
    assert_same("before.png", "back.png", &stage_picture);
    assert_differ("before.png", "between.png", &stage_picture);
    assert_differ("before.png", "fitted.png", &stage_picture);
}

/* At whole zooms one picture pixel is a square of one colour. */
static void enlarged_pixels_are_squares(void **state)
{
    struct pixels screen;
    (void)state;
    VIEW_DONE("wait idle\nzoom 20\npan 1000 1000\nscreenshot zoomed.png\nquit\n", "picture.uqd",
              LOCAL);
    screen_read("zoomed.png", &screen);
    for (uint32_t y = 0; y < 200; y++)
        for (uint32_t x = 60; x < 200; x++) {
            const uint8_t *corner = screen.data + ((y / 20 * 20) * screen.width + x / 20 * 20) * 3;
            const uint8_t *pixel = screen.data + (y * screen.width + x) * 3;
            if (y >= 60 && memcmp(corner, pixel, 3))
                fail_msg("pixel %u %u is not in its square", x, y);
        }
    pixels_free(&screen);
}

static void parts_can_be_hidden(void **state)
{
    struct pixels screen;
    (void)state;
    VIEW_DONE("wait idle\nscreenshot all.png\n"
              "filmstrip off\nwait idle\nscreenshot nofilm.png\n"
              "curve off\nwait idle\nscreenshot nocurve.png\n"
              "help on\nscreenshot help.png\nback\nwait idle\nscreenshot nohelp.png\n"
              "resize 500 400\nwait idle\nscreenshot small.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_differ("all.png", "nofilm.png", &stage_window);
    assert_differ("nofilm.png", "nocurve.png", &stage_window);
    assert_differ("nocurve.png", "help.png", &stage_window);
    assert_same("nocurve.png", "nohelp.png", &stage_picture);
    screen_read("small.png", &screen);
    assert_int_equal(screen.width, 500);
    assert_int_equal(screen.height, 400);
    pixels_free(&screen);
}

/* ---- Two files ----------------------------------------------------------------------------- */

/* The viewports of two 96 x 64 pictures in a window of 800 x 600 without filmstrips. */
static struct region left_picture, right_picture;

static void find_pictures(int n_left_steps, int n_right_steps)
{
    struct layout layout;
    const struct layout_wishes wishes = {.width = 800,
                                         .height = 600,
                                         .density = 1,
                                         .text_scale = 1,
                                         .curve = true,
                                         .n_columns = {n_left_steps, n_right_steps},
                                         .picture_width = 96,
                                         .picture_height = 64};
    layout_compute(&layout, &wishes);
    struct region *regions[] = {&left_picture, &right_picture};
    for (int i = 0; i < 2; i++) {
        const struct rect *at = &layout.pictures[i];
        *regions[i] =
            (struct region){(uint32_t)at->x, (uint32_t)at->y, (uint32_t)at->w, (uint32_t)at->h};
    }
}

static void assert_regions_same(const char *path, const struct region *a, const struct region *b,
                                bool same)
{
    struct pixels screen;
    size_t n = 0;
    screen_read(path, &screen);
    for (uint32_t y = 0; y < a->height; y++) {
        const uint8_t *first = screen.data + ((a->y + y) * (size_t)screen.width + a->x) * 3;
        const uint8_t *second = screen.data + ((b->y + y) * (size_t)screen.width + b->x) * 3;
        n += memcmp(first, second, a->width * (size_t)3) != 0;
    }
    pixels_free(&screen);
    if ((n == 0) != same)
        fail_msg("%s: the pictures %s", path, same ? "differ" : "are the same");
}

/* The same file twice: whatever is done to one of them is to be seen in both. */
static void linked_files_go_together(void **state)
{
    static const char *const shots[] = {"first.png", "second.png", "third.png", "fourth.png"};
    (void)state;
    find_pictures(7, 7);
    VIEW_DONE("wait idle\nfilmstrip off\nstep 1\nwait idle\nscreenshot first.png\n"
              "zoom 5\npan 20 -10\nscreenshot second.png\n"
              "file 2\nstep 4\nmode ancestral\nseed 3\nwait idle\nscreenshot third.png\n"
              "step first\nplay on\nwait step 1\nplay off\nwait idle\nscreenshot fourth.png\n"
              "link off\nstep 5\nwait idle\nscreenshot apart.png\n"
              "link on\nwait idle\nscreenshot again.png\n"
              "original on\nscreenshot original.png\nquit\n",
              "picture.uqd", "picture.uqd", LOCAL, "--reference", "picture.png");
    for (int i = 0; i < 4; i++) {
        assert_regions_same(shots[i], &left_picture, &right_picture, true);
        if (i > 0)
            assert_differ(shots[i - 1], shots[i], &left_picture);
    }
    assert_regions_same("apart.png", &left_picture, &right_picture, false);
    assert_same("fourth.png", "apart.png", &left_picture);
    assert_regions_same("again.png", &left_picture, &right_picture, true);
    assert_regions_same("original.png", &left_picture, &right_picture, true);
    assert_differ("again.png", "original.png", &left_picture);
}

/* Files with different steps, of which the second one is lossless. */
static void each_file_shows_its_own_step(void **state)
{
    (void)state;
    find_pictures(4, 7);
    VIEW_DONE("wait idle\nfilmstrip off\nlink off\nstep 2\nfile other\nstep last\n"
              "wait idle\nscreenshot a.png\n"
              "step 1\nwait idle\nscreenshot b.png\n"
              "file 1\nstep last\nfile 2\nstep last\nwait idle\nscreenshot c.png\n"
              "original on\nscreenshot original.png\n"
              "file 1\nlink on\nstep first\nwait idle\nscreenshot first.png\nquit\n",
              "short.uqd", "picture.uqd", LOCAL, "--reference", "picture.png");
    assert_same("a.png", "b.png", &left_picture);
    assert_differ("a.png", "b.png", &right_picture);
    assert_differ("b.png", "c.png", &left_picture);
    assert_same("a.png", "c.png", &right_picture);
    assert_regions_same("original.png", &left_picture, &right_picture, true);
    assert_differ("original.png", "c.png", &left_picture);
    assert_differ("first.png", "c.png", &right_picture);
}

static void two_files_look_the_same_again(void **state)
{
    static const char script[] = "wait idle\nfile 2\nstep 1\nmode ancestral\nwait idle\n"
                                 "screenshot %s.png\nresize 330 250\nwait idle\n"
                                 "screenshot %s-small.png\nfile other\nwait idle\n"
                                 "screenshot %s-other.png\nquit\n";
    char line[512];
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *name = i ? "two" : "one";
        snprintf(line, sizeof line, script, name, name, name);
        VIEW_DONE(line, "picture.uqd", "short.uqd", LOCAL);
    }
    assert_same("one.png", "two.png", &stage_window);
    struct region all = {0, 0, 330, 210}; /* without the note on what was written */
    assert_same("one-small.png", "two-small.png", &all);
    assert_same("one-other.png", "two-other.png", &all);
    assert_differ("one-small.png", "one-other.png", &all);
}

/* ---- What goes wrong ----------------------------------------------------------------------- */

static void cut_files_are_shown(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nscreenshot cut.png\nmode ancestral\nwait idle\nscreenshot cut2.png\n"
              "step 0\nwait step 0\nscreenshot cut1.png\nquit\n",
              "cut.uqd", LOCAL);
    assert_differ("cut.png", "cut1.png", &stage_picture);
}

static void bad_files_are_refused(void **state)
{
    static const struct {
        const char *file, *part;
    } cases[] = {
        {"garbage.uqd", "uqd-view: garbage.uqd: is not a .uqd file\n"},
        {"picture.png", "uqd-view: picture.png: is not a .uqd file\n"},
        {"letter.uqd", "uqd-view: letter.uqd: is not a .uqd file\n"},
        {"bad-header.uqd", "uqd-view: bad-header.uqd: its header is damaged\n"},
        {"header.uqd", "uqd-view: header.uqd: the file ends inside its header\n"},
        {"empty.uqd", "uqd-view: empty.uqd: the file is empty"},
        {"missing.uqd", "uqd-view: missing.uqd: No such file"},
        {"models", "uqd-view: models: not a regular file"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        VIEW(&result, "quit\n", cases[i].file, LOCAL);
        stage_assert_fails(&result, 1, cases[i].part);
        process_result_free(&result);
    }
}

/* Neither is anything shown if only one of two files can be. */
static void bad_pairs_are_refused(void **state)
{
    static const struct {
        const char *files[2], *part;
    } cases[] = {
        {{"picture.uqd", "missing.uqd"}, "uqd-view: missing.uqd: No such file"},
        {{"missing.uqd", "picture.uqd"}, "uqd-view: missing.uqd: No such file"},
        {{"picture.uqd", "garbage.uqd"}, "uqd-view: garbage.uqd: is not a .uqd file"},
        {{"picture.uqd", "header.uqd"}, "uqd-view: header.uqd: the file ends inside its header"},
        {{"picture.uqd", "other.uqd"},
         "uqd-view: other.uqd: 10 x 10 pixels, but picture.uqd has 96 x 64: only pictures of the "
         "same size can be shown side by side"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        VIEW(&result, "quit\n", cases[i].files[0], cases[i].files[1], LOCAL);
        stage_assert_fails(&result, 1, cases[i].part);
        process_result_free(&result);
    }
}

static void a_damaged_file_does_not_hide_the_other(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait idle\nscreenshot damaged.png\nquit\n", "picture.uqd", "damaged.uqd", LOCAL);
    stage_assert_fails(&result, 1, "uqd-view: damaged.uqd: step");
    process_result_free(&result);
    struct pixels screen;
    screen_read("damaged.png", &screen);
    pixels_free(&screen);
}

/* What comes before the damage is shown, and the damage is reported. */
static void damaged_files_are_shown_and_reported(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait step 0\nwait idle\nscreenshot damaged.png\nquit\n", "damaged.uqd", LOCAL);
    stage_assert_fails(&result, 1, "uqd-view: damaged.uqd: step");
    process_result_free(&result);
    struct pixels screen;
    screen_read("damaged.png", &screen);
    pixels_free(&screen);
}

static void a_missing_model_is_named(void **state)
{
    struct process_result result;
    char *models = strdup(getenv("UQD_MODELS"));
    (void)state;
    setenv("UQD_MODELS", "/nonexistent", 1);
    setenv("XDG_DATA_DIRS", "/nonexistent", 1);
    VIEW(&result, "wait idle\nquit\n", "picture.uqd", LOCAL);
    setenv("UQD_MODELS", models, 1);
    free(models);
    stage_assert_fails(&result, 1, "model");
    process_result_free(&result);
}

static void wrong_usage_is_told(void **state)
{
    static const struct {
        const char *arguments[4];
        const char *part;
        int exit_code;
    } cases[] = {
        {{"picture.uqd", "--size", "big", NULL}, "--size", 2},
        {{"picture.uqd", "--mode", "fast", NULL}, "--mode", 2},
        {{"picture.uqd", "--seed", "x", NULL}, "--seed", 2},
        {{"picture.uqd", "--unknown", NULL}, "--unknown", 2},
        {{"picture.uqd", "cut.uqd", "damaged.uqd", NULL}, "damaged.uqd", 2},
        {{"picture.uqd", "--reference", "other.png", NULL}, "other.png", 1},
        {{"picture.uqd", "--cache", "much", NULL}, "--cache", 2},
        {{"picture.uqd", "--daemon-timeout", "soon", NULL}, "--daemon-timeout", 2},
        {{"picture.uqd", "--daemon-timeout", "3600001", NULL}, "--daemon-timeout", 2},
        {{"picture.uqd", "--reference", "nothing.png", NULL}, "nothing.png", 1},
        {{"picture.uqd", "--font", "nothing.ttf", NULL}, "nothing.ttf", 1},
        {{"picture.uqd", "--script", "nothing.txt", NULL}, "nothing.txt", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        stage_view(&result, "quit\n", cases[i].arguments);
        stage_assert_fails(&result, cases[i].exit_code, cases[i].part);
        process_result_free(&result);
    }
}

static void script_errors_have_a_line(void **state)
{
    static const struct {
        const char *script, *part;
        int exit_code;
    } cases[] = {
        {"step 0\n# comment\njump\nquit\n", "standard input:3: there is no command `jump`", 2},
        {"zoom much\n", "standard input:1: `much` is not a zoom", 2},
        {"wait idle\nstep 99\n", "standard input:2: there is no step 99", 1},
        {"wait step 99\n", "standard input:1: there is no step 99", 1},
        {"wait idle\nstep 1\nwait step 2\n", "standard input:3: step 2 will not come", 1},
        {"file other\n", "standard input:1: `file` needs two files", 1},
        {"link off\n", "standard input:1: `link` needs two files", 1},
        {"wait idle\nscreenshot /nonexistent/a.png\n", "standard input:2: ", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        VIEW(&result, cases[i].script, "picture.uqd", LOCAL);
        stage_assert_fails(&result, cases[i].exit_code, cases[i].part);
        process_result_free(&result);
    }
}

static void no_display_is_told(void **state)
{
    struct process_result result;
    (void)state;
    unsetenv("SDL_VIDEODRIVER");
    VIEW(&result, "quit\n", "picture.uqd", LOCAL);
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    stage_assert_fails(&result, 2, "no display");
    stage_assert_fails(&result, 2, "uqd decode");
    stage_assert_fails(&result, 2, "./demo");
    process_result_free(&result);
}

static void help_and_version_are_printed(void **state)
{
    static const char *const options[] = {"--help", "--version"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *const argv[] = {UQD_VIEW, options[i], NULL};
        struct process_result result;
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_int_equal(result.exit_code, 0);
        assert_non_null(strstr(result.out, "uqd-view"));
        process_result_free(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_help_looks_as_designed),
        cmocka_unit_test(the_last_step_is_the_original),
        cmocka_unit_test(steps_modes_and_seeds_differ),
        cmocka_unit_test(options_are_like_commands),
        cmocka_unit_test(the_same_run_gives_the_same_window),
        cmocka_unit_test(play_goes_through_the_steps),
        cmocka_unit_test(zoom_and_pan_survive),
        cmocka_unit_test(enlarged_pixels_are_squares),
        cmocka_unit_test(parts_can_be_hidden),
        cmocka_unit_test(linked_files_go_together),
        cmocka_unit_test(each_file_shows_its_own_step),
        cmocka_unit_test(two_files_look_the_same_again),
        cmocka_unit_test(cut_files_are_shown),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(bad_pairs_are_refused),
        cmocka_unit_test(a_damaged_file_does_not_hide_the_other),
        cmocka_unit_test(damaged_files_are_shown_and_reported),
        cmocka_unit_test(a_missing_model_is_named),
        cmocka_unit_test(wrong_usage_is_told),
        cmocka_unit_test(script_errors_have_a_line),
        cmocka_unit_test(no_display_is_told),
        cmocka_unit_test(help_and_version_are_printed),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
