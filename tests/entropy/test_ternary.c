/* Probabilities of the thirds of a cell, and centroids. */
#include "bits.h"

#include "entropy/range_coder.h"
#include "entropy/ternary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int32_t widths[] = {3, 9, 27, 81, 243, 729, 2187, 6561};
enum { N_WIDTHS = sizeof widths / sizeof *widths, N_DRAWS = 20000 };

/* A cell with a distribution, in and about all ranges that a file can name. */
struct drawn {
    int32_t mean, centre, width;
    uint32_t scale_index;
};

static struct drawn draw(uint64_t *seed)
{
    struct drawn d;
    d.width = widths[random_below(seed, N_WIDTHS)];
    d.centre = (int32_t)random_below(seed, 13123) - 6561;
    d.scale_index = random_below(seed, UQD_LOGISTIC_SCALES);
    d.mean = 16 * d.centre + (int32_t)random_below(seed, 24u * (uint32_t)d.width) - 12 * d.width;
    if (random_below(seed, 50) == 0)
        d.mean = random_next(seed) & 1 ? INT32_MAX : INT32_MIN;
    return d;
}

static double cdf(double x, double mean, uint32_t scale_index)
{
    return 1 / (1 + exp(-(x - mean) / exp2(((double)scale_index - 64) / 16)));
}

static double clamped_mean(const struct drawn *d)
{
    return fmin(fmax(d->mean / 16.0, d->centre - d->width / 2.0), d->centre + d->width / 2.0);
}

static void test_frequencies(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < N_DRAWS; i++) {
        const struct drawn d = draw(&seed);
        const struct uqd_ternary t = uqd_ternary_of(d.mean, d.scale_index, d.centre, d.width);
        const uint32_t got[3] = {t.cum1, t.cum2 - t.cum1, t.total - t.cum2};
        const double mean = clamped_mean(&d);
        double low = d.centre - d.width / 2.0;
        assert_true(t.cum1 < t.cum2 && t.cum2 < t.total);
        assert_true(t.total <= UQD_LOGISTIC_ONE + 3 * UQD_TERNARY_FLOOR);
        for (int k = 0; k < 3; k++) {
            const double high = low + d.width / 3.0;
            const double want = cdf(high, mean, d.scale_index) - cdf(low, mean, d.scale_index);
            if (fabs(got[k] - UQD_TERNARY_FLOOR - want * UQD_LOGISTIC_ONE) > 8)
                fail_msg("mean %d, scale %u, centre %d, width %d, third %d: %u", d.mean,
                         d.scale_index, d.centre, d.width, k, got[k]);
            low = high;
        }
    }
}

/* The cell keeps at least so much mass that the rounding of the thirds' frequencies is small. */
static void test_mass_never_vanishes(void **state)
{
    (void)state;
    for (uint32_t index = 0; index < UQD_LOGISTIC_SCALES; index++)
        for (int side = -1; side <= 1; side++) {
            const struct uqd_ternary t = uqd_ternary_of(side * 1000000, index, 5, 3);
            assert_true(t.total >= 4096);
        }
}

static void test_mirror_symmetry(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < N_DRAWS; i++) {
        struct drawn d = draw(&seed);
        if (d.mean == INT32_MIN)
            d.mean = -INT32_MAX;
        const struct uqd_ternary a = uqd_ternary_of(d.mean, d.scale_index, d.centre, d.width);
        const struct uqd_ternary b = uqd_ternary_of(-d.mean, d.scale_index, -d.centre, d.width);
        assert_int_equal(a.total, b.total);
        assert_int_equal(a.cum1, b.total - b.cum2);
        assert_int_equal(a.cum2, b.total - b.cum1);
        assert_int_equal(uqd_ternary_centroid_q4(d.mean, d.scale_index, d.centre, d.width),
                         -uqd_ternary_centroid_q4(-d.mean, d.scale_index, -d.centre, d.width));
    }
}

