/* Every text can be read on what it is drawn on, by the contrast that WCAG 2 asks for. */
#include "draw/theme.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LEAST 4.5 /* of level AA, for texts of any size */

static double linear(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour)
{
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

static double contrast(struct colour a, struct colour b)
{
    double first = luminance(a), second = luminance(b);
    return (fmax(first, second) + 0.05) / (fmin(first, second) + 0.05);
}

/* A colour that lets something grey shine through. */
static struct colour over(struct colour colour, int grey)
{
    int a = colour.a, rest = (255 - a) * grey;
    return (struct colour){(uint8_t)((colour.r * a + rest) / 255),
                           (uint8_t)((colour.g * a + rest) / 255),
                           (uint8_t)((colour.b * a + rest) / 255), 255};
}

static void assert_readable(const char *what, struct colour text, struct colour ground)
{
    double ratio = contrast(text, ground);
    if (ratio < LEAST)
        fail_msg("%s: a contrast of %.2f", what, ratio);
}

static void the_contrast_is_that_of_wcag(void **state)
{
    const struct colour black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
    const struct colour grey = {119, 119, 119, 255}; /* known for 4.48 on white */
    (void)state;
    assert_true(fabs(contrast(black, white) - 21) < 0.01);
    assert_true(fabs(contrast(white, grey) - 4.48) < 0.01);
}

static void texts_can_be_read(void **state)
{
    (void)state;
    assert_readable("texts", THEME_TEXT, THEME_BACKGROUND);
    assert_readable("secondary texts", THEME_DIM, THEME_BACKGROUND);
    assert_readable("steps that are not decoded yet", THEME_FAINT, THEME_BACKGROUND);
    assert_readable("the first file's step, and trouble", THEME_ACCENT, THEME_BACKGROUND);
    assert_readable("the second file's step", THEME_SECOND, THEME_BACKGROUND);
    assert_readable("buttons", THEME_TEXT, THEME_RAISED);
    assert_readable("buttons that are on", THEME_ON_ACCENT, THEME_ACCENT);
}

/* Whatever is behind it. */
static void the_help_can_be_read(void **state)
{
    (void)state;
    for (int grey = 0; grey <= 255; grey += 255) {
        assert_readable("keys", THEME_TEXT, over(THEME_CURTAIN, grey));
        assert_readable("commands", THEME_DIM, over(THEME_CURTAIN, grey));
        assert_readable("the title", THEME_ACCENT, over(THEME_CURTAIN, grey));
    }
}

/* What is not there yet does not look as if it were. */
static void absence_is_seen(void **state)
{
    (void)state;
    assert_true(contrast(THEME_TEXT, THEME_FAINT) > 2);
    assert_true(contrast(THEME_DIM, THEME_FAINT) > 1.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contrast_is_that_of_wcag),
        cmocka_unit_test(texts_can_be_read),
        cmocka_unit_test(the_help_can_be_read),
        cmocka_unit_test(absence_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
