/* `uqd` where the system gives no threads: the same files and pictures. */
#include "harness.h"

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample sample = simple_sample(512, 320, PNG_COLOR_TYPE_RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "in.png", "-o", "want.uqd");
    UQD_DONE("decode", "want.uqd", "-o", "want.png");
    return setenv("UQD_TEST_PROGRAM", harness_program(), 1);
}

static void run_without_threads(const char *command, const char *input, const char *output)
{
    const char *const argv[] = {WITHOUT_THREADS, command, "--threads", "4",
                                input,           "-o",    output,      NULL};
    struct process_result result;
    assert_int_equal(process_run(&result, argv, NULL, 0, 120), 0);
    if (result.exit_code != 0 || result.err_size != 0)
        fail_msg("%s: exit code %d: %s", command, result.exit_code, result.err);
    process_result_free(&result);
}

static void test_without_threads(void **state)
{
    (void)state;
    if (IS_SANITIZED) {
        print_message("skip: sanitizers have a thread of their own\n");
        skip();
    }
    run_without_threads("encode", "in.png", "out.uqd");
    scratch_assert_same("out.uqd", "want.uqd");
    run_without_threads("decode", "want.uqd", "out.png");
    scratch_assert_same("out.png", "want.png");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_without_threads)};
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("threads", tests, setup, scratch_teardown);
}
