/* Curves as numbers: points in order, axes, places between them, values between points. */
#include "session/curve_set.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <uqd/uqd.h>

static struct curve_point point(double rate, double psnr)
{
    uint64_t bytes = rate > 0 && isfinite(rate) ? (uint64_t)(1000 * rate) : 0;
    return (struct curve_point){bytes, rate, {psnr, NAN, NAN}, CURVE_NO_STEP};
}

static void add(struct curve_set *set, int curve, double rate, double psnr)
{
    struct curve_point one = point(rate, psnr);
    assert_int_equal(curve_set_add(set, curve, &one), 0);
}

static int new_curve(struct curve_set *set, const char *label)
{
    int curve = curve_set_curve(set, label, 0, UQD_MODE_DENOISED, 0);
    assert_true(curve >= 0);
    return curve;
}

static void points_are_sorted_by_rate(void **state)
{
    static const double rates[] = {3, 0.5, 8, 1, 0.1, 2, 0.7};
    struct curve_set set = {0};
    (void)state;
    int curve = new_curve(&set, "denoised");
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        add(&set, curve, rates[i], 30);
    assert_int_equal(set.curves[curve].n_points, 7);
    for (size_t i = 1; i < 7; i++)
        assert_true(set.curves[curve].points[i - 1].rate < set.curves[curve].points[i].rate);
    curve_set_clear(&set);
    assert_int_equal(set.n_curves, 0);
}

/* Metrics are measured at different times. */
static void a_point_takes_further_values(void **state)
{
    struct curve_set set = {0};
    (void)state;
    int curve = new_curve(&set, "denoised");
    add(&set, curve, 1, 30);
    struct curve_point more = point(1, NAN);
    more.values[METRIC_MS_SSIM] = 0.9;
    assert_int_equal(curve_set_add(&set, curve, &more), 0);
    assert_int_equal(set.curves[curve].n_points, 1);
    assert_true(set.curves[curve].points[0].values[METRIC_PSNR] == 30);
    assert_true(set.curves[curve].points[0].values[METRIC_MS_SSIM] == 0.9);
    assert_true(isnan(set.curves[curve].points[0].values[METRIC_BUTTERAUGLI]));
    curve_set_clear(&set);
}

static void what_is_no_value_is_refused(void **state)
{
    static const double rates[] = {0, -1, NAN, INFINITY};
    struct curve_set set = {0};
    struct curve_point wrong = point(1, -INFINITY);
    (void)state;
    int curve = new_curve(&set, "denoised");
    assert_int_equal(curve_set_add(&set, curve, &wrong), -1);
    for (int i = 0; i < 4; i++) {
        wrong = point(rates[i], 30);
        assert_int_equal(curve_set_add(&set, curve, &wrong), -1);
    }
    wrong = point(1, 30);
    wrong.values[METRIC_MS_SSIM] = 1.5;
    assert_int_equal(curve_set_add(&set, curve, &wrong), -1);
    wrong.values[METRIC_MS_SSIM] = NAN;
    wrong.values[METRIC_BUTTERAUGLI] = -1;
    assert_int_equal(curve_set_add(&set, curve, &wrong), -1);
    assert_int_equal(set.curves[curve].n_points, 0);
    curve_set_clear(&set);
}

static void curves_and_points_are_bounded(void **state)
{
    struct curve_set set = {0};
    char label[16];
    (void)state;
    for (int i = 0; i < CURVE_MAX_CURVES; i++) {
        snprintf(label, sizeof label, "curve %d", i);
        assert_int_equal(new_curve(&set, label), i);
    }
    assert_int_equal(curve_set_curve(&set, "one more", 0, UQD_MODE_DENOISED, 0), -1);
    assert_int_equal(new_curve(&set, "curve 7"), 7);
    for (size_t i = 0; i < CURVE_MAX_POINTS; i++)
        add(&set, 7, 1 + (double)i, 30);
    struct curve_point more = point(0.5, 30);
    assert_int_equal(curve_set_add(&set, 7, &more), -1);
    curve_set_clear(&set);
}

static void a_curve_is_of_its_mode_seed_and_document(void **state)
{
    struct curve_set set = {0};
    (void)state;
    int first = curve_set_curve(&set, "parrots", 0, UQD_MODE_ANCESTRAL, 7);
    assert_int_equal(curve_set_curve(&set, "parrots", 0, UQD_MODE_ANCESTRAL, 7), first);
    assert_int_not_equal(curve_set_curve(&set, "parrots", 0, UQD_MODE_ANCESTRAL, 8), first);
    assert_int_not_equal(curve_set_curve(&set, "parrots", 0, UQD_MODE_FLOW, 7), first);
    assert_int_not_equal(curve_set_curve(&set, "parrots", 1, UQD_MODE_ANCESTRAL, 7), first);
    assert_int_equal(set.n_curves, 4);
    curve_set_remove(&set, 0);
    assert_int_equal(set.n_curves, 1);
    assert_int_equal(set.curves[0].document, 1);
    curve_set_clear(&set);
}

