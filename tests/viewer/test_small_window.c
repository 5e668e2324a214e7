/* In a window without room for everything what is left out comes by its key, and goes again. */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Above the status line, which says what was done. */
static const struct region above = {0, 0, 320, 190};

static void assert_same(const char *a, const char *b)
{
    size_t n = stage_difference(a, b, &above);
    if (n > 0)
        fail_msg("%s and %s differ in %zu pixels", a, b, n);
}

static void assert_differ(const char *a, const char *b)
{
    if (stage_difference(a, b, &above) == 0)
        fail_msg("%s and %s are the same", a, b);
}

static void the_panel_comes_over_the_picture_and_goes(void **state)
{
    (void)state;
    VIEW_DONE("resize 320 240\nwait idle\nscreenshot picture.png\n"
              "curve\nscreenshot panel.png\ncurve\nscreenshot again.png\n"
              "curve\nscreenshot panel2.png\nback\nscreenshot back.png\n"
              "curve on\nresize 800 600\nresize 320 240\nscreenshot resized.png\nquit\n",
              "picture.uqd");
    assert_differ("picture.png", "panel.png");
    assert_same("picture.png", "again.png");
    assert_same("panel.png", "panel2.png");
    assert_same("picture.png", "back.png");
    assert_same("picture.png", "resized.png"); /* a small window begins with the picture */
}

static void the_curve_of_a_large_window_is_a_switch(void **state)
{
    static const struct region right = {560, 0, 240, 400};
    (void)state;
    VIEW_DONE("wait idle\nscreenshot with.png\ncurve\nscreenshot without.png\n"
              "curve\nscreenshot with2.png\nquit\n",
              "picture.uqd");
    assert_true(stage_difference("with.png", "without.png", &right) > 0);
    assert_int_equal(stage_difference("with.png", "with2.png", &right), 0);
}

static void the_help_has_pages_that_its_key_turns(void **state)
{
    (void)state;
    VIEW_DONE("resize 320 240\nwait idle\nscreenshot none.png\n"
              "help\nscreenshot one.png\nhelp\nscreenshot two.png\n"
              "help on\nscreenshot first.png\nhelp\nback\nscreenshot closed.png\n"
              "help\nscreenshot anew.png\nhelp off\nscreenshot off.png\n"
              "help next\nscreenshot opened.png\nhelp next\nscreenshot next.png\n"
              "help last\nscreenshot last.png\nhelp next\nscreenshot stays.png\n"
              "help first\nhelp previous\nscreenshot back.png\n"
              "help last\nhelp\nscreenshot through.png\nquit\n",
              "picture.uqd");
    assert_differ("one.png", "two.png");
    assert_same("one.png", "first.png");
    assert_same("none.png", "closed.png");
    assert_same("one.png", "anew.png");
    assert_same("none.png", "off.png");
    assert_same("one.png", "opened.png");
    assert_same("two.png", "next.png");
    assert_differ("two.png", "last.png");
    assert_same("last.png", "stays.png");
    assert_same("one.png", "back.png");
    assert_same("none.png", "through.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_panel_comes_over_the_picture_and_goes),
        cmocka_unit_test(the_curve_of_a_large_window_is_a_switch),
        cmocka_unit_test(the_help_has_pages_that_its_key_turns),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
