/* The helper that runs programs for the other tests. */
#include "process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_output_and_exit_code(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, 30), 0);
    assert_int_equal(result.exit_code, 3);
    assert_int_equal(result.signal, 0);
    assert_string_equal(result.out, "out\n");
    assert_string_equal(result.err, "err\n");
    process_result_free(&result);
}

static void test_large_input_comes_back(void **state)
{
    (void)state;
    const char *const argv[] = {"cat", NULL};
    enum { SIZE = 1 << 20 };
    struct process_result result;
    char *input = malloc(SIZE);
    assert_non_null(input);
    for (size_t i = 0; i < SIZE; i++)
        input[i] = (char)(i * 7);
    assert_int_equal(process_run(&result, argv, input, SIZE, 30), 0);
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(result.out_size, SIZE);
    assert_memory_equal(result.out, input, SIZE);
    process_result_free(&result);
    free(input);
}

static void test_unread_input(void **state)
{
    (void)state;
    const char *const argv[] = {"true", NULL};
    static const char input[1 << 20];
    struct process_result result;
    assert_int_equal(process_run(&result, argv, input, sizeof input, 30), 0);
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
}

static void test_signals_and_timeout(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        unsigned timeout_s;
        int signal;
    } cases[] = {
        {"kill -TERM $$", 30, SIGTERM},
        {"sleep 60", 1, SIGKILL},
        {"exec >&- 2>&-; sleep 60", 1, SIGKILL},
        {"kill -PIPE $$", 30, SIGPIPE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const argv[] = {"sh", "-c", cases[i].script, NULL};
        struct process_result result;
        assert_int_equal(process_run(&result, argv, NULL, 0, cases[i].timeout_s), 0);
        if (result.signal != cases[i].signal || result.exit_code != -1)
            fail_msg("%s: signal %d, exit code %d", cases[i].script, result.signal,
                     result.exit_code);
        process_result_free(&result);
    }
}

static void test_missing_program(void **state)
{
    (void)state;
    const char *const argv[] = {"./there-is-no-such-program", NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, 30), -1);
    assert_int_equal(result.exit_code, -1);
    process_result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_and_exit_code), cmocka_unit_test(test_large_input_comes_back),
        cmocka_unit_test(test_unread_input),         cmocka_unit_test(test_signals_and_timeout),
        cmocka_unit_test(test_missing_program),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
