/* Counts of the values of known pixels. */
#include "session/maps/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t colours[] = {
    255, 0, 0,   255, 0,   255, 0,   7,  /* red and green */
    0,   0, 255, 0,   200, 200, 200, 9}; /* blue and grey, with alpha */

static struct picture make(uint32_t channels)
{
    return (struct picture){
        .width = 8 / channels, .height = 2, .channels = channels, .stride = 8, .pixels = colours};
}

static void colours_and_luma_are_counted(void **state)
{
    struct picture picture = make(4);
    struct histogram histogram;
    (void)state;
    histogram_take(&histogram, &picture, NULL);
    assert_int_equal(histogram.n, 4);
    assert_int_equal(histogram.n_channels, HISTOGRAM_N_CHANNELS);
    for (int c = HISTOGRAM_RED; c <= HISTOGRAM_BLUE; c++) {
        assert_int_equal(histogram.channels[c].counts[0], 2);
        assert_int_equal(histogram.channels[c].counts[200], 1);
        assert_int_equal(histogram.channels[c].counts[255], 1);
        assert_true(histogram.channels[c].mean == 455 / 4.0);
        assert_int_equal(histogram.channels[c].least, 0);
        assert_int_equal(histogram.channels[c].most, 255);
    }
    const struct histogram_values *luma = &histogram.channels[HISTOGRAM_LUMA];
    assert_int_equal(luma->counts[54], 1); /* 0.2126 of 255 */
    assert_int_equal(luma->counts[182], 1);
    assert_int_equal(luma->counts[18], 1);
    assert_int_equal(luma->counts[200], 1);
    assert_int_equal(luma->least, 18);
    assert_int_equal(luma->most, 200);
}

static void grey_has_luma_only(void **state)
{
    struct picture picture = make(2);
    struct histogram histogram;
    (void)state;
    histogram_take(&histogram, &picture, NULL);
    assert_int_equal(histogram.n, 8);
    assert_int_equal(histogram.n_channels, 1);
    assert_int_equal(histogram.channels[HISTOGRAM_LUMA].counts[0], 4);
    assert_int_equal(histogram.channels[HISTOGRAM_LUMA].counts[255], 2);
    assert_int_equal(histogram.channels[HISTOGRAM_LUMA].counts[200], 2);
}

static void regions_are_clipped(void **state)
{
    struct picture picture = make(4);
    struct histogram histogram;
    (void)state;
    histogram_take(&histogram, &picture, &(struct histogram_region){1, 1, UINT32_MAX, UINT32_MAX});
    assert_int_equal(histogram.n, 1);
    assert_int_equal(histogram.channels[HISTOGRAM_RED].least, 200);
    assert_int_equal(histogram.channels[HISTOGRAM_RED].most, 200);
    assert_true(histogram.channels[HISTOGRAM_LUMA].mean == 200);
    histogram_take(&histogram, &picture, &(struct histogram_region){0, 0, 1, 2});
    assert_int_equal(histogram.n, 2);
    assert_int_equal(histogram.channels[HISTOGRAM_BLUE].counts[255], 1);
}

static void nothing_has_no_mean(void **state)
{
    struct picture picture = make(4);
    struct histogram histogram;
    (void)state;
    histogram_take(&histogram, &picture, &(struct histogram_region){5, 0, 1, 1});
    assert_int_equal(histogram.n, 0);
    assert_true(isnan(histogram.channels[HISTOGRAM_LUMA].mean));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_and_luma_are_counted),
        cmocka_unit_test(grey_has_luma_only),
        cmocka_unit_test(regions_are_clipped),
        cmocka_unit_test(nothing_has_no_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
