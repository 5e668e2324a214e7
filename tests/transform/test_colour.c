/* Colours with the finest wavelet level: exact over all colours, clamping, bits behind the point,
 * strides. */
#include "one_work.h"
#include "patterns.h"

#include "transform/colour.h"
#include "transform/wavelet.h"
#include "uqd/uqd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 256, N = SIDE * SIDE };

static int32_t *new_planes(int32_t *planes[3], size_t samples)
{
    int32_t *all = calloc(3 * samples, sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < 3; i++)
        planes[i] = all + i * samples;
    return all;
}

/* All green and blue values with one value of red. */
static void fill_gamut_slice(uint8_t *pixels, int red)
{
    for (int i = 0; i < N; i++) {
        pixels[3 * i] = (uint8_t)red;
        pixels[3 * i + 1] = (uint8_t)(i & 255);
        pixels[3 * i + 2] = (uint8_t)(i >> 8);
    }
}

/* Every colour, among neighbours that lift it by much and by little. */
static void test_all_colours(void **state)
{
    (void)state;
    int32_t *planes[3], *all = new_planes(planes, N);
    uint8_t *pixels = malloc(3 * N), *back = malloc(3 * N);
    for (int red = 0; red < 256; red++) {
        fill_gamut_slice(pixels, red);
        assert_int_equal(uqd_colour_split(pixels, 3 * SIDE, SIDE, SIDE, planes, SIDE, WORK(1)),
                         UQD_OK);
        assert_int_equal(uqd_colour_merge(planes, SIDE, SIDE, SIDE, back, 3 * SIDE, WORK(1)),
                         UQD_OK);
        if (memcmp(pixels, back, 3 * N) != 0)
            fail_msg("not exact for red = %d", red);
    }
    free(back);
    free(pixels);
    free(all);
}

/* All sizes from 1 x 1 on, noise of the full range. */
static void test_small_sizes(void **state)
{
    (void)state;
    enum { MOST = 13 };
    static int32_t samples[3][MOST * MOST];
    int32_t *const planes[3] = {samples[0], samples[1], samples[2]};
    uint8_t pixels[3 * MOST * MOST], back[3 * MOST * MOST];
    uint64_t seed = 11;
    for (uint32_t h = 1; h <= MOST; h++)
        for (uint32_t w = 1; w <= MOST; w++)
            for (int extreme = 0; extreme < 2; extreme++) {
                for (uint32_t i = 0; i < 3 * w * h; i++) {
                    const uint8_t value = (uint8_t)random_next(&seed);
                    pixels[i] = !extreme ? value : value < 128 ? 0 : 255;
                }
                assert_int_equal(uqd_colour_split(pixels, 3 * w, w, h, planes, w, WORK(1)), UQD_OK);
                assert_int_equal(uqd_colour_merge(planes, w, w, h, back, 3 * w, WORK(1)), UQD_OK);
                if (memcmp(pixels, back, 3 * w * h) != 0)
                    fail_msg("%u x %u is not exact", w, h);
            }
}

/* The luma of a grey pixel carries nearly all of it, and the chroma nearly nothing. */
static void test_grey_pixels_have_no_chroma(void **state)
{
    (void)state;
    for (int value = 0; value < 256; value++) {
        const uint8_t pixel[3] = {(uint8_t)value, (uint8_t)value, (uint8_t)value};
        int32_t luma, co, cg, *planes[3] = {&luma, &co, &cg};
        assert_int_equal(uqd_colour_split(pixel, 3, 1, 1, planes, 1, WORK(1)), UQD_OK);
        assert_in_range(luma - (value - 128) * 1.7320508 + 2, 0, 4);
        assert_in_range(co + 1, 0, 2);
        assert_in_range(cg + 1, 0, 2);
    }
}

