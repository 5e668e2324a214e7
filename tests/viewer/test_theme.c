/* Every text can be read on what it is drawn on, by the contrast that WCAG 2 asks for. */
#include "draw/theme.h"
#include "scene_texts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LEAST 4.5 /* of level AA, for texts of any size */

/* A colour that lets something grey shine through. */
static struct colour over_grey(struct colour colour, int grey)
{
    uint8_t v = (uint8_t)grey;
    return scene_texts_over(colour, (struct colour){v, v, v, 255});
}

static void assert_readable(const char *what, struct colour text, struct colour ground)
{
    double ratio = scene_texts_contrast(text, ground);
    if (ratio < LEAST)
        fail_msg("%s: a contrast of %.2f", what, ratio);
}

static void the_contrast_is_that_of_wcag(void **state)
{
    const struct colour black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
    const struct colour grey = {119, 119, 119, 255}; /* known for 4.48 on white */
    (void)state;
    assert_true(fabs(scene_texts_contrast(black, white) - 21) < 0.01);
    assert_true(fabs(scene_texts_contrast(white, grey) - 4.48) < 0.01);
}

static void texts_can_be_read(void **state)
{
    (void)state;
    assert_readable("texts", THEME_TEXT, THEME_BACKGROUND);
    assert_readable("secondary texts", THEME_DIM, THEME_BACKGROUND);
    assert_readable("steps that are not decoded yet", THEME_FAINT, THEME_BACKGROUND);
    assert_readable("the first file's step, and trouble", THEME_ACCENT, THEME_BACKGROUND);
    assert_readable("the second file's step", THEME_SECOND, THEME_BACKGROUND);
    assert_readable("the third pane's step", THEME_THIRD, THEME_BACKGROUND);
    assert_readable("the fourth pane's step", THEME_FOURTH, THEME_BACKGROUND);
    assert_readable("buttons", THEME_TEXT, THEME_RAISED);
    assert_readable("what is not possible now", THEME_DIM, THEME_RAISED);
    assert_readable("buttons that are on, and the first pane's number", THEME_ON_ACCENT,
                    THEME_ACCENT);
    assert_readable("the second pane's number", THEME_ON_ACCENT, THEME_SECOND);
    assert_readable("the third pane's number", THEME_ON_ACCENT, THEME_THIRD);
    assert_readable("the fourth pane's number", THEME_ON_ACCENT, THEME_FOURTH);
}

/* Whatever is behind it. */
static void the_help_can_be_read(void **state)
{
    (void)state;
    for (int grey = 0; grey <= 255; grey += 255) {
        assert_readable("keys", THEME_TEXT, over_grey(THEME_CURTAIN, grey));
        assert_readable("commands", THEME_DIM, over_grey(THEME_CURTAIN, grey));
        assert_readable("the title", THEME_ACCENT, over_grey(THEME_CURTAIN, grey));
    }
}

/* "Waiting for the first step", and what is coming, stand in a pill on the picture. */
static void texts_on_pictures_can_be_read(void **state)
{
    struct colour pill = THEME_BACKGROUND;
    (void)state;
    pill.a = 224;
    for (int grey = 0; grey <= 255; grey++)
        assert_readable("on the picture", THEME_TEXT, over_grey(pill, grey));
}

/* What is not there yet does not look as if it were. */
static void absence_is_seen(void **state)
{
    (void)state;
    assert_true(scene_texts_contrast(THEME_TEXT, THEME_FAINT) > 2);
    assert_true(scene_texts_contrast(THEME_DIM, THEME_FAINT) > 1.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contrast_is_that_of_wcag),
        cmocka_unit_test(texts_can_be_read),
        cmocka_unit_test(the_help_can_be_read),
        cmocka_unit_test(texts_on_pictures_can_be_read),
        cmocka_unit_test(absence_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
