/* Pictures scaled to fit a square: their sizes, and pixels as the definition has them. */
#include "scale.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_sizes(void **state)
{
    static const uint32_t cases[][5] = {
        /* width, height, edge, and what becomes of them */
        {4000, 3000, 256, 256, 192}, {3000, 4000, 256, 192, 256}, {1, 1, 128, 1, 1},
        {128, 128, 128, 128, 128},   {100, 30, 128, 100, 30},     {3, 2000, 128, 1, 128},
        {2000, 3, 128, 128, 1},      {129, 2, 128, 128, 2},       {65535, 65535, 1, 1, 1},
        {65535, 1, 1000, 1000, 1},   {301, 200, 100, 100, 66},    {768, 512, 1000000, 768, 512},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t width = cases[i][0], height = cases[i][1];
        scale_fit(&width, &height, cases[i][2]);
        if (width != cases[i][3] || height != cases[i][4])
            fail_msg("%ux%u in %u: %ux%u", cases[i][0], cases[i][1], cases[i][2], width, height);
    }
}

static void test_halvings(void **state)
{
    (void)state;
    assert_int_equal(scale_halvings(4000, 3000, 4001), 0);
    assert_int_equal(scale_halvings(4000, 3000, 4000), 0);
    assert_int_equal(scale_halvings(4000, 3000, 2000), 1);
    assert_int_equal(scale_halvings(3000, 4000, 500), 3);
    assert_int_equal(scale_halvings(4000, 3000, 501), 2);
    assert_int_equal(scale_halvings(65535, 3, 1), UQD_MAX_REDUCE);
    assert_int_equal(scale_halvings(1, 1, 1), UQD_MAX_REDUCE);
}

static struct pixels make_picture(uint32_t width, uint32_t height, uint32_t channels)
{
    struct pixels pixels = {.width = width, .height = height, .channels = channels};
    const size_t size = (size_t)width * height * channels;
    uint32_t random = width * 31 + height * 7 + channels;
    pixels.data = malloc(size);
    assert_non_null(pixels.data);
    for (size_t i = 0; i < size; i++) {
        random = random * 1664525 + 1013904223;
        pixels.data[i] = (uint8_t)(random >> 24);
    }
    return pixels;
}

/* How much of old pixel k new pixel i has, from the definition. */
static double share(uint32_t i, uint32_t k, uint32_t source, uint32_t scaled)
{
    if (scaled > source) {
        double at = (i + 0.5) * source / scaled - 0.5;
        at = fmin(fmax(at, 0), source - 1.0);
        return fmax(0, 1 - fabs(at - k));
    }
    const double ratio = (double)source / scaled;
    const double covered = fmin(k + 1, (i + 1) * ratio) - fmax(k, i * ratio);
    return fmax(0, covered) / ratio;
}

static double expected(const struct pixels *from, uint32_t width, uint32_t height, uint32_t x,
                       uint32_t y, uint32_t c)
{
    const int has_alpha = from->channels % 2 == 0;
    const uint32_t last = from->channels - 1;
    double sum = 0, weights = 0;
    for (uint32_t v = 0; v < from->height; v++)
        for (uint32_t u = 0; u < from->width; u++) {
            const uint8_t *pixel = from->data + ((size_t)v * from->width + u) * from->channels;
            double weight = share(x, u, from->width, width) * share(y, v, from->height, height);
            if (has_alpha && c != last)
                weight *= pixel[last];
            sum += weight * pixel[c];
            weights += weight;
        }
    return weights > 0 ? sum / weights : 0;
}

