/* Mean and variance of pictures. */
#include "spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct uqd_image row_of(uint32_t n, const uint8_t *samples)
{
    return (struct uqd_image){n, 1, 1, n, samples};
}

static void test_known_values(void **state)
{
    (void)state;
    static const uint8_t pictures[3][4] = {{0, 10, 255, 7}, {255, 11, 255, 8}, {0, 13, 255, 9}};
    static const uint8_t means[3][4] = {{0, 10, 255, 7}, {128, 11, 255, 8}, {85, 11, 255, 8}};
    static const uint32_t variances[3][4] = {
        {0, 0, 0, 0}, {8323200, 128, 0, 128}, {5548800, 597, 0, 256}};
    struct spread spread;
    assert_int_equal(spread_init(&spread, 4, 1, 1), 0);
    for (int n = 0; n < 3; n++) {
        const struct uqd_image image = row_of(4, pictures[n]);
        uint8_t mean[4];
        uint32_t variance[4];
        assert_int_equal(spread_add(&spread, &image), 0);
        spread_mean(&spread, mean);
        spread_variance(&spread, variance);
        assert_memory_equal(mean, means[n], sizeof mean);
        assert_memory_equal(variance, variances[n], sizeof variance);
    }
    spread_free(&spread);
}

/* As many of the largest and most different samples as there may be. */
static void test_most_pictures(void **state)
{
    (void)state;
    static const uint8_t low[3] = {0, 255, 0}, high[3] = {255, 255, 0};
    const struct uqd_image images[2] = {row_of(3, low), row_of(3, high)};
    struct spread spread;
    uint8_t mean[3];
    uint32_t variance[3];
    assert_int_equal(spread_init(&spread, 3, 1, 1), 0);
    for (uint32_t i = 0; i < SPREAD_MAX; i++)
        assert_int_equal(spread_add(&spread, &images[i % 2]), 0);
    assert_int_equal(spread_add(&spread, &images[0]), -1);
    assert_int_equal(spread.n, SPREAD_MAX);
    spread_mean(&spread, mean);
    spread_variance(&spread, variance);
    assert_int_equal(mean[0], 128);
    assert_int_equal(mean[1], 255);
    assert_int_equal(mean[2], 0);
    assert_int_equal(variance[0], 4161664); /* 256 * 127.5^2 * 65536 / 65535 */
    assert_int_equal(variance[1], 0);
    assert_int_equal(variance[2], 0);
    spread_free(&spread);
}

/* Rows that begin further apart than they are long, and colours. */
static void test_stride(void **state)
{
    (void)state;
    uint8_t pixels[2 * 8], mean[12];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(3 * i);
    const struct uqd_image image = {2, 2, 3, 8, pixels};
    struct spread spread;
    assert_int_equal(spread_init(&spread, 2, 2, 3), 0);
    assert_int_equal(spread_add(&spread, &image), 0);
    assert_int_equal(spread_add(&spread, &image), 0);
    spread_mean(&spread, mean);
    assert_memory_equal(mean, pixels, 6);
    assert_memory_equal(mean + 6, pixels + 8, 6);
    spread_free(&spread);
}

static void test_wrong_shapes(void **state)
{
    (void)state;
    uint8_t pixels[12] = {0}, mean[6];
    uint32_t variance[6];
    const struct uqd_image wrong[] = {
        {1, 1, 3, 3, pixels}, {2, 2, 3, 6, pixels}, {2, 1, 4, 8, pixels}};
    struct spread spread;
    assert_int_equal(spread_init(&spread, 0, 1, 3), -1);
    assert_int_equal(spread_init(&spread, 1, 0, 3), -1);
    assert_int_equal(spread_init(&spread, 1, 1, 0), -1);
    assert_int_equal(spread_init(&spread, 1, 1, 5), -1);
    assert_int_equal(spread_init(&spread, UQD_MAX_SIDE + 1, 1, 1), -1);
    spread_free(&spread);
    assert_int_equal(spread_init(&spread, 2, 1, 3), 0);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(spread_add(&spread, &wrong[i]), -1);
    assert_int_equal(spread.n, 0);
    memset(mean, 7, sizeof mean);
    memset(variance, 7, sizeof variance);
    spread_mean(&spread, mean);
    spread_variance(&spread, variance);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(mean[i], 0);
        assert_int_equal(variance[i], 0);
    }
    spread_free(&spread);
    spread_free(&spread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_most_pictures),
        cmocka_unit_test(test_stride),
        cmocka_unit_test(test_wrong_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
