/* Pictures between two pictures. */
#include "codec_support.h"

#include <stdlib.h>
#include <string.h>

/* All pairs of samples, as one grey picture of each side of the pair. */
enum { SIDE = 256 };

static uint8_t all_a[SIDE * SIDE], all_b[SIDE * SIDE];

static struct uqd_image grey_image(uint32_t side, const uint8_t *pixels)
{
    return (struct uqd_image){side, side, 1, side, pixels};
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all_a; i++) {
        all_a[i] = (uint8_t)(i / SIDE);
        all_b[i] = (uint8_t)(i % SIDE);
    }
    return 0;
}

static void mix_all(uint32_t percent, uint8_t *mixed)
{
    const struct uqd_image a = grey_image(SIDE, all_a), b = grey_image(SIDE, all_b);
    assert_int_equal(uqd_mix(&a, &b, percent, mixed, SIDE), UQD_OK);
}

static void test_ends_are_exact(void **state)
{
    (void)state;
    static uint8_t mixed[SIDE * SIDE];
    mix_all(0, mixed);
    assert_memory_equal(mixed, all_a, sizeof mixed);
    mix_all(100, mixed);
    assert_memory_equal(mixed, all_b, sizeof mixed);
}

/* Nearest to the exact value, and never back on the way from a to b. */
static void test_every_percent(void **state)
{
    (void)state;
    static uint8_t before[SIDE * SIDE], mixed[SIDE * SIDE];
    mix_all(0, before);
    for (uint32_t percent = 1; percent <= 100; percent++) {
        mix_all(percent, mixed);
        for (size_t i = 0; i < sizeof mixed; i++) {
            const int a = all_a[i], b = all_b[i], p = (int)percent;
            const int off = 100 * mixed[i] - (a * (100 - p) + b * p);
            const int move = a <= b ? mixed[i] - before[i] : before[i] - mixed[i];
            if (off <= -50 || off > 50 || move < 0)
                fail_msg("%d %% between %d and %d: %d after %d", p, a, b, mixed[i], before[i]);
        }
        memcpy(before, mixed, sizeof mixed);
    }
}

/* In place, and with room between rows, which is left alone. */
static void test_rows(void **state)
{
    (void)state;
    enum { WIDTH = 3, HEIGHT = 2, CHANNELS = 4, ROW = WIDTH * CHANNELS, STRIDE = ROW + 5 };
    uint8_t pixels_a[ROW * HEIGHT], pixels_b[STRIDE * HEIGHT], expected[ROW * HEIGHT];
    for (size_t i = 0; i < sizeof pixels_a; i++)
        pixels_a[i] = (uint8_t)(i * 37);
    for (size_t i = 0; i < sizeof pixels_b; i++)
        pixels_b[i] = (uint8_t)(i * 91 + 7);
    const struct uqd_image a = {WIDTH, HEIGHT, CHANNELS, ROW, pixels_a};
    const struct uqd_image b = {WIDTH, HEIGHT, CHANNELS, STRIDE, pixels_b};
    assert_int_equal(uqd_mix(&a, &b, 30, expected, ROW), UQD_OK);
    uint8_t gap[STRIDE - ROW];
    memcpy(gap, pixels_b + ROW, sizeof gap);
    assert_int_equal(uqd_mix(&a, &b, 30, pixels_b, STRIDE), UQD_OK);
    for (size_t y = 0; y < HEIGHT; y++)
        assert_memory_equal(pixels_b + y * STRIDE, expected + y * ROW, ROW);
    assert_memory_equal(pixels_b + ROW, gap, sizeof gap);
}

/* A denoised picture and a sample of one step have the same alpha, and so has all between. */
static void test_alpha_stays(void **state)
{
    struct uqd_image *image = make_image(21, 18, 4, CONTENT_PHOTO, 3);
    struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t step = 0; step < 3; step++) {
        uint8_t *denoised = picture_at(decoder, step, UQD_MODE_DENOISED);
        uint8_t *sample = picture_at(decoder, step, UQD_MODE_ANCESTRAL);
        struct uqd_image a = *image, b = *image;
        a.pixels = denoised;
        b.pixels = sample;
        assert_int_equal(uqd_mix(&a, &b, 50, sample, image->stride), UQD_OK);
        for (size_t i = 3; i < image_bytes(image); i += 4)
            assert_int_equal(sample[i], denoised[i]);
        free(denoised);
        free(sample);
    }
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

static void test_wrong_arguments(void **state)
{
    (void)state;
    uint8_t pixels[16] = {0}, mixed[16];
    const struct uqd_image good = {2, 2, 3, 6, pixels};
    const struct uqd_image wrong[] = {
        {0, 2, 3, 6, pixels},          {2, 0, 3, 6, pixels}, {1, 2, 3, 6, pixels},
        {2, 1, 3, 6, pixels},          {2, 2, 1, 6, pixels}, {2, 2, 0, 6, pixels},
        {2, 2, 5, 10, pixels},         {2, 2, 3, 5, pixels}, {2, 2, 3, 6, NULL},
        {70000, 2, 3, 210000, pixels},
    };
    memset(mixed, 77, sizeof mixed);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(uqd_mix(&wrong[i], &good, 50, mixed, 6), UQD_ERR_ARG);
        assert_int_equal(uqd_mix(&good, &wrong[i], 50, mixed, 6), UQD_ERR_ARG);
    }
    assert_int_equal(uqd_mix(NULL, &good, 50, mixed, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_mix(&good, NULL, 50, mixed, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_mix(&good, &good, 101, mixed, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_mix(&good, &good, UINT32_MAX, mixed, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_mix(&good, &good, 50, mixed, 5), UQD_ERR_ARG);
    assert_int_equal(uqd_mix(&good, &good, 50, NULL, 6), UQD_ERR_ARG);
    for (size_t i = 0; i < sizeof mixed; i++)
        assert_int_equal(mixed[i], 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ends_are_exact, setup),
        cmocka_unit_test_setup(test_every_percent, setup),
        cmocka_unit_test(test_rows),
        cmocka_unit_test_setup_teardown(test_alpha_stays, setup_model, teardown_model),
        cmocka_unit_test(test_wrong_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
