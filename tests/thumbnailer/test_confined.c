/* What the program decodes with can reach nothing, and may die. */
#include "made_file.h"
#include "refuse_filters.h"
#include "scratch.h"
#include "thumbnail_file.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { POLL_NS = 200000, MAX_POLLS = 100000, SIDE = 256 };

static char *program_path;

static int setup(void **state)
{
    if (made_file_setup(state) != 0)
        return -1;
    made_file_write(SIDE, SIDE, 3, 0);
    return 0;
}

static void require(void)
{
    const char *setting = getenv("UQD_CONFINE");
    if (IS_BUILT && !(setting && strcmp(setting, "off") == 0))
        return;
    print_message("skip: this build does not confine itself, or UQD_CONFINE is off\n");
    skip();
}

/* ---- The processes ------------------------------------------------------------------------- */

/* The number behind the key in a file of /proc, or -1. */
static long number_in(const char *path, const char *key)
{
    char line[256];
    long value = -1;
    FILE *file = fopen(path, "r");
    while (file && value < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            sscanf(line + strlen(key), "%ld", &value);
    if (file)
        fclose(file);
    return value;
}

static long status_of(long pid, const char *key)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/status", pid);
    return number_in(path, key);
}

static long child_of(long pid)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", pid, pid);
    return number_in(path, "");
}

/* Of a picture in full size, which takes a while. Its message goes to the file "told". */
static pid_t start(const char *threads)
{
    char side[16];
    snprintf(side, sizeof side, "%d", SIDE);
    const pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("told", "w", stderr))
            _exit(126);
        execl(program_path, "uqd-thumbnailer", "--no-daemon", "--threads", threads, "-s", side,
              "a.uqd", "a.png", (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* The worker once it is confined, or 0 if there is none. */
static long confined_worker(pid_t pid)
{
    for (int i = 0; i < MAX_POLLS; i++) {
        const long worker = child_of(pid);
        if (worker > 0 && status_of(worker, "Seccomp:") == 2)
            return worker;
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
    return 0;
}

static int exit_code(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void test_worker_is_confined(void **state)
{
    static const char *const threads[] = {"1", "2"};
    (void)state;
    require();
    for (size_t i = 0; i < 2; i++) {
        const pid_t pid = start(threads[i]);
        const long worker = confined_worker(pid);
        const long privileges = worker ? status_of(worker, "NoNewPrivs:") : -1;
        assert_int_equal(exit_code(pid), 0);
        assert_int_not_equal(worker, 0);
        assert_int_equal(privileges, 1);
        struct pixels pixels = thumbnail_read("a.png");
        assert_int_equal(pixels.width, SIDE);
        pixels_free(&pixels);
        assert_int_equal(unlink("a.png"), 0);
    }
}

/* As after a system call that nobody but an attacker makes. */
static void test_worker_that_dies(void **state)
{
    size_t size;
    (void)state;
    require();
    const pid_t pid = start("1");
    const long worker = confined_worker(pid);
    assert_int_not_equal(worker, 0);
    assert_int_equal(kill((pid_t)worker, SIGSYS), 0);
    assert_int_equal(exit_code(pid), 1);
    assert_false(scratch_exists("a.png"));
    char *told = (char *)scratch_read("told", &size);
    assert_non_null(memmem(told, size, "a.uqd: cannot be decoded", 24));
    assert_ptr_equal(memchr(told, '\n', size), told + size - 1);
    free(told);
}

/* Who ends the program ends the worker. */
static void test_worker_goes_with_the_program(void **state)
{
    (void)state;
    require();
    const pid_t pid = start("1");
    const long worker = confined_worker(pid);
    assert_int_not_equal(worker, 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (int i = 0; i < MAX_POLLS && kill((pid_t)worker, 0) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    assert_int_equal(kill((pid_t)worker, 0), -1);
    assert_false(scratch_exists("a.png"));
}

static int run_refused(const char *setting)
{
    const pid_t pid = fork();
    if (pid == 0) {
        if (setting)
            setenv("UQD_CONFINE", setting, 1);
        if (refuse_filters(ENOSYS) < 0 || !freopen("told", "w", stderr))
            _exit(126);
        execl(program_path, "uqd-thumbnailer", "--no-daemon", "a.uqd", "a.png", (char *)NULL);
        _exit(127);
    }
    return exit_code(pid);
}

static void test_nothing_is_done_without(void **state)
{
    size_t size;
    (void)state;
    require();
    assert_int_equal(run_refused(NULL), 1);
    assert_false(scratch_exists("a.png"));
    char *told = (char *)scratch_read("told", &size);
    assert_non_null(memmem(told, size, "UQD_CONFINE=off", 15));
    free(told);
    assert_int_equal(run_refused("off"), 0);
    assert_true(scratch_exists("a.png"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_is_confined),
        cmocka_unit_test(test_worker_that_dies),
        cmocka_unit_test(test_worker_goes_with_the_program),
        cmocka_unit_test(test_nothing_is_done_without),
    };
    program_path = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!program_path)
        return 2;
    return cmocka_run_group_tests_name("thumbnailer_confined", tests, setup, scratch_teardown);
}
