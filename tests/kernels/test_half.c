/* Every finite half becomes the float of the same value, whatever the rounding mode. */
#include "util/half.h"

#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double value_of(uint32_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const double magnitude =
        exponent > 0 ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return half & 0x8000 ? -magnitude : magnitude;
}

static void check_all(void)
{
    for (uint32_t half = 0; half < 0x10000; half++) {
        if (!uqd_half_is_finite(half))
            continue;
        const float got = uqd_half_to_float(half);
        if ((double)got != value_of(half) || !signbit(got) != !(half & 0x8000))
            fail_msg("%04x is %g", half, (double)got);
    }
}

static void test_values(void **state)
{
    (void)state;
    check_all();
    assert_true(uqd_half_to_float(0x0001) == 0x1p-24f);
    assert_true(uqd_half_to_float(0x0400) == 0x1p-14f);
    assert_true(uqd_half_to_float(0xbe00) == -1.5f);
    assert_true(uqd_half_to_float(0x7bff) == 65504);
}

static void test_rounding_modes(void **state)
{
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        fesetround(modes[i]);
        check_all();
        fesetround(FE_TONEAREST);
    }
}

static void test_finite(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0x10000; half++)
        assert_int_equal(uqd_half_is_finite(half), (half >> 10 & 31) != 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_rounding_modes),
        cmocka_unit_test(test_finite),
    };
    return cmocka_run_group_tests_name("half", tests, NULL, NULL);
}
