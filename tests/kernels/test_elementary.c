/* The elementary functions: how far from the true values, and that their bits are what they have
 * always been. */
#include "nn/elementary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double true_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double true_silu(double x)
{
    return x / (1 + exp(-x));
}

static double true_softplus(double x)
{
    return x > 20 ? x : log1p(exp(x));
}

static const struct {
    const char *name;
    float (*ours)(float x);
    double (*truth)(double x);
    float low, high;
    double max_ulp;
} functions[] = {
    {"exp", uqd_expf, exp, -87, 87, 1.0},
    {"sigmoid", uqd_sigmoidf, true_sigmoid, -87, 87, 2.5},
    {"silu", uqd_siluf, true_silu, -87, 1e30f, 3.0},
    {"log1p", uqd_log1pf, log1p, 0, 0x1p61f, 1.5},
    {"asinh", uqd_asinhf, asinh, -0x1p60f, 0x1p60f, 3.0},
    {"log", uqd_logf, log, FLT_MIN, FLT_MAX, 1.0},
    {"softplus", uqd_softplusf, true_softplus, -87, 1e30f, 2.0},
    {"sin", uqd_sinf, sin, -1e4f, 1e4f, 1.6},
    {"cos", uqd_cosf, cos, -1e4f, 1e4f, 1.6},
};

#define N_FUNCTIONS (sizeof functions / sizeof *functions)

/* Error of `got` in units of the last place of the true value. */
static double ulp_error(float got, double truth)
{
    int exponent;

    frexp(truth, &exponent);
    if (exponent < FLT_MIN_EXP)
        exponent = FLT_MIN_EXP;
    return fabs((double)got - truth) / ldexp(1, exponent - FLT_MANT_DIG);
}

/* Goes through the representable values, so that all magnitudes are covered alike: from 0 to
 * `end`, negative or not, in steps of `step` representations. */
static double worst_error(size_t function, float end, uint32_t step, float *where)
{
    const uint32_t sign = uqd_float_bits(end) & 0x80000000;
    const uint32_t last = uqd_float_bits(fabsf(end));
    double worst = 0;

    for (uint64_t bits = 0; bits <= last; bits += step) {
        float x = uqd_float_from_bits((uint32_t)bits | sign);
        if (!(x >= functions[function].low && x <= functions[function].high))
            continue;
        double error = ulp_error(functions[function].ours(x), functions[function].truth((double)x));

        if (!(error <= worst)) {
            worst = error;
            *where = x;
        }
    }
    return worst;
}

static void test_accuracy(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        const float ends[2] = {functions[i].low, functions[i].high};

        for (size_t side = 0; side < 2; side++) {
            float where = 0;
            double worst = worst_error(i, ends[side], 2003, &where);

            if (!(worst <= functions[i].max_ulp))
                fail_msg("%s(%a): %.3f ulp, not at most %.1f", functions[i].name, (double)where,
                         worst, functions[i].max_ulp);
            print_message("# %s, towards %g: at most %.3f ulp, at %g\n", functions[i].name,
                          (double)ends[side], worst, (double)where);
        }
    }
}

