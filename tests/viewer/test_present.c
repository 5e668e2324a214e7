/* What a presentation is made of, by scripts of the built viewer. */
#include "draw/sheet.h"
#include "scratch.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOCAL "--no-daemon"

/* Of the whole window, which is larger or smaller on a screen of its own. */
static size_t difference(const char *a, const char *b)
{
    struct pixels first;
    screen_read(a, &first);
    struct region whole = {0, 0, first.width, first.height};
    pixels_free(&first);
    return stage_difference(a, b, &whole);
}

static void assert_same(const char *a, const char *b)
{
    size_t n = difference(a, b);
    if (n > 0)
        fail_msg("%s and %s differ in %zu pixels", a, b, n);
}

static void assert_differ(const char *a, const char *b)
{
    if (difference(a, b) == 0)
        fail_msg("%s and %s look the same", a, b);
}

/* ---- The view ------------------------------------------------------------------------------ */

static void escape_leaves_a_presentation(void **state)
{
    struct pixels screen;
    (void)state;
    VIEW_DONE(
        "wait idle\npresent on\nblank on\nscreenshot blank.png\n"
        "back\nwait idle\nscreenshot shown.png\npresent\npresent on\nwait idle\n"
        "screenshot again.png\n"
        "back\npresent on\npresent off\nback\npresent on\nwait idle\nscreenshot third.png\nquit\n",
        "picture.uqd", LOCAL);
    assert_same("shown.png", "again.png");
    assert_same("shown.png", "third.png");
    screen_read("blank.png", &screen);
    for (size_t i = 0; i < (size_t)screen.width * screen.height * screen.channels; i++)
        assert_int_equal(screen.data[i], 0);
    pixels_free(&screen);
}

static void captions_come_and_go(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nscreenshot usual.png\ncaption Two words\nscreenshot usual-said.png\n"
              "caption\nscreenshot usual-again.png\npresent on\nwait idle\nscreenshot plain.png\n"
              "caption Two words\nwait idle\nscreenshot said.png\ncaption\nwait idle\n"
              "screenshot plain-again.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_differ("usual.png", "usual-said.png");
    assert_int_equal(stage_difference("usual.png", "usual-again.png", &stage_window), 0);
    assert_differ("plain.png", "said.png");
    assert_same("plain.png", "plain-again.png");
}

/* ---- Slow lines ---------------------------------------------------------------------------- */

/* In the first moment of so slow a line nothing is there, whatever was shown before. */
static void nothing_is_shown_before_the_first_step_has_come(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\npresent on\nbandwidth 1\nscreenshot first.png\n"
              "bandwidth off\nstep 3\nwait idle\nbandwidth 1\nwait idle\nscreenshot later.png\n"
              "bandwidth restart\nwait idle\nscreenshot restarted.png\nstep 0\nwait idle\n"
              "bandwidth off\nscreenshot shown.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_same("first.png", "later.png");
    assert_same("first.png", "restarted.png");
    assert_differ("first.png", "shown.png");
}

static void a_fast_line_brings_all(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep last\nwait idle\nscreenshot last.png\n"
              "step 1\nbandwidth 1000M\nspeed 1000\npause 200000\nwait idle\nbandwidth off\n"
              "wait idle\nscreenshot come.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_int_equal(stage_difference("last.png", "come.png", &stage_picture), 0);
}

static void a_restart_needs_a_bandwidth(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait idle\nbandwidth restart\n", "picture.uqd", LOCAL);
    stage_assert_fails(&result, 1, "there is no bandwidth to restart with");
    process_result_free(&result);
}

/* ---- Talks --------------------------------------------------------------------------------- */

