/* The logistic distribution function against the C library's, and its exact properties. */
#include "entropy/logistic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static double scale_of(uint32_t index)
{
    return exp2(((double)index - 64) / 16);
}

/* Distances that cover the curve of a scale: densely where it bends, sparsely to the very end. */
static int32_t next_distance(int32_t distance, uint32_t index)
{
    const double step = distance < 20 * 16 * scale_of(index) ? 16 * scale_of(index) / 500 : 90001;
    return distance + (step > 1 ? (int32_t)step : 1);
}

static void test_error(void **state)
{
    (void)state;
    double largest = 0;
    for (uint32_t index = 0; index < UQD_LOGISTIC_SCALES; index++)
        for (int32_t d = 0; d <= UQD_LOGISTIC_MAX_DISTANCE; d = next_distance(d, index)) {
            const double exact = 1 / (1 + exp(-d / 16.0 / scale_of(index)));
            const double got = (double)uqd_logistic_cdf(d, index) / UQD_LOGISTIC_ONE;
            const double error = fabs(got - exact);
            if (error >= 0x1p-22)
                fail_msg("scale %u, distance %d: %.9f instead of %.9f", index, d, got, exact);
            largest = fmax(largest, error);
        }
    print_message("# largest error 2^%.2f\n", log2(largest));
}

static void test_antisymmetric_and_monotone(void **state)
{
    (void)state;
    for (uint32_t index = 0; index < UQD_LOGISTIC_SCALES; index++) {
        int32_t before = UQD_LOGISTIC_ONE / 2;
        assert_int_equal(uqd_logistic_cdf(0, index), before);
        for (int32_t d = 0; d <= UQD_LOGISTIC_MAX_DISTANCE; d = next_distance(d, index)) {
            const int32_t above = uqd_logistic_cdf(d, index);
            if (above < before)
                fail_msg("scale %u: falls at distance %d", index, d);
            if (uqd_logistic_cdf(-d, index) != UQD_LOGISTIC_ONE - above)
                fail_msg("scale %u: not antisymmetric at distance %d", index, d);
            before = above;
        }
    }
}

/* Every step of one unit of Q4, at a scale that makes them finer than the table. */
static void test_monotone_inside_the_table(void **state)
{
    (void)state;
    const uint32_t index = 64 + 16 * 7;
    int32_t before = uqd_logistic_cdf(-40000, index);
    for (int32_t d = -39999; d <= 40000; d++) {
        const int32_t here = uqd_logistic_cdf(d, index);
        if (here < before)
            fail_msg("falls at distance %d", d);
        before = here;
    }
}

static void test_saturation(void **state)
{
    (void)state;
    for (uint32_t index = 0; index < UQD_LOGISTIC_SCALES; index++) {
        const int32_t end = (int32_t)ceil(16 * 16 * scale_of(index)) + 1;
        assert_int_equal(uqd_logistic_cdf(end, index), UQD_LOGISTIC_ONE);
        assert_int_equal(uqd_logistic_cdf(-end, index), 0);
        assert_int_equal(uqd_logistic_cdf(UQD_LOGISTIC_MAX_DISTANCE, index), UQD_LOGISTIC_ONE);
        assert_int_equal(uqd_logistic_cdf(-UQD_LOGISTIC_MAX_DISTANCE, index), 0);
        assert_in_range(uqd_logistic_cdf(end / 2, index), UQD_LOGISTIC_ONE / 2,
                        UQD_LOGISTIC_ONE - 1);
    }
}

/* The tables are part of the format: FNV-1a over their entries. */
static void test_pinned_tables(void **state)
{
    (void)state;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < UQD_LOGISTIC_SCALES; i++)
        hash = (hash ^ uqd_logistic_reciprocal[i]) * UINT64_C(1099511628211);
    for (size_t i = 0; i < UQD_LOGISTIC_TABLE_SIZE; i++)
        hash = (hash ^ uqd_logistic_table[i]) * UINT64_C(1099511628211);
    if (hash != UINT64_C(1576124921676805375))
        fail_msg("the tables' hash is %llu", (unsigned long long)hash);
}

/* So is the function itself. */
static void test_pinned_values(void **state)
{
    (void)state;
    static const struct {
        int32_t distance;
        uint32_t index;
        int32_t want;
    } cases[] = {
        {0, 0, 8388608},     {1, 0, 12265129},    {-1, 0, 4512087},        {16, 64, 12265129},
        {-16, 64, 4512087},  {100, 64, 16744891}, {37, 80, 12761602},      {-5000, 130, 0},
        {255, 64, 16777214}, {256, 64, 16777216}, {123456, 240, 16398285}, {524287, 240, 16777216},
        {-2097152, 240, 0},  {3, 12, 14364094},   {777, 111, 16747641},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (uqd_logistic_cdf(cases[i].distance, cases[i].index) != cases[i].want)
            fail_msg("distance %d, scale %u: %d", cases[i].distance, cases[i].index,
                     uqd_logistic_cdf(cases[i].distance, cases[i].index));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_antisymmetric_and_monotone),
        cmocka_unit_test(test_monotone_inside_the_table),
        cmocka_unit_test(test_saturation),
        cmocka_unit_test(test_pinned_tables),
        cmocka_unit_test(test_pinned_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
