/* Kernels between enter and leave do not depend on the caller's floating-point environment, and
 * the caller gets it back. */
#include "elements.h"
#include "fp_mode.h"
#include "inputs.h"
#include "util/fpenv.h"
#include "versions.h"

#include <fenv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define N_ELEMENTS 100

static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

static void test_results(void **state)
{
    static const enum fill fills[] = {FILL_UNIT, FILL_DENORMAL};
    struct random random;
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_nn_kernels, versions);

    (void)state;
    random_init(&random);
    for (size_t i = 0; i < n_versions; i++)
        for (size_t f = 0; f < sizeof fills / sizeof *fills; f++) {
            const struct uqd_nn_ops *ops = uqd_nn_ops_for(versions[i].flags);
            struct elements elements;
            struct element_results expected;

            elements_init(&elements, &random, N_ELEMENTS, fills[f]);
            element_results_init(&expected, N_ELEMENTS);
            elements_run(&elements, ops, 1, &expected);
            for (size_t r = 0; r < sizeof roundings / sizeof *roundings; r++) {
                struct element_results got;
                struct uqd_fpenv saved;
                uint64_t before, within, after;
                int rounding;
                fenv_t environment;

                element_results_init(&got, N_ELEMENTS);
                fegetenv(&environment);
                fesetround(roundings[r]);
                fp_mode_set(fp_mode() | FP_MODE_FLUSH);
                before = fp_mode();
                uqd_fpenv_enter(&saved);
                within = fp_mode();
                elements_run(&elements, ops, 1, &got);
                uqd_fpenv_leave(&saved);
                after = fp_mode();
                rounding = fegetround();
                fp_mode_set(FP_MODE_DEFAULT);
                fesetenv(&environment);
                assert_int_equal(rounding, roundings[r]);
                assert_int_equal(before & FP_MODE_FLUSH, FP_MODE_FLUSH);
                assert_int_equal(within, FP_MODE_DEFAULT);
                assert_int_equal(after, before);
                assert_memory_equal(got.memory, expected.memory, got.size);
                element_results_deinit(&got);
            }
            element_results_deinit(&expected);
            elements_deinit(&elements);
        }
}

/* Without enter the results would differ: the caller's environment above really is another. */
static void test_hostility(void **state)
{
    volatile float one = 1, tiny = 0x1p-140f, raised, flushed;
    fenv_t environment;

    (void)state;
    fegetenv(&environment);
    fesetround(FE_UPWARD);
    fp_mode_set(fp_mode() | FP_MODE_FLUSH);
    raised = one + 0x1p-30f;
    flushed = tiny + tiny;
    fp_mode_set(FP_MODE_DEFAULT);
    fesetenv(&environment);
    assert_true(raised > one);
    assert_true(flushed == 0 || !FP_MODE_KNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_hostility),
    };

    return cmocka_run_group_tests_name("fpenv", tests, NULL, NULL);
}
