/* Grey and colour, with and without alpha, brought together. */
#include "image_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_matching(void **state)
{
    (void)state;
    static const uint32_t want[4][4] = {{1, 2, 3, 4}, {2, 2, 4, 4}, {3, 4, 3, 4}, {4, 4, 4, 4}};
    for (uint32_t a = 1; a <= 4; a++)
        for (uint32_t b = 1; b <= 4; b++) {
            struct pixels first = {1, 1, a, malloc(a), NULL, 0};
            struct pixels second = {1, 1, b, malloc(b), NULL, 0};
            memset(first.data, 7, a);
            memset(second.data, 7, b);
            assert_int_equal(pixels_match(&first, &second), 0);
            assert_int_equal(first.channels, want[a - 1][b - 1]);
            assert_int_equal(second.channels, want[a - 1][b - 1]);
            pixels_free(&first);
            pixels_free(&second);
        }
}

/* Two pixels each. */
static void test_expanding(void **state)
{
    (void)state;
    static const struct {
        uint32_t channels, wanted;
        uint8_t data[8], want[8];
    } cases[] = {
        {1, 1, {10, 20}, {10, 20}},
        {1, 2, {10, 20}, {10, 255, 20, 255}},
        {1, 3, {10, 20}, {10, 10, 10, 20, 20, 20}},
        {1, 4, {10, 20}, {10, 10, 10, 255, 20, 20, 20, 255}},
        {2, 2, {10, 1, 20, 2}, {10, 1, 20, 2}},
        {2, 4, {10, 1, 20, 2}, {10, 10, 10, 1, 20, 20, 20, 2}},
        {3, 3, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}},
        {3, 4, {1, 2, 3, 4, 5, 6}, {1, 2, 3, 255, 4, 5, 6, 255}},
        {4, 4, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, 8}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels pixels = {.width = 2, .height = 1, .channels = cases[i].channels};
        pixels.data = malloc(2 * cases[i].channels);
        assert_non_null(pixels.data);
        memcpy(pixels.data, cases[i].data, 2 * cases[i].channels);
        assert_int_equal(pixels_expand(&pixels, cases[i].wanted), 0);
        assert_int_equal(pixels.channels, cases[i].wanted);
        assert_memory_equal(pixels.data, cases[i].want, 2 * cases[i].wanted);
        pixels_free(&pixels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_expanding),
    };
    return cmocka_run_group_tests_name("pixels", tests, NULL, NULL);
}
