/* The commands confine themselves, do their work so, and do nothing where they cannot. */
#include "harness.h"
#include "refuse_filters.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NS = 10000000, MAX_POLLS = 3000 };

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample colour = simple_sample(150, 90, PNG_COLOR_TYPE_RGB);
    sample_write_png(&colour, "in.png");
    UQD_DONE("encode", "in.png", "-o", "a.uqd");
    return 0;
}

/* What `uqd --version --verbose` says. */
static int is_built(void)
{
    struct process_result result;
    UQD(&result, "--version", "--verbose");
    const int built = strstr(result.out, "confinement: before files are read") != NULL;
    process_result_free(&result);
    return built;
}

static void require(void)
{
    if (is_built())
        return;
    print_message("skip: this build does not confine itself, or UQD_CONFINE is off\n");
    skip();
}

/* ---- In force ------------------------------------------------------------------------------ */

/* The number behind the key in what the kernel tells of the process, or -1. */
static int status_of(pid_t pid, const char *key)
{
    char path[64], line[256];
    int value = -1;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *file = fopen(path, "r");
    while (file && value < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
            value = atoi(line + strlen(key) + 1);
    if (file)
        fclose(file);
    return value;
}

/* Starts uqd with a pipe, whose end to be written is *input, as standard input. */
static pid_t start(const char *const words[], int *input)
{
    char *argv[16] = {(char *)harness_program()};
    int ends[2];
    for (int i = 0; words[i]; i++)
        argv[i + 1] = (char *)words[i];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        dup2(open("printed", O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    close(ends[0]);
    *input = ends[1];
    return pid;
}

static void write_file_to(int fd, const char *path)
{
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    assert_int_equal(write(fd, data, size), size); /* less than a pipe holds */
    free(data);
}

/* A command that waits for its input has read nothing yet, and is confined. */
static void assert_confined(const char *file, const char *const words[])
{
    int input, status;
    const pid_t pid = start(words, &input);
    for (int i = 0; i < MAX_POLLS && status_of(pid, "Seccomp") != 2; i++)
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    const int seccomp = status_of(pid, "Seccomp"), privileges = status_of(pid, "NoNewPrivs");
    write_file_to(input, file);
    close(input);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (seccomp != 2 || privileges != 1 || status != 0)
        fail_msg("uqd %s: Seccomp %d, NoNewPrivs %d, ended with %d", words[0], seccomp, privileges,
                 status);
}

static void test_commands_are_confined(void **state)
{
    static const char *const threads[] = {"1", "2"};
    (void)state;
    require();
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2; i++) {
        const char *const encode[] = {"encode", "-", "-o", "b.uqd", "--threads", threads[i], NULL};
        const char *const decode[] = {"decode", "-", "-o", "b.png", "--threads", threads[i], NULL};
        assert_confined("in.png", encode);
        scratch_assert_same("a.uqd", "b.uqd");
        assert_confined("a.uqd", decode);
        UQD_DONE("compare", "in.png", "b.png");
    }
    assert_confined("a.uqd", (const char *const[]){"info", "-", NULL});
    assert_confined("in.png", (const char *const[]){"compare", "-", "in.png", NULL});
}

/* ---- What is reached ----------------------------------------------------------------------- */

/* As installations make links of models and of pictures. */
static void test_links_are_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir("store", 0700), 0);
    assert_int_equal(mkdir("linked", 0700), 0);
    assert_int_equal(rename("models/lattice.uqdm", "store/model"), 0);
    assert_int_equal(symlink("../store/model", "models/lattice.uqdm"), 0);
    assert_int_equal(rename("a.uqd", "store/a.uqd"), 0);
    assert_int_equal(symlink("store/a.uqd", "a.uqd"), 0);
    assert_int_equal(symlink("../store/target.png", "linked/new.png"), 0);
    UQD_DONE("decode", "a.uqd", "-o", "linked/new.png");
    assert_true(scratch_exists("store/target.png"));
    UQD_DONE("encode", "in.png", "-o", "a.uqd");
    assert_int_equal(rename("store/model", "models/lattice.uqdm"), 0);
    assert_int_equal(unlink("a.uqd"), 0);
    assert_int_equal(rename("store/a.uqd", "a.uqd"), 0);
    unlink("linked/new.png");
    unlink("store/target.png");
    rmdir("linked");
    rmdir("store");
}

/* ---- Where it cannot be -------------------------------------------------------------------- */

/* In a process of its own, which is refused filters, as are those that it starts. */
static int run_refused(const char *setting)
{
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        struct process_result result;
        if (setting)
            setenv("UQD_CONFINE", setting, 1);
        if (refuse_filters(EINVAL) < 0)
            _exit(125);
        const char *const words[] = {harness_program(), "decode", "a.uqd", "-o", "x.png", NULL};
        if (process_run(&result, words, NULL, 0, 60) < 0)
            _exit(126);
        const int told = strstr(result.err, "cannot be confined") != NULL &&
                         strchr(result.err, '\n') == strrchr(result.err, '\n');
        _exit(result.exit_code == 1 && told ? 1 : result.exit_code == 0 ? 0 : 124);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_nothing_is_done_without(void **state)
{
    (void)state;
    require();
    assert_int_equal(run_refused(NULL), 1);
    assert_false(scratch_exists("x.png"));
    assert_int_equal(run_refused("off"), 0);
    assert_true(scratch_exists("x.png"));
}

/* In a process of its own, whose commands may have so many descriptors: 0 if the command was done,
 * 1 if it told what is lacking, else 2. */
static int run_with_descriptors(unsigned limit)
{
    static const char *const command = "ulimit -n \"$2\"; exec \"$1\" decode a.uqd -o few.png";
    struct process_result result;
    char number[8];
    snprintf(number, sizeof number, "%u", limit);
    const char *const words[] = {"/bin/sh", "-c", command, "sh", harness_program(), number, NULL};
    assert_int_equal(process_run(&result, words, NULL, 0, 60), 0);
    const int told = strstr(result.err, "Too many open files") != NULL;
    const int done = result.exit_code == 0;
    if (!done && !told)
        print_message("with %s descriptors: %s", number, result.err);
    process_result_free(&result);
    return done ? 0 : told ? 1 : 2;
}

/* Where there are too few to say what may be reached, nothing else is blamed for it. */
static void test_lack_of_descriptors_is_told(void **state)
{
    int told = 0;
    (void)state;
    require();
    for (unsigned limit = 5; limit <= 16; limit++) {
        const int result = run_with_descriptors(limit);
        assert_int_not_equal(result, 2);
        told += result;
    }
    assert_true(0 < told && told < 12);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_are_confined),
        cmocka_unit_test(test_links_are_followed),
        cmocka_unit_test(test_nothing_is_done_without),
        cmocka_unit_test(test_lack_of_descriptors_is_told),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("confined", tests, setup, scratch_teardown);
}