/* Each sample is rounded once: what the subbands show, in fractions, is close to the picture. */
static void test_rounding_noise(void **state)
{
    (void)state;
    enum { W = 96, H = 80, BITS = 8 };
    static uint8_t pixels[3 * W * H], shown[3 * W * H];
    static int32_t samples[3][W * H];
    int32_t *const planes[3] = {samples[0], samples[1], samples[2]};
    uint64_t seed = 3;
    for (int i = 0; i < 3 * W * H; i++)
        pixels[i] = (uint8_t)(60 + random_next(&seed) % 130);
    assert_int_equal(uqd_colour_split(pixels, 3 * W, W, H, planes, W, WORK(1)), UQD_OK);
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < W * H; i++)
            samples[c][i] *= 1 << BITS;
        assert_int_equal(uqd_wavelet_inverse(samples[c], W, W, H, 1, 0, WORK(1)), UQD_OK);
    }
    uqd_colour_show(planes, W, W, H, BITS, shown, 3 * W, WORK(1));
    double error = 0;
    for (int i = 0; i < 3 * W * H; i++)
        error += pow(shown[i] - pixels[i], 2) / (3.0 * W * H);
    /* That of the samples, 0.2, and that of the pixels, 1/12. */
    assert_true(error < 0.35);
}

/* Rounding, halves upwards, and clamping. */
static void test_grey_values(void **state)
{
    (void)state;
    static const struct {
        int32_t grey;
        uint32_t fraction;
        uint8_t pixel;
    } cases[] = {
        {-128, 0, 0},
        {-129, 0, 0},
        {127, 0, 255},
        {128, 0, 255},
        {0, 0, 128},
        {7, 0, 135},
        {-9, 0, 119},
        {INT32_MIN + 9999, 0, 0},
        {0, 4, 128},
        {7, 4, 128},
        {8, 4, 129},
        {-8, 4, 128},
        {-9, 4, 127},
        {-2048, 4, 0},
        {-2057, 4, 0},
        {2032, 4, 255},
        {2040, 4, 255},
        {-1, 1, 128},
        {1, 1, 129},
        {-3, 1, 127},
        {127, 8, 128},
        {128, 8, 129},
        {-32768, 8, 0},
        {32512, 8, 255},
        {40000, 8, 255},
        {-40000, 8, 0},
        {INT32_MAX - 9999, 0, 255},
        {INT32_MAX - 99999, 8, 255},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t pixel = 1;
        uqd_grey_show(&cases[i].grey, 1, 1, 1, cases[i].fraction, &pixel, 1, WORK(1));
        if (pixel != cases[i].pixel)
            fail_msg("%d / 2^%u gives %d", cases[i].grey, cases[i].fraction, pixel);
    }
}

/* R, G and B by the rotation in floating point. */
static void unrotated(const double plane[3], double rgb[3])
{
    const double cosine = sqrt(2.0 / 3), sine = sqrt(1.0 / 3);
    const double sum = cosine * plane[0] - sine * plane[2];
    rgb[0] = 128 + (sum - plane[1]) * sqrt(0.5);
    rgb[1] = 128 + sine * plane[0] + cosine * plane[2];
    rgb[2] = 128 + (sum + plane[1]) * sqrt(0.5);
}

/* Colours come out to the nearest pixel but for what the multipliers' 12 bits leave. */
static void test_fraction(void **state)
{
    (void)state;
    uint64_t seed = 6;
    for (uint32_t fraction = 0; fraction <= 8; fraction++) {
        const double one = 1 << fraction, slack = 0.55;
        for (int i = 0; i < 20000; i++) {
            int32_t values[3];
            double plane[3], rgb[3];
            uint8_t pixel[3];
            for (int c = 0; c < 3; c++) {
                const int32_t range = (c == 0 ? 300 : 150) << fraction;
                values[c] = (int32_t)(random_next(&seed) % (uint32_t)range) - range / 2;
                plane[c] = values[c] / one;
            }
            int32_t *const planes[3] = {&values[0], &values[1], &values[2]};
            uqd_colour_show(planes, 1, 1, 1, fraction, pixel, 3, WORK(1));
            unrotated(plane, rgb);
            for (int c = 0; c < 3; c++)
                if (fabs(pixel[c] - fmin(fmax(rgb[c], 0), 255)) > slack)
                    fail_msg("fraction %u, colour %d: %d instead of %.2f", fraction, c, pixel[c],
                             rgb[c]);
        }
    }
}

