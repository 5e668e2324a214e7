/* Stopping `uqd`: whatever the moment, it leaves the whole output or nothing. */
#include "harness.h"

#include "interrupt.h"
#include "program.h"
#include "progress.h"

#include <signal.h>

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample sample = simple_sample(800, 600, PNG_COLOR_TYPE_RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "in.png", "-o", "want.uqd");
    UQD_DONE("decode", "want.uqd", "-o", "want.png");
    return 0;
}

/* Interrupts the command after the delay. Returns whether it was still at work. */
static int interrupt_after(const char *delay, const char *command, const char *input,
                           const char *output, const char *want)
{
    const char *const argv[] = {"timeout", "--preserve-status",
                                "-s",      "INT",
                                delay,     harness_program(),
                                command,   input,
                                "-o",      output,
                                NULL};
    struct process_result result;
    remove(output);
    unsigned before = scratch_count();
    assert_int_equal(process_run(&result, argv, NULL, 0, 120), 0);
    int code = result.exit_code;
    if (code != 0 && code != EXIT_SIGNAL + SIGINT)
        fail_msg("%s after %s s: exit code %d: %s", command, delay, code, result.err);
    assert_int_equal(result.err_size, 0);
    process_result_free(&result);
    assert_int_equal(scratch_count(), before + (code == 0));
    if (code == 0)
        scratch_assert_same(output, want);
    return code != 0;
}

static void test_interrupted_commands(void **state)
{
    (void)state;
    static const char *const delays[] = {"0.001", "0.01", "0.03", "0.1", "0.3"};
    unsigned n_interrupted = 0;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        n_interrupted += interrupt_after(delays[i], "encode", "in.png", "out.uqd", "want.uqd");
        n_interrupted += interrupt_after(delays[i], "decode", "want.uqd", "out.png", "want.png");
    }
    assert_true(n_interrupted > 0);
}

/* Where the bytes of a pipe stop coming, one signal is enough. In the foreground timeout sends no
 * second one. */
static void test_interrupted_wait(void **state)
{
    (void)state;
    char script[512];
    struct process_result result;
    snprintf(script, sizeof script,
             "{ head -c 200 want.uqd; sleep 5; } | "
             "timeout --foreground --preserve-status -k 2 -s INT 1 %s decode - -o out.png",
             harness_program());
    remove("out.png");
    unsigned before = scratch_count();
    assert_int_equal(
        process_run(&result, (const char *const[]){"sh", "-c", script, NULL}, NULL, 0, 120), 0);
    assert_int_equal(result.exit_code, EXIT_SIGNAL + SIGINT);
    assert_int_equal(result.err_size, 0);
    process_result_free(&result);
    assert_false(scratch_exists("out.png"));
    assert_int_equal(scratch_count(), before);
}

/* Where nobody reads what is written to a pipe, one signal is enough as well. The picture is small,
 * so that it is decoded when the signal comes, but larger than the pipe. */
static void test_interrupted_output(void **state)
{
    (void)state;
    const struct sample sample = simple_sample(160, 150, PNG_COLOR_TYPE_RGB);
    sample_write_png(&sample, "small.png");
    UQD_DONE("encode", "small.png", "-o", "small.uqd");
    char script[512];
    struct process_result result;
    snprintf(script, sizeof script,
             "{ timeout --foreground --preserve-status -k 2 -s INT 1 %s decode small.uqd -o - "
             "--format ppm; echo $? >code; } | sleep 5",
             harness_program());
    assert_int_equal(
        process_run(&result, (const char *const[]){"sh", "-c", script, NULL}, NULL, 0, 120), 0);
    assert_int_equal(result.err_size, 0);
    process_result_free(&result);
    size_t size;
    uint8_t *code = scratch_read("code", &size);
    assert_int_equal(size, 4);
    assert_memory_equal(code, "130\n", 4);
    free(code);
}

static void test_signal_cancels_through_the_progress(void **state)
{
    (void)state;
    struct progress progress;
    struct message message = {"not printed"};
    progress_begin(&progress, "working", 1);
    assert_int_equal(progress_update(&progress, 0.5), 0);
    raise(SIGINT);
    assert_int_not_equal(progress_update(&progress, 0.5), 0);
    assert_int_equal(interrupt_signal(), SIGINT);
    assert_int_equal(report_failure(&message), 130);
    progress_hide(&progress);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interrupted_commands),
        cmocka_unit_test(test_interrupted_wait),
        cmocka_unit_test(test_interrupted_output),
        cmocka_unit_test(test_signal_cancels_through_the_progress),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("interrupt", tests, setup, scratch_teardown);
}