/* Whatever a table or a file's name has. */
static void labels_can_be_shown(void **state)
{
    char longest[300];
    struct curve_set set = {0};
    (void)state;
    int curve = new_curve(&set, "a\nb\xff");
    assert_string_equal(set.curves[curve].label, "a\\nb\\xff");
    memset(longest, 0, sizeof longest);
    for (int i = 0; i < 100; i++)
        strcat(longest, "é");
    curve = new_curve(&set, longest);
    assert_int_equal(strlen(set.curves[curve].label), 62);
    curve_set_clear(&set);
}

static void psnr_is_shown_in_tens(void **state)
{
    struct curve_set set = {0};
    (void)state;
    struct curve_range range = curve_set_values(&set, METRIC_PSNR);
    assert_true(range.bottom == 20 && range.top == 50 && range.every == 10 && !range.exact);
    int curve = new_curve(&set, "denoised");
    add(&set, curve, 1, 17.2);
    add(&set, curve, 2, 61);
    range = curve_set_values(&set, METRIC_PSNR);
    assert_true(range.bottom == 10 && range.top == 70 && !range.exact);
    add(&set, curve, 3, INFINITY);
    assert_true(curve_set_values(&set, METRIC_PSNR).exact);
    curve_set_clear(&set);
}

static void axes_do_not_jump_where_values_are_expected(void **state)
{
    struct curve_set set = {0};
    double low, high;
    (void)state;
    assert_false(curve_set_rates(&set, &low, &high));
    curve_set_expect(&set, METRIC_PSNR, 12);
    curve_set_expect(&set, METRIC_PSNR, INFINITY);
    curve_set_expect(&set, METRIC_PSNR, NAN);
    curve_set_expect_rate(&set, 0.1);
    curve_set_expect_rate(&set, 10);
    struct curve_range before = curve_set_values(&set, METRIC_PSNR);
    assert_true(before.bottom == 10 && before.exact);
    assert_true(curve_set_rates(&set, &low, &high));
    add(&set, new_curve(&set, "denoised"), 1, 30);
    double new_low, new_high;
    assert_true(curve_set_rates(&set, &new_low, &new_high));
    assert_true(new_low == low && new_high == high && low < 0.1 && high > 10);
    struct curve_range after = curve_set_values(&set, METRIC_PSNR);
    assert_true(after.bottom == before.bottom && after.top == before.top);
    curve_set_expect_nothing(&set);
    assert_true(curve_set_values(&set, METRIC_PSNR).bottom == 20);
    curve_set_clear(&set);
}

static void better_is_up_in_every_metric(void **state)
{
    static const double values[N_METRICS][3] = {{25, 40, INFINITY}, {0.8, 0.99, 1}, {9, 1, 0}};
    struct curve_set set = {0};
    (void)state;
    int curve = new_curve(&set, "denoised");
    for (int i = 0; i < 3; i++) {
        struct curve_point one = point(1 + i, values[0][i]);
        one.values[METRIC_MS_SSIM] = values[1][i];
        one.values[METRIC_BUTTERAUGLI] = values[2][i];
        assert_int_equal(curve_set_add(&set, curve, &one), 0);
    }
    for (int metric = 0; metric < N_METRICS; metric++) {
        struct curve_axes axes = {.metric = (enum metric)metric,
                                  .bottom_y = 100,
                                  .top_y = 10,
                                  .exact_y = metric == METRIC_BUTTERAUGLI ? 10 : 0,
                                  .range = curve_set_values(&set, (enum metric)metric)};
        double worst = curve_axes_y(&axes, values[metric][0]);
        double middle = curve_axes_y(&axes, values[metric][1]);
        double exact = curve_axes_y(&axes, values[metric][2]);
        assert_true(worst <= 100 && worst > middle && middle > exact);
        assert_true(exact == axes.exact_y);
        assert_true(curve_is_exact((enum metric)metric, values[metric][2]));
        assert_false(curve_is_exact((enum metric)metric, values[metric][1]));
    }
    curve_set_clear(&set);
}

