/* How many threads a loader takes of a machine whose program is not ours. */
#include "threads.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static cpu_set_t all;

static int setup(void **state)
{
    (void)state;
    unsetenv("OMP_NUM_THREADS");
    unsetenv("OMP_WAIT_POLICY");
    return sched_getaffinity(0, sizeof all, &all);
}

/* Leaves n of the processors to this process. */
static void take_processors(int n)
{
    cpu_set_t some;
    CPU_ZERO(&some);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&some) < n; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &some);
    assert_int_equal(sched_setaffinity(0, sizeof some, &some), 0);
}

static void test_half_of_processors(void **state)
{
    (void)state;
    for (int n = 1; n <= CPU_COUNT(&all); n++) {
        take_processors(n);
        assert_int_equal(threads_of_guest(), (n + 1) / 2);
    }
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

static void test_environment(void **state)
{
    static const char *const names[] = {"OMP_NUM_THREADS", "OMP_WAIT_POLICY"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], "passive", 1);
        assert_int_equal(threads_of_guest(), 0);
        unsetenv(names[i]);
        assert_int_not_equal(threads_of_guest(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_of_processors),
        cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests_name("threads", tests, setup, NULL);
}