static void test_saturation(void **state)
{
    (void)state;
    assert_true(uqd_expf(INFINITY) == uqd_expf(87));
    assert_true(uqd_expf(-FLT_MAX) == uqd_expf(-87));
    assert_true(uqd_expf(NAN) == uqd_expf(-87));
    assert_true(uqd_sigmoidf(INFINITY) == 1);
    assert_true(uqd_sigmoidf(-INFINITY) > 0 && uqd_sigmoidf(-INFINITY) < 0x1p-125f);
    assert_true(uqd_siluf(FLT_MAX) == FLT_MAX);
    assert_true(uqd_siluf(-FLT_MAX) == uqd_siluf(-87));
    assert_true(uqd_siluf(NAN) == uqd_siluf(-87));
    assert_true(uqd_asinhf(INFINITY) == uqd_asinhf(0x1p60f));
    assert_true(uqd_asinhf(-FLT_MAX) == -uqd_asinhf(0x1p60f));
    assert_true(signbit(uqd_asinhf(-0.0f)) && uqd_asinhf(-0.0f) == 0);
    assert_true(uqd_clampf(NAN, 1, 2) == 1);
    assert_true(uqd_logf(0) == uqd_logf(FLT_MIN) && uqd_logf(-1) == uqd_logf(FLT_MIN));
    assert_true(uqd_logf(0x1p-149f) == uqd_logf(FLT_MIN) && uqd_logf(NAN) == uqd_logf(FLT_MIN));
    assert_true(uqd_logf(INFINITY) == uqd_logf(FLT_MAX) && uqd_logf(1) == 0);
    assert_true(uqd_softplusf(FLT_MAX) == FLT_MAX && uqd_softplusf(-FLT_MAX) > 0);
    assert_true(uqd_softplusf(NAN) == uqd_softplusf(-87));
    assert_true(uqd_sinf(FLT_MAX) == uqd_sinf(0x1p20f) && uqd_cosf(NAN) == uqd_cosf(0x1p20f));
    assert_true(uqd_sinf(0) == 0 && uqd_sinf(-0.0f) == 0 && uqd_cosf(0) == 1);
}

static void test_round(void **state)
{
    static const struct {
        float x;
        int32_t rounded;
    } rows[] = {
        {0, 0},
        {0.5f, 0},
        {1.5f, 2},
        {2.5f, 2},
        {-0.5f, 0},
        {-1.5f, -2},
        {-2.5f, -2},
        {0.50001f, 1},
        {-0.50001f, -1},
        {1e-40f, 0},
        {576768.5f, 576768},
        {-576769.5f, -576770},
        {4194303.0f, 4194303},
        {-4194304.0f, -4194304},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (uqd_round(rows[i].x) != rows[i].rounded)
            fail_msg("%a is rounded to %d", (double)rows[i].x, uqd_round(rows[i].x));
}

static void test_whole(void **state)
{
    static const struct {
        float x;
        int16_t whole;
    } rows[] = {
        {-0.5f, 0},     {1.5f, 2},          {-2.5f, -2},       {32766.5f, 32766},
        {32767, 32767}, {32767.5f, 32767},  {-32767, -32767},  {-32768, -32767},
        {1e30f, 32767}, {-FLT_MAX, -32767}, {INFINITY, 32767}, {-INFINITY, -32767},
        {NAN, -32767},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (uqd_whole(rows[i].x) != rows[i].whole)
            fail_msg("%a becomes %d", (double)rows[i].x, uqd_whole(rows[i].x));
}

/* FNV-1a over the results for floats of all magnitudes. Files depend on these bits: a mismatch
 * means that this compiler or machine decodes them wrongly. */
static void test_bits(void **state)
{
    static const uint64_t expected[N_FUNCTIONS] = {
        0xd57a6c79495e27b5, 0x866abcb78134bd52, 0x2e4e8b94ba74942e,
        0x3a959fc7f731366c, 0x902d583684c97f05, 0x6404d44cf47c0714,
        0xe89947a75080b2f4, 0xa02274884ee66a21, 0x6d2d6689edc21ece,
    };

    (void)state;
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        uint64_t hash = 0xcbf29ce484222325;

        for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 10007) {
            float x = uqd_float_from_bits((uint32_t)bits);

            if (!(x >= functions[i].low && x <= functions[i].high))
                continue;
            hash = (hash ^ uqd_float_bits(functions[i].ours(x))) * 0x100000001b3;
        }
        if (hash != expected[i])
            fail_msg("%s: hash of the results is 0x%016llx", functions[i].name,
                     (unsigned long long)hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accuracy), cmocka_unit_test(test_saturation),
        cmocka_unit_test(test_round),    cmocka_unit_test(test_whole),
        cmocka_unit_test(test_bits),
    };

    return cmocka_run_group_tests_name("elementary", tests, NULL, NULL);
}
