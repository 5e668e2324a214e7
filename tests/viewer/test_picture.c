/* Making small pictures of large ones. */
#include "source/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct picture *make(uint32_t width, uint32_t height, uint32_t channels,
                            const uint8_t *pixels)
{
    struct picture *picture = picture_new(width, height, channels);
    assert_non_null(picture);
    memcpy(picture_pixels(picture), pixels, picture_size(picture));
    return picture;
}

/* The squares at the right and lower border are cut. */
static void squares_become_their_means(void **state)
{
    static const uint8_t pixels[] = {10, 20, 70, 30, 41, 91, 5, 8, 200};
    static const uint8_t means[] = {25, 81, 7, 200};
    (void)state;
    struct picture *picture = make(3, 3, 1, pixels), *small = picture_shrink(picture, 1);
    assert_non_null(small);
    assert_int_equal(small->width, 2);
    assert_int_equal(small->height, 2);
    assert_memory_equal(small->pixels, means, sizeof means);
    picture_unref(small);
    picture_unref(picture);
}

static void colours_are_weighted_by_alpha(void **state)
{
    static const uint8_t pixels[] = {9, 90, 200, 100, 250, 0, 13, 0, /* one visible of two */
                                     0, 80, 40,  50,  100, 0, 0,  150 /* a quarter, three */};
    static const uint8_t means[] = {9, 90, 200, 50, 75, 20, 10, 100};
    (void)state;
    struct picture *picture = make(4, 1, 4, pixels), *small = picture_shrink(picture, 1);
    assert_non_null(small);
    assert_memory_equal(small->pixels, means, sizeof means);
    picture_unref(small);
    picture_unref(picture);
}

/* The largest sums there are: a square of 64 pixels. */
static void constants_stay(void **state)
{
    static uint8_t pixels[64 * 64 * 4];
    static const uint8_t values[] = {255, 1, 0};
    (void)state;
    for (size_t i = 0; i < sizeof values; i++)
        for (uint32_t channels = 1; channels <= 4; channels++) {
            memset(pixels, values[i], sizeof pixels);
            struct picture *picture = make(64, 64, channels, pixels);
            struct picture *small = picture_shrink(picture, UQD_MAX_REDUCE);
            assert_non_null(small);
            assert_int_equal(picture_size(small), channels);
            assert_memory_equal(small->pixels, pixels, channels);
            picture_unref(small);
            picture_unref(picture);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squares_become_their_means),
        cmocka_unit_test(colours_are_weighted_by_alpha),
        cmocka_unit_test(constants_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
