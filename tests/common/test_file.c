/* Whole files: limits, and writing that leaves either the old file or the new one. */
#include "file.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void check_file(const char *path, const char *want)
{
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    assert_int_equal(size, strlen(want));
    assert_memory_equal(data, want, size);
    free(data);
}

static void test_read(void **state)
{
    (void)state;
    uint8_t *data;
    size_t size;
    struct message message;
    scratch_write("five", "12345", 5);
    assert_int_equal(file_read("five", 5, &data, &size, &message), 0);
    assert_int_equal(size, 5);
    assert_memory_equal(data, "12345", 5);
    free(data);
    scratch_write("none", "", 0);
    assert_int_equal(file_read("none", 5, &data, &size, &message), 0);
    assert_int_equal(size, 0);
    free(data);
}

static void test_read_failures(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint64_t max_size;
        const char *message;
    } cases[] = {
        {"five", 4, "five: is larger than 4 bytes"},
        {"/dev/zero", 1000, "/dev/zero: is larger than 1000 bytes"},
        {"missing", 4, "missing: cannot be opened: No such file or directory"},
        {".", 4, ".: cannot be read: Is a directory"},
    };
    scratch_write("five", "12345", 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *data = NULL;
        size_t size;
        struct message message = {""};
        int result = file_read(cases[i].path, cases[i].max_size, &data, &size, &message);
        if (result != -1 || data || strcmp(message.text, cases[i].message) != 0)
            fail_msg("%s: %d, \"%s\"", cases[i].path, result, message.text);
    }
}

/* Nobody writes into the pipe, and zeros never end. */
static void test_regular_files_only(void **state)
{
    (void)state;
    uint8_t *data;
    size_t size;
    struct message message = {""};
    scratch_write("five", "12345", 5);
    assert_int_equal(file_read_regular("five", 5, &data, &size, &message), 0);
    assert_int_equal(size, 5);
    free(data);
    assert_int_equal(file_read_regular("five", 4, &data, &size, &message), -1);
    assert_string_equal(message.text, "five: is larger than 4 bytes");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(file_read_regular("pipe", 5, &data, &size, &message), -1);
    assert_string_equal(message.text, "pipe: not a regular file");
    assert_int_equal(file_open_regular("/dev/zero", "zeros", &message), -1);
    assert_string_equal(message.text, "zeros: not a regular file");
    assert_int_equal(file_open_regular("-", "-", &message), -1);
    assert_string_equal(message.text, "-: No such file or directory");
}