/* Centroid of the truncated distribution by a fine sum. */
static double reference_centroid(const struct drawn *d)
{
    enum { PARTS = 4000 };
    const double mean = clamped_mean(d), scale = exp2(((double)d->scale_index - 64) / 16);
    const double low = fmax(d->centre - d->width / 2.0, mean - 30 * scale);
    const double high = fmin(d->centre + d->width / 2.0, mean + 30 * scale);
    double mass = 0, moment = 0;
    for (int i = 0; i < PARTS; i++) {
        const double x = low + (high - low) * (i + 0.5) / PARTS;
        const double density = 1 / (2 + 2 * cosh((x - mean) / scale));
        mass += density;
        moment += density * x;
    }
    return moment / mass;
}

static void test_centroid(void **state)
{
    (void)state;
    uint64_t seed = 4;
    double largest = 0;
    for (int i = 0; i < N_DRAWS / 10; i++) {
        struct drawn d = draw(&seed);
        d.width = random_below(&seed, 9) == 0 ? 1 : d.width;
        const int32_t got = uqd_ternary_centroid_q4(d.mean, d.scale_index, d.centre, d.width);
        const double scale = exp2(((double)d.scale_index - 64) / 16);
        const double off = fabs(got / 16.0 - reference_centroid(&d));
        assert_in_range(got - 16 * d.centre + 8 * d.width, 0, 16 * d.width);
        if (off > 0.05 * fmin(scale, d.width) + 1.5 / 16)
            fail_msg("mean %d, scale %u, centre %d, width %d: %d, off by %f", d.mean, d.scale_index,
                     d.centre, d.width, got, off);
        largest = fmax(largest, (off - 1.0 / 16) / fmin(scale, d.width));
    }
    print_message("# off by at most 1/16 and %.4f of the scale or width\n", largest);
}

/* A narrow distribution far from the middle of a wide cell keeps its mean. */
static void test_centroid_of_untouched_distribution(void **state)
{
    (void)state;
    for (uint32_t index = 0; index <= 64 + 16 * 6; index++)
        for (int32_t mean = -12000; mean <= 12000; mean += 997)
            assert_int_equal(uqd_ternary_centroid_q4(mean, index, 0, 6561), mean);
}

/* A picture's worth of refinements, coded and decoded. */
static void test_coding(void **state)
{
    (void)state;
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
    const uint8_t *data;
    size_t size;
    uint64_t seed = 6, again = 6;
    uqd_range_encoder_init(&encoder);
    for (int i = 0; i < N_DRAWS; i++) {
        const struct drawn d = draw(&seed);
        const struct uqd_ternary t = uqd_ternary_of(d.mean, d.scale_index, d.centre, d.width);
        const uint32_t cums[4] = {0, t.cum1, t.cum2, t.total};
        const uint32_t symbol = random_below(&seed, 3);
        uqd_range_encode(&encoder, cums[symbol], cums[symbol + 1] - cums[symbol], t.total);
    }
    assert_int_equal(uqd_range_encoder_finish(&encoder, &data, &size), UQD_OK);
    uqd_range_decoder_init(&decoder, data, size, size);
    for (int i = 0; i < N_DRAWS; i++) {
        const struct drawn d = draw(&again);
        const struct uqd_ternary t = uqd_ternary_of(d.mean, d.scale_index, d.centre, d.width);
        assert_int_equal(uqd_range_decode3(&decoder, t.cum1, t.cum2, t.total),
                         random_below(&again, 3));
    }
    assert_int_equal(uqd_range_decoder_finish(&decoder), UQD_OK);
    uqd_range_encoder_deinit(&encoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frequencies),
        cmocka_unit_test(test_mass_never_vanishes),
        cmocka_unit_test(test_mirror_symmetry),
        cmocka_unit_test(test_centroid),
        cmocka_unit_test(test_centroid_of_untouched_distribution),
        cmocka_unit_test(test_coding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
