/* The ground behind transparent pictures. */
#include "draw/checkerboard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LIGHT 0xff999999u
#define DARK  0xff666666u

static void clear_pixels_show_squares(void **state)
{
    (void)state;
    for (int square = 1; square <= 5; square++)
        for (int y = 0; y < 20; y++) {
            uint32_t row[30] = {0};
            checkerboard_lay(row, 30, 7, y, square);
            for (int x = 0; x < 30; x++)
                assert_int_equal(row[x], ((x + 7) / square + y / square) % 2 ? DARK : LIGHT);
        }
}

static void opaque_pixels_stay(void **state)
{
    uint32_t row[] = {0xff000000u, 0xffffffffu, 0xff123456u};
    (void)state;
    checkerboard_lay(row, 3, 0, 0, 1);
    assert_int_equal(row[0], 0xff000000u);
    assert_int_equal(row[1], 0xffffffffu);
    assert_int_equal(row[2], 0xff123456u);
}

static void others_are_mixed(void **state)
{
    uint32_t row[] = {0x33ff0099u, 0x33ff0066u};
    (void)state;
    checkerboard_lay(row, 2, 0, 0, 1); /* a fifth of it */
    assert_int_equal(row[0], 0xffad7a99u);
    assert_int_equal(row[1], 0xff855266u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_pixels_show_squares),
        cmocka_unit_test(opaque_pixels_stay),
        cmocka_unit_test(others_are_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