static void test_write_replaces(void **state)
{
    (void)state;
    struct message message;
    struct stat info;
    scratch_write("out", "old", 3);
    chmod("out", 0640);
    unsigned before = scratch_count();
    assert_int_equal(file_write("out", "newer", 5, &message), 0);
    check_file("out", "newer");
    assert_int_equal(stat("out", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(scratch_count(), before);
}

static void test_new_file_has_the_umask(void **state)
{
    (void)state;
    struct message message;
    struct stat info;
    mode_t before = umask(027);
    assert_int_equal(file_write("fresh", "x", 1, &message), 0);
    umask(before);
    assert_int_equal(stat("fresh", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void test_write_through_link(void **state)
{
    (void)state;
    struct message message;
    struct stat info;
    scratch_write("target", "old", 3);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(file_write("link", "new", 3, &message), 0);
    check_file("target", "new");
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    remove("target");
    assert_int_equal(file_write("link", "newer", 5, &message), 0);
    check_file("target", "newer");
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(file_write("loop", "new", 3, &message), -1);
    assert_int_equal(lstat("loop", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void test_longest_name(void **state)
{
    (void)state;
    char name[256];
    struct message message;
    memset(name, 'n', 255);
    name[255] = '\0';
    assert_int_equal(file_write(name, "x", 1, &message), 0);
    check_file(name, "x");
}

static void test_write_failures(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message;
    } cases[] = {
        {"missing/out", "missing/out: cannot be written: No such file or directory"},
        {"plain/out", "plain/out: cannot be written: Not a directory"},
        {".", ".: cannot be written: Is a directory"},
        {"/dev/full", "/dev/full: cannot be written: No space left on device"},
    };
    scratch_write("plain", "x", 1);
    unsigned before = scratch_count();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message message = {""};
        int result = file_write(cases[i].path, "data", 4, &message);
        if (result != -1 || strcmp(message.text, cases[i].message) != 0)
            fail_msg("%s: %d, \"%s\"", cases[i].path, result, message.text);
    }
    assert_int_equal(scratch_count(), before);
}

/* The system refuses to let the file grow, as a full disk would. */
static void test_failure_keeps_the_old_file(void **state)
{
    (void)state;
    static const char data[5000] = "new";
    struct message message = {""};
    struct rlimit before, small = {1000, 1000};
    scratch_write("out", "old", 3);
    unsigned count = scratch_count();
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    int result = file_write("out", data, sizeof data, &message);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(result, -1);
    assert_string_equal(message.text, "out: cannot be written: File too large");
    check_file("out", "old");
    assert_int_equal(scratch_count(), count);
}

static int stop(int fd, short events)
{
    (void)fd;
    (void)events;
    return 1;
}

static int keep_on(int fd, short events)
{
    (void)fd;
    (void)events;
    return 0;
}

/* A program that is asked to stop leaves nothing behind. */
static void test_stopping_keeps_the_old_file(void **state)
{
    (void)state;
    struct message message;
    uint8_t *data;
    size_t size;
    scratch_write("out", "old", 3);
    unsigned count = scratch_count();
    file_set_wait(stop);
    assert_int_equal(file_write("out", "newer", 5, &message), -1);
    assert_int_equal(file_read("out", 5, &data, &size, &message), -1);
    file_set_wait(keep_on);
    check_file("out", "old");
    assert_int_equal(scratch_count(), count);
}

/* Whether this process cannot make files in the directory; of root permissions are not asked, so
 * root becomes somebody else, until become_oneself. */
static int is_locked_out(const char *path)
{
    if (geteuid() == 0 && seteuid(65534) < 0)
        return 0;
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0 &&
           faccessat(AT_FDCWD, scratch_directory(), X_OK, AT_EACCESS) == 0;
}

static void become_oneself(void)
{
    if (geteuid() != getuid() && seteuid(getuid()) < 0)
        abort();
}

static void test_directory_without_permission(void **state)
{
    (void)state;
    struct message message = {""}, refused = {""};
    struct stat before, after;
    assert_int_equal(mkdir("locked", 0700), 0);
    scratch_write("locked/out", "older and longer", 16);
    assert_int_equal(chmod("locked/out", 0666), 0);
    assert_int_equal(stat("locked/out", &before), 0);
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(chmod("locked", 0555), 0);
    int is_locked = is_locked_out("locked");
    int result = file_write("locked/out", "new", 3, &message);
    int refusal = file_write("locked/new", "new", 3, &refused);
    become_oneself();
    assert_int_equal(chmod("locked", 0755), 0);
    if (!is_locked) {
        print_message("skip: no directory is closed to this process\n");
        skip();
    }
    if (result < 0)
        fail_msg("%s", message.text);
    check_file("locked/out", "new");
    assert_int_equal(stat("locked/out", &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(refusal, -1);
    assert_string_equal(refused.text, "locked/new: cannot be written: Permission denied");
}

static void test_closed_pipe(void **state)
{
    (void)state;
    struct message message = {""};
    int pipe_ends[2], saved = dup(STDOUT_FILENO);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(pipe_ends), 0);
    close(pipe_ends[0]);
    dup2(pipe_ends[1], STDOUT_FILENO);
    int result = file_write("-", "data", 4, &message);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(pipe_ends[1]);
    assert_int_equal(result, -1);
    assert_string_equal(message.text, "standard output: cannot be written: Broken pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_read_failures),
        cmocka_unit_test(test_regular_files_only),
        cmocka_unit_test(test_write_replaces),
        cmocka_unit_test(test_new_file_has_the_umask),
        cmocka_unit_test(test_write_through_link),
        cmocka_unit_test(test_longest_name),
        cmocka_unit_test(test_write_failures),
        cmocka_unit_test(test_failure_keeps_the_old_file),
        cmocka_unit_test(test_stopping_keeps_the_old_file),
        cmocka_unit_test(test_directory_without_permission),
        cmocka_unit_test(test_closed_pipe),
    };
    return cmocka_run_group_tests_name("file", tests, scratch_setup, scratch_teardown);
}
