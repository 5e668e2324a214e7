/* The built viewer, run by scripts without a display and without a daemon. */
#include "draw/layout.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* Of pictures, which need not have the size of the window. */
static void assert_same_pictures(const char *a, const char *b)
{
    struct pixels first;
    screen_read(a, &first);
    struct region whole = {0, 0, first.width, first.height};
    pixels_free(&first);
    assert_same(a, b, &whole);
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

/* A solid file has no table that says so. */
static void the_last_step_of_a_solid_file_is_the_original(void **state)
{
    struct uqd_encode_settings settings;
    struct pixels pixels;
    (void)state;
    uqd_encode_settings_default(&settings);
    settings.solid = 1;
    screen_read("picture.png", &pixels);
    stage_encode("solid.uqd", &pixels, &settings);
    pixels_free(&pixels);
    VIEW_DONE("wait idle\nscreenshot last.png\nstep 1\nwait idle\nscreenshot step.png\n"
              "original on\nwait idle\nscreenshot original.png\nquit\n",
              "solid.uqd", LOCAL);
    assert_same("last.png", "original.png", &stage_picture);
    assert_differ("step.png", "original.png", &stage_picture);
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

static void find_pictures(int n_steps)
{
    struct layout layout;
    const struct layout_wishes wishes = {.width = 800,
                                         .height = 600,
                                         .density = 1,
                                         .text_scale = 1,
                                         .curve = true,
                                         .n_panes = 2,
                                         .n_columns = n_steps,
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

/* A file and its copy: whatever is done to one of them is to be seen in both. */
static void linked_files_go_together(void **state)
{
    static const char *const shots[] = {"first.png", "second.png", "third.png", "fourth.png"};
    (void)state;
    find_pictures(7);
    VIEW_DONE("wait idle\nfilmstrip off\nstep 1\nwait idle\nscreenshot first.png\n"
              "zoom 5\npan 20 -10\nscreenshot second.png\n"
              "file 2\nstep 4\nmode ancestral\nseed 3\nwait idle\nscreenshot third.png\n"
              "step first\nplay on\nwait step 1\nplay off\nwait idle\nscreenshot fourth.png\n"
              "link off\nstep 5\nwait idle\nscreenshot apart.png\n"
              "link on\nwait idle\nscreenshot again.png\n"
              "original on\nscreenshot original.png\nquit\n",
              "picture.uqd", "twin.uqd", LOCAL, "--reference", "picture.png");
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
    find_pictures(7);
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

/* Whichever file commands are for, the other one stays where it is until something is done. */
static void going_to_the_other_pane_moves_nothing(void **state)
{
    (void)state;
    find_pictures(7);
    VIEW_DONE("wait idle\nfilmstrip off\nwait idle\nscreenshot before.png\n"
              "pane 2\nwait idle\nscreenshot second.png\npane other\nwait idle\n"
              "screenshot first.png\nstep 2\nwait idle\npane 2\nstep 1\nwait idle\n"
              "screenshot moved.png\npane 1\nwait idle\nscreenshot back.png\nquit\n",
              "picture.uqd", "short.uqd", LOCAL);
    assert_same("before.png", "second.png", &left_picture);
    assert_same("before.png", "second.png", &right_picture);
    assert_same("before.png", "first.png", &left_picture);
    assert_same("before.png", "first.png", &right_picture);
    assert_same("moved.png", "back.png", &left_picture);
    assert_same("moved.png", "back.png", &right_picture);
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

/* ---- More files and panes ------------------------------------------------------------------ */

/* A file compared with itself: with the original where there is one, else with the other mode. */
static void one_file_is_compared_with_itself(void **state)
{
    (void)state;
    find_pictures(7);
    VIEW_DONE("wait idle\nfilmstrip off\nstep 1\nwait idle\ncompare side\nwait idle\n"
              "screenshot original.png\npane 2\nmode denoised\nwait idle\n"
              "screenshot same.png\nmode ancestral\nseed 5\nwait idle\nscreenshot modes.png\n"
              "step 3\nwait idle\nmode denoised\nwait idle\nscreenshot linked.png\n"
              "link off\nstep 0\nwait idle\nscreenshot apart.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_regions_same("original.png", &left_picture, &right_picture, false);
    assert_regions_same("same.png", &left_picture, &right_picture, true);
    assert_regions_same("modes.png", &left_picture, &right_picture, false);
    assert_same("same.png", "modes.png", &left_picture);
    assert_regions_same("linked.png", &left_picture, &right_picture, true);
    assert_differ("modes.png", "linked.png", &left_picture);
    assert_same("linked.png", "apart.png", &left_picture);
    assert_differ("linked.png", "apart.png", &right_picture);
    VIEW_DONE("wait idle\nfilmstrip off\ncompare side\nwait idle\nscreenshot cut.png\nquit\n",
              "cut.uqd", LOCAL);
    assert_regions_same("cut.png", &left_picture, &right_picture, false);
}

static void comparing_ends_with_the_picture_alone(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep 1\nwait idle\nscreenshot alone.png\ncompare side\nwait idle\n"
              "screenshot beside.png\ncompare off\nwait idle\nscreenshot again.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same("alone.png", "again.png", &stage_picture);
    assert_differ("alone.png", "beside.png", &stage_picture);
}

static void files_are_gone_through(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nexport first.png\nopen other.uqd\nwait idle\nexport second.png\n"
              "open short.uqd\nwait idle\nexport third.png\n"
              "file next\nwait idle\nexport next.png\n"
              "file previous\nwait idle\nexport previous.png\n"
              "file 2\nwait idle\nexport number.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same_pictures("first.png", "next.png");
    assert_same_pictures("third.png", "previous.png");
    assert_same_pictures("second.png", "number.png");
    assert_same_pictures("first.png", "picture.png");
    assert_same_pictures("second.png", "other.png");
}

/* Files of different sizes are shown one at a time, also where there were several panes. */
static void files_of_other_sizes_are_shown_alone(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nscreenshot alone.png\nquit\n", "other.uqd", LOCAL);
    VIEW_DONE("wait idle\nscreenshot a.png\nfile 2\nwait idle\nscreenshot b.png\nquit\n",
              "picture.uqd", "other.uqd", LOCAL);
    assert_same("alone.png", "b.png", &stage_picture);
    VIEW_DONE("wait idle\nscreenshot pair.png\nopen other.uqd\nwait idle\nscreenshot c.png\n"
              "file 1\ncompare side\nwait idle\nscreenshot pair-again.png\nquit\n",
              "picture.uqd", "short.uqd", LOCAL);
    assert_same("alone.png", "c.png", &stage_picture);
    assert_same("pair.png", "pair-again.png", &stage_picture);
}

/* ---- Exported pictures --------------------------------------------------------------------- */

static void decode(const char *path, const char *const options[])
{
    const char *argv[16] = {UQD, "decode", "-o", path};
    struct process_result result;
    for (int n = 4; options[n - 4]; n++)
        argv[n] = options[n - 4];
    assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
    if (result.exit_code != 0)
        fail_msg("%s: %s", path, result.err);
    process_result_free(&result);
}

/* What is exported is what `uqd decode` writes, exactly. */
static void exported_pictures_are_those_of_uqd(void **state)
{
    static const char *const cases[][10] = {
        {"picture.uqd", "--step", "0"},
        {"picture.uqd", "--step", "2", "--mode", "flow"},
        {"picture.uqd", "--step", "2", "--mode", "ancestral", "--seed", "7"},
        {"picture.uqd", "--step", "2", "--mix", "40", "--seed", "7"},
        {"picture.uqd"},
    };
    static const char *const names[] = {"first.png", "flow.png", "seed.png", "mix.png", "last.png"};
    (void)state;
    VIEW_DONE("wait idle\nstep 0\nwait idle\nexport first.png\n"
              "step 2\nmode flow\nwait idle\nexport flow.png\n"
              "seed 7\nwait idle\nexport seed.png\n"
              "mix 40\nwait idle\nexport mix.png\n"
              "mode denoised\nzoom 1\nstep last\nwait idle\nexport last.png\n"
              "step 1\noriginal on\nexport original.png\nquit\n",
              "picture.uqd", LOCAL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decode("decoded.png", cases[i]);
        assert_same_pictures(names[i], "decoded.png");
    }
    assert_same_pictures("original.png", "picture.png");
}

static void cut_and_transparent_files_are_exported_too(void **state)
{
    static const char *const files[] = {"cut.uqd", "clear.uqd"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *const options[] = {files[i], NULL};
        VIEW_DONE("wait idle\nexport exported.png\nquit\n", files[i], LOCAL);
        decode("decoded.png", options);
        assert_same_pictures("exported.png", "decoded.png");
    }
}

/* In a window that is too small for it, here for large texts, a picture is decoded as small as it
 * is shown. */
static void small_windows_show_halved_pictures(void **state)
{
    static const char *const options[] = {"large.uqd", "--step",   "1", "--mode",
                                          "flow",      "--reduce", "1", NULL};
    (void)state;
    VIEW_DONE("resize 320 240\ntext 4\nwait idle\nstep 1\nmode flow\nwait idle\nexport half.png\n"
              "zoom 1\nwait idle\nexport whole.png\nquit\n",
              "large.uqd", LOCAL);
    decode("decoded.png", options);
    assert_same_pictures("half.png", "decoded.png");
    struct pixels whole;
    screen_read("whole.png", &whole);
    assert_int_equal(whole.width, 520);
    pixels_free(&whole);
}

/* The picture of the other mode is there before it is asked for. */
static void the_other_mode_is_there_at_once(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep 2\nwait idle\nexport denoised.png\n"
              "mode ancestral\nexport at-once.png\nwait idle\nexport later.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same_pictures("at-once.png", "later.png");
    struct pixels a, b;
    screen_read("at-once.png", &a);
    screen_read("denoised.png", &b);
    struct region whole = {0, 0, a.width, a.height};
    assert_true(screen_difference(&a, &b, &whole, 0) > 0);
    pixels_free(&a);
    pixels_free(&b);
}

static void scripts_can_pause(void **state)
{
    struct timespec begin, end;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    VIEW_DONE("pause 0\npause 400\nquit\n", "picture.uqd", LOCAL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds =
        difftime(end.tv_sec, begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    assert_true(seconds >= 0.4);
}

/* Numbers of bytes beyond both ends are the ends. */
static void bytes_are_limited(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nexport last.png\nstep 1\nbytes 1000000000000000\nwait idle\n"
              "export end.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same_pictures("last.png", "end.png");
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
        {"picture.png", "uqd-view: picture.png: is not a .uqd file but a picture: encode it first, "
                        "with `uqd encode`\n"},
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
        {{NULL}, "FILE.uqd", 2},
        {{"picture.uqd", "--reference", "other.png", NULL}, "other.png", 1},
        {{"picture.uqd", "--cache", "much", NULL}, "--cache", 2},
        {{"picture.uqd", "--daemon-timeout", "soon", NULL}, "--daemon-timeout", 2},
        {{"picture.uqd", "--daemon-timeout", "3600001", NULL}, "--daemon-timeout", 2},
        {{"picture.uqd", "--reference", "nothing.png", NULL}, "nothing.png", 1},
        {{"picture.uqd", "--font", "nothing.ttf", NULL}, "nothing.ttf", 1},
        {{"picture.uqd", "--script", "nothing.txt", NULL}, "nothing.txt", 1},
        {{"picture.uqd", "--talk", "nothing.txt", NULL}, "nothing.txt", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        stage_view(&result, "wait idle\nquit\n", cases[i].arguments);
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
        {"file other\n", "standard input:1: `file` needs several files: see `open`", 1},
        {"open other.uqd\nfile 3\n", "standard input:2: there is no file 3: 2 are open", 1},
        {"link off\n", "standard input:1: `link` needs several panes: see `compare`", 1},
        {"pane other\n", "standard input:1: `pane` needs several panes: see `compare`", 1},
        {"compare side\npane 3\n", "standard input:2: there is no pane 3: there are 2", 1},
        {"bytes 5\n", "standard input:1: nothing is decoded yet", 1},
        {"original on\n", "standard input:1: there is no original", 1},
        {"open missing.uqd\n", "standard input:1: missing.uqd: No such file", 1},
        {"open garbage.uqd\n", "standard input:1: garbage.uqd: is not a .uqd file", 1},
        {"open header.uqd\n", "standard input:1: header.uqd: the file ends inside its header", 1},
        {"export a.png\n", "standard input:1: there is no picture to write yet", 1},
        {"wait idle\nexport a.jpg\n",
         "standard input:2: a.jpg: export writes the picture to a .png file", 1},
        {"wait idle\nexport apng\n",
         "standard input:2: apng: export writes the picture to a .png file", 1},
        {"wait idle\nexport picture.uqd/a.png\n", "standard input:2: picture.uqd/a.png: ", 1},
        {"wait idle\nscreenshot picture.uqd/a.png\n", "standard input:2: ", 1},
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
        cmocka_unit_test(the_last_step_of_a_solid_file_is_the_original),
        cmocka_unit_test(steps_modes_and_seeds_differ),
        cmocka_unit_test(options_are_like_commands),
        cmocka_unit_test(the_same_run_gives_the_same_window),
        cmocka_unit_test(play_goes_through_the_steps),
        cmocka_unit_test(zoom_and_pan_survive),
        cmocka_unit_test(enlarged_pixels_are_squares),
        cmocka_unit_test(parts_can_be_hidden),
        cmocka_unit_test(linked_files_go_together),
        cmocka_unit_test(each_file_shows_its_own_step),
        cmocka_unit_test(going_to_the_other_pane_moves_nothing),
        cmocka_unit_test(two_files_look_the_same_again),
        cmocka_unit_test(one_file_is_compared_with_itself),
        cmocka_unit_test(comparing_ends_with_the_picture_alone),
        cmocka_unit_test(files_are_gone_through),
        cmocka_unit_test(files_of_other_sizes_are_shown_alone),
        cmocka_unit_test(exported_pictures_are_those_of_uqd),
        cmocka_unit_test(cut_and_transparent_files_are_exported_too),
        cmocka_unit_test(small_windows_show_halved_pictures),
        cmocka_unit_test(the_other_mode_is_there_at_once),
        cmocka_unit_test(scripts_can_pause),
        cmocka_unit_test(bytes_are_limited),
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
