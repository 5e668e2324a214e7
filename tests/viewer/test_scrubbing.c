/* Going back to what was shown decodes nothing again; counted, not timed. */
#include "decodes.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LOCAL "--no-daemon"

static void steps_come_back_without_decoding(void **state)
{
    (void)state;
    DECODES_RUN("wait idle\nstep 4\nwait idle\nstep 1\nwait idle\nstep 3\nwait idle\n"
                "step 4\nwait idle\nstep 1\nwait idle\nstep last\nwait idle\nstep 1\nwait idle\n"
                "quit\n",
                "picture.uqd", LOCAL);
    assert_true(decodes_all() >= 4);
    assert_int_equal(decodes_again(), 0);
}

/* The curve is measured along, for every seed anew; that must not cost a second decode either. */
static void modes_and_seeds_do_too(void **state)
{
    (void)state;
    DECODES_RUN("wait idle\nstep 2\nwait idle\nmode ancestral\nwait idle\nseed 5\nwait idle\n"
                "seed 0\nwait idle\nmode flow\nwait idle\nmode denoised\nwait idle\n"
                "mode ancestral\nseed 5\nwait idle\nstep 1\nwait idle\nstep 2\nwait idle\nquit\n",
                "picture.uqd", LOCAL);
    assert_true(decodes_all() >= 6);
    assert_int_equal(decodes_again(), 0);
}

/* Step 2 in both modes, until nothing more is computed in advance. */
#define BOTH_MODES                                                                                 \
    "wait idle\nstep 2\nwait idle\nmode ancestral\nwait idle\nmode denoised\nwait idle\n"          \
    "export mark.png\n"

static void assert_decodes_nothing(const char *script)
{
    DECODES_RUN(script, "picture.uqd", LOCAL);
    assert_true(decodes_all() > 0);
    assert_int_equal(decodes_since_export(), 0);
}

static void toggling_the_mode_decodes_nothing(void **state)
{
    (void)state;
    assert_decodes_nothing(BOTH_MODES "mode ancestral\nwait idle\nmode denoised\nwait idle\n"
                                      "mode ancestral\nmode denoised\nmode ancestral\nwait idle\n"
                                      "quit\n");
}

/* The original, which is the lossless step here, is kept beside what is shown. */
static void holding_the_original_decodes_nothing(void **state)
{
    (void)state;
    assert_decodes_nothing("wait idle\nstep 2\nwait idle\nexport mark.png\n"
                           "original on\nwait idle\noriginal off\nwait idle\n"
                           "original on\noriginal off\nwait idle\nquit\n");
}

/* Neither does any share of a mixture of pictures that are there. */
static void mixing_decodes_nothing(void **state)
{
    (void)state;
    assert_decodes_nothing(BOTH_MODES "mix 10\nwait idle\nmix more\nwait idle\nmix 99\nwait idle\n"
                                      "mix 100\nwait idle\nmix 0\nwait idle\nquit\n");
}

/* A second pane of the same file uses the pictures of the first one. */
static void a_second_pane_decodes_nothing(void **state)
{
    (void)state;
    assert_decodes_nothing(BOTH_MODES "compare side\nwait idle\npane 2\nwait idle\n"
                                      "mode ancestral\nwait idle\npane 1\nwait idle\nquit\n");
}

/* Something else does, so that it is seen that decodes are counted. */
static void another_seed_is_decoded(void **state)
{
    (void)state;
    DECODES_RUN(BOTH_MODES "seed 5\nwait idle\nquit\n", "picture.uqd", LOCAL);
    assert_true(decodes_since_export() > 0);
}

/* ---- Little memory ------------------------------------------------------------------------- */

/* Without memory for it, a picture has to come again. The small pictures of the strip are not
 * enough here. */
static void the_limit_is_obeyed(void **state)
{
    (void)state;
    DECODES_RUN("wait idle\nstep 2\nwait idle\nstep 1\nwait idle\nstep 2\nwait idle\nquit\n",
                "large.uqd", LOCAL, "--cache", "0");
    assert_true(decodes_again() > 0);
}

/* Two pictures of this file fit into a cache of 1 MiB, which is what a mixture needs; then there
 * is no room for those that two panes expect. */
static void a_tiny_cache_does_not_loop(void **state)
{
    (void)state;
    DECODES_RUN("wait idle\nstep 1\nmix 40\nwait idle\nmix 60\nwait idle\n"
                "compare side\npane 2\nlink off\nstep 0\nwait idle\nquit\n",
                "large.uqd", LOCAL, "--cache", "1");
    assert_true(decodes_all() < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_come_back_without_decoding),
        cmocka_unit_test(modes_and_seeds_do_too),
        cmocka_unit_test(toggling_the_mode_decodes_nothing),
        cmocka_unit_test(holding_the_original_decodes_nothing),
        cmocka_unit_test(mixing_decodes_nothing),
        cmocka_unit_test(a_second_pane_decodes_nothing),
        cmocka_unit_test(another_seed_is_decoded),
        cmocka_unit_test(the_limit_is_obeyed),
        cmocka_unit_test(a_tiny_cache_does_not_loop),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
