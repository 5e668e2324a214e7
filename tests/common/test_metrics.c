/* uqd_compare against values from an independent implementation in double precision that filters
 * with the whole 11 x 11 window at once. */
#include <uqd/uqd.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    uint32_t width, height, channels;
    double mse, psnr, ms_ssim;
} cases[] = {
    {190, 180, 3, 167.0493762, 25.90235503, 0.980525459}, /* five scales */
    {100, 50, 1, 172.7964, 25.75545671, 0.974127734},     /* three */
    {23, 40, 3, 164.6246377, 25.96585529, 0.958605531},   /* two */
    {12, 30, 1, 55.31944444, 30.70202551, 0.821385917},   /* one */
    {5, 4, 3, 51.78333333, 30.98890358, 0.970377638},     /* smaller than the window */
    {1, 1, 1, 0, INFINITY, 1},
};

enum { N_CASES = sizeof cases / sizeof *cases };

static uint8_t original(uint32_t x, uint32_t y, uint32_t c)
{
    return (uint8_t)(x * 5 + y * 3 + c * 40 + (((x * 73) ^ (y * 151) ^ (c * 29)) & 15));
}

static uint8_t distorted(uint32_t x, uint32_t y, uint32_t c)
{
    return (uint8_t)(original(x, y, c) * 7 / 8 + x * y % 23);
}

/* A picture whose rows lie padding bytes apart; free its pixels. */
static struct uqd_image make(size_t index, size_t padding,
                             uint8_t (*value)(uint32_t x, uint32_t y, uint32_t c))
{
    struct uqd_image image = {cases[index].width, cases[index].height, cases[index].channels, 0,
                              NULL};
    image.stride = (size_t)image.width * image.channels + padding;
    uint8_t *pixels = malloc(image.stride * image.height);
    assert_non_null(pixels);
    memset(pixels, (int)padding, image.stride * image.height);
    for (uint32_t y = 0; y < image.height; y++)
        for (uint32_t x = 0; x < image.width; x++)
            for (uint32_t c = 0; c < image.channels; c++)
                pixels[y * image.stride + x * image.channels + c] = value(x, y, c);
    image.pixels = pixels;
    return image;
}

static void free_image(struct uqd_image *image)
{
    free((void *)image->pixels);
}

static int is_near(double value, double want, double tolerance)
{
    return value == want || fabs(value - want) <= tolerance;
}

static void test_reference_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        struct uqd_image a = make(i, 0, original), b = make(i, 7, distorted);
        struct uqd_metrics metrics, swapped;
        assert_int_equal(uqd_compare(&a, &b, 1, &metrics), UQD_OK);
        assert_int_equal(uqd_compare(&b, &a, 1, &swapped), UQD_OK);
        if (!is_near(metrics.mse, cases[i].mse, 1e-6) ||
            !is_near(metrics.psnr, cases[i].psnr, 1e-7) ||
            !is_near(metrics.ms_ssim, cases[i].ms_ssim, 1e-8))
            fail_msg("%u x %u: %.9g %.9g %.9g", a.width, a.height, metrics.mse, metrics.psnr,
                     metrics.ms_ssim);
        if (swapped.mse != metrics.mse || !is_near(swapped.ms_ssim, metrics.ms_ssim, 1e-12))
            fail_msg("%u x %u: not symmetric", a.width, a.height);
        free_image(&a);
        free_image(&b);
    }
}

static void test_equal_images(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CASES; i++) {
        struct uqd_image a = make(i, 0, original), b = make(i, 3, original);
        struct uqd_metrics metrics;
        assert_int_equal(uqd_compare(&a, &b, 1, &metrics), UQD_OK);
        if (metrics.mse != 0 || !isinf(metrics.psnr) || !is_near(metrics.ms_ssim, 1, 1e-12))
            fail_msg("%u x %u: %g %g %g", a.width, a.height, metrics.mse, metrics.psnr,
                     metrics.ms_ssim);
        free_image(&a);
        free_image(&b);
    }
}

static void test_without_ms_ssim(void **state)
{
    (void)state;
    struct uqd_image a = make(1, 0, original), b = make(1, 0, distorted);
    struct uqd_metrics metrics;
    assert_int_equal(uqd_compare(&a, &b, 0, &metrics), UQD_OK);
    assert_true(isnan(metrics.ms_ssim));
    assert_true(is_near(metrics.psnr, cases[1].psnr, 1e-7));
    free_image(&a);
    free_image(&b);
}

static void test_wrong_arguments(void **state)
{
    (void)state;
    struct uqd_image good = make(1, 0, original), wrong[6];
    struct uqd_metrics metrics = {.mse = 5};
    for (size_t i = 0; i < 6; i++)
        wrong[i] = good;
    wrong[0].width--;
    wrong[1].height--;
    wrong[2].channels = 2;
    wrong[3].stride--;
    wrong[4].pixels = NULL;
    wrong[5].width = 0;
    for (size_t i = 0; i < 6; i++)
        if (uqd_compare(&good, &wrong[i], 1, &metrics) != UQD_ERR_ARG ||
            uqd_compare(&wrong[i], &good, 1, &metrics) != UQD_ERR_ARG)
            fail_msg("case %zu accepted", i);
    assert_int_equal(uqd_compare(&good, NULL, 1, &metrics), UQD_ERR_ARG);
    assert_true(metrics.mse == 5);
    free_image(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_values),
        cmocka_unit_test(test_equal_images),
        cmocka_unit_test(test_without_ms_ssim),
        cmocka_unit_test(test_wrong_arguments),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
