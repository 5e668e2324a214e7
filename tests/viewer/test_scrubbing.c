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

/* Without memory for it, a picture has to come again. */
static void the_limit_is_obeyed(void **state)
{
    (void)state;
    DECODES_RUN("wait idle\nstep 2\nwait idle\nstep 1\nwait idle\nstep 2\nwait idle\nquit\n",
                "picture.uqd", LOCAL, "--cache", "0");
    assert_true(decodes_again() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_come_back_without_decoding),
        cmocka_unit_test(modes_and_seeds_do_too),
        cmocka_unit_test(the_limit_is_obeyed),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
