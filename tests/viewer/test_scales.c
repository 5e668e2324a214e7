/* The colours of maps get lighter from end to end for everyone, and can be told apart by those who
 * lack a kind of cones. */
#include "session/maps/scale.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Differences of CIE L*a*b* (1976); 2.3 is just noticeable side by side. */
#define LEAST_DIFFERENCE 4.0
#define ANCHORS          16 /* parts of a scale that have to differ so much */

struct lab {
    double l, a, b;
};

/* On linear red, green and blue: what people with no, with lacking red, and with lacking green
 * cones see, by Machado, Oliveira and Fernandes (2009) for a severity of 1. */
static const double views[3][3][3] = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {{0.152286, 1.052583, -0.204868},
     {0.114503, 0.786281, 0.099216},
     {-0.003882, -0.048116, 1.051998}},
    {{0.367322, 0.860646, -0.227968},
     {0.280085, 0.672501, 0.047413},
     {-0.011820, 0.042940, 0.968881}},
};
static const double to_xyz[3][3] = {{0.4124564, 0.3575761, 0.1804375},
                                    {0.2126729, 0.7151522, 0.0721750},
                                    {0.0193339, 0.1191920, 0.9503041}};
static const double white[3] = {0.95047, 1, 1.08883};

static double linear(uint32_t value)
{
    double v = (value & 255) / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static void multiply(const double matrix[3][3], const double in[3], double out[3])
{
    for (int i = 0; i < 3; i++) {
        double sum = matrix[i][0] * in[0] + matrix[i][1] * in[1] + matrix[i][2] * in[2];
        out[i] = fmin(fmax(sum, 0), 1.1);
    }
}

static double curved(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static struct lab seen(uint32_t colour, int view)
{
    double rgb[3] = {linear(colour >> 16), linear(colour >> 8), linear(colour)};
    double shown[3], xyz[3];
    multiply(views[view], rgb, shown);
    multiply(to_xyz, shown, xyz);
    double x = curved(xyz[0] / white[0]), y = curved(xyz[1] / white[1]),
           z = curved(xyz[2] / white[2]);
    return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double difference(struct lab a, struct lab b)
{
    return sqrt((a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b));
}

static void the_measure_is_that_of_the_cie(void **state)
{
    struct lab red = seen(0xff0000, 0);
    (void)state;
    assert_true(fabs(seen(0xffffff, 0).l - 100) < 0.01);
    assert_true(fabs(seen(0x808080, 0).l - 53.585) < 0.01 && fabs(seen(0x808080, 0).a) < 0.01);
    assert_true(fabs(red.l - 53.24) < 0.01 && fabs(red.a - 80.09) < 0.05);
    /* Who lacks green cones confuses these. */
    assert_true(difference(seen(0xa06000, 2), seen(0x788000, 2)) <
                difference(seen(0xa06000, 0), seen(0x788000, 0)) / 3);
}

static void lightness_grows(void **state)
{
    (void)state;
    for (int scale = 0; scale < N_SCALES; scale++)
        for (int i = 1; i < SCALE_SIZE; i++)
            if (seen(scale_colours[scale][i], 0).l <= seen(scale_colours[scale][i - 1], 0).l)
                fail_msg("scale %d: entry %d is not lighter than the one before", scale, i);
}

/* No part of a scale takes most of its range. */
static void lightness_grows_evenly(void **state)
{
    (void)state;
    for (int scale = 0; scale < N_SCALES; scale++) {
        const uint32_t *colours = scale_colours[scale];
        double range = seen(colours[SCALE_SIZE - 1], 0).l - seen(colours[0], 0).l;
        assert_true(range > 65);
        for (int i = 0; i + ANCHORS < SCALE_SIZE; i += ANCHORS) {
            double part = seen(colours[i + ANCHORS], 0).l - seen(colours[i], 0).l;
            assert_true(part > range / ANCHORS / 3 && part < range / ANCHORS * 3);
        }
    }
}

static void everyone_tells_them_apart(void **state)
{
    (void)state;
    for (int scale = 0; scale < N_SCALES; scale++)
        for (int view = 0; view < 3; view++)
            for (int i = 0; i < ANCHORS; i++) {
                int from = i * SCALE_SIZE / ANCHORS, to = (i + 1) * SCALE_SIZE / ANCHORS;
                double d = difference(
                    seen(scale_colours[scale][from], view),
                    seen(scale_colours[scale][to < SCALE_SIZE ? to : SCALE_SIZE - 1], view));
                if (d < LEAST_DIFFERENCE)
                    fail_msg("scale %d, view %d: entries %d and %d differ by %.2f", scale, view,
                             from, to, d);
            }
}

/* The ends of a balance are not confused: not only lighter, but of another hue. */
static void signs_differ_in_hue(void **state)
{
    const uint32_t *colours = scale_colours[SCALE_BALANCE];
    (void)state;
    for (int view = 0; view < 3; view++)
        for (int i = 32; i < 128; i += 16) {
            struct lab less = seen(colours[SCALE_MIDDLE - i], view);
            struct lab more = seen(colours[SCALE_MIDDLE + i], view);
            more.l = less.l;
            assert_true(difference(less, more) > 5 * LEAST_DIFFERENCE / 2);
            assert_true(less.b < 0 && more.b > 0);
        }
    assert_int_equal(colours[SCALE_MIDDLE], 0x808080);
}

static void grey_is_grey(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SCALE_SIZE; i++)
        assert_int_equal(scale_colours[SCALE_GREY][i], i * 0x010101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_measure_is_that_of_the_cie),
        cmocka_unit_test(lightness_grows),
        cmocka_unit_test(lightness_grows_evenly),
        cmocka_unit_test(everyone_tells_them_apart),
        cmocka_unit_test(signs_differ_in_hue),
        cmocka_unit_test(grey_is_grey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