/* Going on does what is left of a point; going back shows what was to be seen then. */
static void a_talk_goes_to_and_fro(void **state)
{
    FILE *file = fopen("talk.script", "w");
    (void)state;
    assert_non_null(file);
    fputs("mode denoised\nmap off\npoint\nstep 1\n"
          "point\nstep 2\npause 500000\nmode ancestral\npoint\nstep 3\n",
          file);
    assert_int_equal(fclose(file), 0);
    VIEW_DONE("wait idle\nstep 2\nwait idle\nscreenshot two.png\nstep 3\nmode ancestral\n"
              "wait idle\nscreenshot three.png\nmode flow\n"
              "talk talk.script\ntalk next\nwait idle\nscreenshot second.png\n"
              "talk next\nwait idle\nscreenshot third.png\n"
              "map bits\nwait idle\ntalk previous\nwait idle\nscreenshot second-again.png\n"
              "talk next\ntalk next\nwait idle\nscreenshot third-again.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_int_equal(stage_difference("two.png", "second.png", &stage_picture), 0);
    assert_int_equal(stage_difference("three.png", "third.png", &stage_picture), 0);
    assert_int_equal(stage_difference("two.png", "second-again.png", &stage_picture), 0);
    assert_int_equal(stage_difference("three.png", "third-again.png", &stage_picture), 0);
}

/* The usual talk begins with step 0; playing by itself it ends with the last mode. */
static void a_talk_goes_on_by_itself(void **state)
{
    (void)state;
    VIEW_DONE("wait idle\nstep 3\nmode flow\nwait idle\nscreenshot flow.png\nstep 0\n"
              "mode denoised\nwait idle\nscreenshot first.png\nstep last\nspeed 1000\n"
              "talk next\nwait idle\nscreenshot began.png\nautoplay on\n"
              "wait idle\n"
              "screenshot ended.png\nquit\n",
              "picture.uqd", LOCAL);
    assert_int_equal(stage_difference("first.png", "began.png", &stage_picture), 0);
    assert_int_equal(stage_difference("flow.png", "ended.png", &stage_picture), 0);
}

static void a_talk_that_is_none_is_refused(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait idle\ntalk nowhere.script\n", "picture.uqd", LOCAL);
    stage_assert_fails(&result, 1, "nowhere.script: ");
    process_result_free(&result);
}

/* Every command of the talk that ./demo gives can be run. */
static void the_talk_of_the_demo_has_no_mistake(void **state)
{
    static const char before[] = "speed 1000\n", after[] = "screenshot end.png\nquit\n";
    size_t size;
    (void)state;
    uint8_t *talk = scratch_read(DEMO_SCRIPT, &size);
    char *script = malloc(size + sizeof before + sizeof after);
    assert_non_null(script);
    sprintf(script, "%s%.*s%s", before, (int)size, (const char *)talk, after);
    VIEW_DONE(script, "picture.uqd", LOCAL);
    assert_true(scratch_exists("end.png"));
    free(script);
    free(talk);
}

/* ---- Films --------------------------------------------------------------------------------- */

/* The picture of a step of seven, and below it something dark on white. */
static void assert_on_sheet(const struct pixels *sheet, const struct pixels *step, uint32_t index)
{
    uint32_t columns = (sheet->width - SHEET_GAP) / (step->width + SHEET_GAP);
    uint32_t rows = (7 + columns - 1) / columns, height = (sheet->height - SHEET_GAP) / rows;
    uint32_t x = SHEET_GAP + index % columns * (step->width + SHEET_GAP);
    uint32_t y = SHEET_GAP + index / columns * height;
    size_t n = step->channels, stride = sheet->width * n, n_dark = 0;
    assert_int_equal(sheet->width, columns * (step->width + SHEET_GAP) + SHEET_GAP);
    assert_int_equal(sheet->height, rows * height + SHEET_GAP);
    for (uint32_t v = 0; v < step->height; v++)
        assert_memory_equal(sheet->data + (y + v) * stride + x * n,
                            step->data + v * step->width * n, step->width * n);
    for (uint32_t v = step->height; v < height; v++)
        for (uint32_t u = 0; u < step->width; u++)
            n_dark += sheet->data[(y + v) * stride + (x + u) * n] == 0;
    assert_true(n_dark > 20);
}

/* Pictures as the library decodes them, read from the files that hold all of them. */
static void all_steps_are_written(void **state)
{
    struct pixels sheet, step, still;
    char name[32];
    (void)state;
    VIEW_DONE("wait idle\nsheet sheet.png\nexport steps.apng\nexport first.apng\n"
              "step 0\nwait idle\nexport step0.png\nstep 2\nwait idle\nexport step2.png\n"
              "step 6\nwait idle\nexport step6.png\nquit\n",
              "picture.uqd", LOCAL);
    screen_read("sheet.png", &sheet);
    assert_true(sheet.width > sheet.height && sheet.width < 3 * sheet.height);
    for (uint32_t i = 0; i <= 6; i += 2 + 2 * (i > 0)) {
        snprintf(name, sizeof name, "step%u.png", (unsigned)i);
        screen_read(name, &step);
        assert_int_equal(step.channels, sheet.channels);
        assert_on_sheet(&sheet, &step, i);
        pixels_free(&step);
    }
    pixels_free(&sheet);
    screen_read("steps.apng", &still);
    screen_read("step0.png", &step);
    struct region whole = {0, 0, step.width, step.height};
    assert_int_equal(screen_difference(&still, &step, &whole, 0), 0);
    pixels_free(&step);
    pixels_free(&still);
}

static void what_is_not_decoded_is_not_written(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait idle\nsheet sheet.png\n", "header.uqd", LOCAL);
    assert_int_not_equal(result.exit_code, 0);
    process_result_free(&result);
    VIEW(&result, "wait idle\nexport steps.gif\n", "picture.uqd", LOCAL);
    stage_assert_fails(&result, 1, "all steps to an .apng file");
    process_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escape_leaves_a_presentation),
        cmocka_unit_test(captions_come_and_go),
        cmocka_unit_test(nothing_is_shown_before_the_first_step_has_come),
        cmocka_unit_test(a_fast_line_brings_all),
        cmocka_unit_test(a_restart_needs_a_bandwidth),
        cmocka_unit_test(a_talk_goes_to_and_fro),
        cmocka_unit_test(a_talk_goes_on_by_itself),
        cmocka_unit_test(a_talk_that_is_none_is_refused),
        cmocka_unit_test(the_talk_of_the_demo_has_no_mistake),
        cmocka_unit_test(all_steps_are_written),
        cmocka_unit_test(what_is_not_decoded_is_not_written),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