static void check(uint32_t width, uint32_t height, uint32_t channels, uint32_t to_width,
                  uint32_t to_height)
{
    struct pixels from = make_picture(width, height, channels);
    struct pixels to = make_picture(width, height, channels);
    assert_int_equal(scale_pixels(&to, to_width, to_height), 0);
    assert_int_equal(to.width, to_width);
    assert_int_equal(to.height, to_height);
    for (uint32_t y = 0; y < to_height; y++)
        for (uint32_t x = 0; x < to_width; x++)
            for (uint32_t c = 0; c < channels; c++) {
                const int value = to.data[((size_t)y * to_width + x) * channels + c];
                const double wanted = expected(&from, to_width, to_height, x, y, c);
                if (fabs(value - wanted) > 0.52)
                    fail_msg("%ux%u to %ux%u, %u channels, (%u, %u): %d, not %.2f", width, height,
                             to_width, to_height, channels, x, y, value, wanted);
            }
    pixels_free(&from);
    pixels_free(&to);
}

static void test_pixels(void **state)
{
    (void)state;
    for (uint32_t channels = 1; channels <= 4; channels++) {
        check(17, 11, channels, 7, 5);
        check(20, 16, channels, 10, 8);
        check(64, 3, channels, 5, 1);
        check(9, 9, channels, 9, 9);
        check(5, 4, channels, 13, 9);
        check(6, 20, channels, 7, 6);
        check(1, 1, channels, 3, 2);
    }
}

/* What lies below transparent alpha does not show. */
static void test_clear_pixels(void **state)
{
    static const uint8_t row[] = {200, 100, 50, 255, 255, 255, 255, 0,
                                  200, 100, 50, 255, 1,   2,   3,   0};
    struct pixels pixels = {.width = 4, .height = 1, .channels = 4, .data = malloc(sizeof row)};
    (void)state;
    assert_non_null(pixels.data);
    memcpy(pixels.data, row, sizeof row);
    assert_int_equal(scale_pixels(&pixels, 2, 1), 0);
    for (uint32_t x = 0; x < 2; x++) {
        assert_memory_equal(pixels.data + 4 * x, row, 3);
        assert_int_equal(pixels.data[4 * x + 3], 128);
    }
    pixels_free(&pixels);
}

struct asking {
    unsigned asked, cancel_at; /* 0: not at all */
};

static int ask(void *cookie, double done)
{
    struct asking *asking = cookie;
    assert_true(done == 0);
    return ++asking->asked == asking->cancel_at;
}

/* How often it was asked; a picture of which nothing came is as it was. */
static unsigned scale_until(uint32_t to_width, uint32_t to_height, unsigned cancel_at)
{
    enum { WIDTH = 40, HEIGHT = 200 };
    struct asking asking = {.cancel_at = cancel_at};
    struct pixels from = make_picture(WIDTH, HEIGHT, 3), pixels = make_picture(WIDTH, HEIGHT, 3);
    const int status = scale_pixels_with(&pixels, to_width, to_height, ask, &asking);
    assert_int_equal(status, cancel_at > 0 ? UQD_ERR_CANCELLED : UQD_OK);
    if (cancel_at > 0) {
        assert_int_equal(asking.asked, cancel_at);
        assert_int_equal(pixels.width, WIDTH);
        assert_int_equal(pixels.height, HEIGHT);
        assert_memory_equal(pixels.data, from.data, (size_t)WIDTH * HEIGHT * 3);
    }
    pixels_free(&from);
    pixels_free(&pixels);
    return asking.asked;
}

/* It is asked after each row that is read, also where one new row is made of all of them. */
static void test_cancelled(void **state)
{
    static const uint32_t sizes[][2] = {{4, 1}, {20, 100}, {40, 401}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const unsigned asked = scale_until(sizes[i][0], sizes[i][1], 0);
        assert_in_range(asked, 200, 2 * 401);
        for (unsigned at = 1; at <= asked; at += 1 + asked / 50)
            scale_until(sizes[i][0], sizes[i][1], at);
        scale_until(sizes[i][0], sizes[i][1], asked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),     cmocka_unit_test(test_halvings),
        cmocka_unit_test(test_pixels),    cmocka_unit_test(test_clear_pixels),
        cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