/* Values far outside of what pictures give must only be defined, not meaningful. */
static void test_any_values_are_defined(void **state)
{
    (void)state;
    int32_t *planes[3], *all = new_planes(planes, SIDE);
    uint8_t first[3 * SIDE], second[3 * SIDE];
    uint64_t seed = 1;
    for (int i = 0; i < 3 * SIDE; i++)
        all[i] = (int32_t)(random_next(&seed) << 1);
    for (uint32_t fraction = 0; fraction <= 8; fraction += 4) {
        uqd_colour_show(planes, SIDE, SIDE, 1, fraction, first, 3 * SIDE, WORK(1));
        uqd_colour_show(planes, 16, 16, 16, fraction, second, 48, WORK(4));
        assert_memory_equal(first, second, sizeof first);
    }
    assert_int_equal(uqd_colour_merge(planes, 16, 16, 16, second, 48, WORK(4)), UQD_OK);
    free(all);
}

static void test_strides_and_threads(void **state)
{
    (void)state;
    enum { W = 137, H = 129, PITCH = 141, STRIDE = 430 };
    static uint8_t pixels[H * STRIDE], back[H * STRIDE];
    static int32_t planes[3][H * PITCH], reference[3][H * PITCH];
    int32_t *const pointers[3] = {planes[0], planes[1], planes[2]};
    uint64_t seed = 5;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = pattern_value(PATTERN_RANDOM, 0, 0, 0, &seed);
    for (uint32_t threads = 1; threads <= 8; threads++) {
        memset(planes, 7, sizeof planes);
        memset(back, 9, sizeof back);
        assert_int_equal(uqd_colour_split(pixels, STRIDE, W, H, pointers, PITCH, WORK(threads)),
                         UQD_OK);
        if (threads == 1)
            memcpy(reference, planes, sizeof planes);
        assert_memory_equal(reference, planes, sizeof planes);
        assert_int_equal(uqd_colour_merge(pointers, PITCH, W, H, back, STRIDE, WORK(threads)),
                         UQD_OK);
        for (size_t y = 0; y < H; y++) {
            assert_memory_equal(back + y * STRIDE, pixels + y * STRIDE, 3 * W);
            assert_int_equal(back[y * STRIDE + 3 * W], 9);
            assert_int_equal(planes[0][y * PITCH + W], 0x07070707);
        }
    }
}

static void test_grey_strides(void **state)
{
    (void)state;
    enum { W = 7, H = 5, PITCH = 9, STRIDE = 11 };
    uint8_t pixels[H * STRIDE], back[H * STRIDE];
    int32_t plane[H * PITCH];
    memset(back, 9, sizeof back);
    memset(plane, 7, sizeof plane);
    for (int i = 0; i < H * STRIDE; i++)
        pixels[i] = (uint8_t)(37 * i);
    uqd_grey_load(pixels, STRIDE, W, H, plane, PITCH, WORK(1));
    uqd_grey_show(plane, PITCH, W, H, 0, back, STRIDE, WORK(1));
    for (size_t y = 0; y < H; y++) {
        assert_memory_equal(back + y * STRIDE, pixels + y * STRIDE, W);
        assert_int_equal(back[y * STRIDE + W], 9);
        assert_int_equal(plane[y * PITCH + W], 0x07070707);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_colours),
        cmocka_unit_test(test_small_sizes),
        cmocka_unit_test(test_rounding_noise),
        cmocka_unit_test(test_grey_pixels_have_no_chroma),
        cmocka_unit_test(test_grey_values),
        cmocka_unit_test(test_fraction),
        cmocka_unit_test(test_any_values_are_defined),
        cmocka_unit_test(test_strides_and_threads),
        cmocka_unit_test(test_grey_strides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