static const struct curve_axes axes = {.metric = METRIC_PSNR,
                                       .left = 40,
                                       .right = 440,
                                       .low_rate = 0.01,
                                       .high_rate = 10,
                                       .bottom_y = 300,
                                       .top_y = 40,
                                       .exact_y = 20,
                                       .range = {20, 50, 10, true}};

static void rates_come_back(void **state)
{
    (void)state;
    assert_true(fabs(curve_axes_x(&axes, 0.01) - 40) < 1e-9);
    assert_true(fabs(curve_axes_x(&axes, 10) - 440) < 1e-9);
    for (double x = 40; x <= 440; x += 0.5)
        assert_true(fabs(curve_axes_x(&axes, curve_axes_rate(&axes, x)) - x) < 1e-6);
}

static void the_nearest_point_is_found(void **state)
{
    struct curve_set set = {0};
    struct curve_place place;
    (void)state;
    assert_false(curve_set_nearest(&set, &axes, 100, 100, &place));
    int lower = new_curve(&set, "lower"), upper = new_curve(&set, "upper");
    for (int i = 1; i <= 9; i++) {
        add(&set, lower, i, 20 + 2 * i);
        add(&set, upper, i, i == 9 ? INFINITY : 25 + 2 * i);
    }
    add(&set, upper, 0.5, NAN);
    for (int i = 1; i <= 9; i++) {
        double x = curve_axes_x(&axes, i), y = curve_axes_y(&axes, 20 + 2 * i);
        assert_true(curve_set_nearest(&set, &axes, x + 1, y + 1, &place));
        assert_int_equal(place.curve, lower);
        assert_int_equal(place.point, i - 1);
        assert_true(place.distance < 1.5);
    }
    assert_true(curve_set_nearest(&set, &axes, curve_axes_x(&axes, 9), 21, &place));
    assert_int_equal(place.curve, upper);
    assert_true(isinf(set.curves[upper].points[place.point].values[METRIC_PSNR]));
    curve_set_clear(&set);
}

static void values_between_points_are_on_a_line(void **state)
{
    struct curve_set set = {0};
    (void)state;
    int number = new_curve(&set, "denoised");
    add(&set, number, 1, 30);
    add(&set, number, 2, NAN);
    add(&set, number, 4, 40);
    add(&set, number, 8, INFINITY);
    const struct curve *curve = &set.curves[number];
    assert_true(curve_value_at(curve, METRIC_PSNR, 1) == 30);
    assert_true(fabs(curve_value_at(curve, METRIC_PSNR, 2) - 35) < 1e-9);
    assert_true(curve_value_at(curve, METRIC_PSNR, 4) == 40);
    assert_true(isinf(curve_value_at(curve, METRIC_PSNR, 8)));
    assert_true(isnan(curve_value_at(curve, METRIC_PSNR, 6)));
    assert_true(isnan(curve_value_at(curve, METRIC_PSNR, 0.9)));
    assert_true(isnan(curve_value_at(curve, METRIC_PSNR, 9)));
    assert_true(isnan(curve_value_at(curve, METRIC_MS_SSIM, 1)));
    curve_set_clear(&set);
}

static void a_copy_is_its_own(void **state)
{
    struct curve_set set = {0}, copy;
    (void)state;
    int curve = new_curve(&set, "denoised");
    add(&set, curve, 1, 30);
    curve_set_expect_rate(&set, 7);
    assert_int_equal(curve_set_copy(&copy, &set), 0);
    add(&copy, curve, 2, 31);
    assert_int_equal(new_curve(&copy, "denoised"), curve);
    assert_int_equal(set.curves[curve].n_points, 1);
    curve_set_clear(&set);
    assert_int_equal(copy.curves[curve].n_points, 2);
    assert_true(copy.expected_rates.high == 7);
    curve_set_clear(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_sorted_by_rate),
        cmocka_unit_test(a_point_takes_further_values),
        cmocka_unit_test(what_is_no_value_is_refused),
        cmocka_unit_test(curves_and_points_are_bounded),
        cmocka_unit_test(a_curve_is_of_its_mode_seed_and_document),
        cmocka_unit_test(labels_can_be_shown),
        cmocka_unit_test(psnr_is_shown_in_tens),
        cmocka_unit_test(axes_do_not_jump_where_values_are_expected),
        cmocka_unit_test(better_is_up_in_every_metric),
        cmocka_unit_test(rates_come_back),
        cmocka_unit_test(the_nearest_point_is_found),
        cmocka_unit_test(values_between_points_are_on_a_line),
        cmocka_unit_test(a_copy_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
