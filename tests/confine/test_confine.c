/* Processes that confine themselves and then try everything that they are to be refused, and what
 * they are to be left. */
#include "attempts.h"
#include "confine.h"
#include "file.h"
#include "refuse_filters.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <omp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Exit codes of the processes, beside 0 and those of errno. */
enum { NOT_CONFINED = 250, WRONG = 251 };

static const char *const read_places[] = {"in"}, *const written[] = {"out/made"};
static const struct confine_needs no_needs,
    places = {.read = read_places, .n_read = 1, .write = written, .n_write = 1},
    writing = {.write = written, .n_write = 1};

static int setup(void **state)
{
    if (scratch_setup(state) != 0 || mkdir("in", 0700) != 0 || mkdir("out", 0700) != 0 ||
        mkdir("elsewhere", 0700) != 0 || symlink("../elsewhere/file", "in/link") != 0)
        return -1;
    scratch_write("here", "here", 4);
    scratch_write("in/file", "in", 2);
    scratch_write("elsewhere/file", "else", 4);
    scratch_write("out/made.part", "part", 4);
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {"in/link", "in/file", "out/made.part", "out/made",
                                        "elsewhere/file"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(files[i]);
    rmdir("in");
    rmdir("out");
    rmdir("elsewhere");
    return scratch_teardown(state);
}

/* ---- Processes ----------------------------------------------------------------------------- */

/* What a process ends with that does the work: its exit code, or minus a signal. */
static int end_of(int (*work)(const void *), const void *cookie)
{
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(work(cookie));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void skip_unless(int usable, const char *why)
{
    if (usable)
        return;
    print_message("skip: %s\n", why);
    skip();
}

static int confine_and_tell(const void *cookie)
{
    struct confine_posture posture;
    struct message message;
    (void)cookie;
    const int result = confine_self(&no_needs, &posture, &message);
    return result == 0 ? (int)posture.landlock : NOT_CONFINED;
}

/* Version of Landlock. */
static unsigned require(void)
{
    skip_unless(confine_is_built(), "this build does not filter system calls");
    const int landlock = end_of(confine_and_tell, NULL);
    skip_unless(landlock != NOT_CONFINED, "the kernel does not filter system calls");
    return (unsigned)landlock;
}

static int confined(const struct confine_needs *needs)
{
    struct confine_posture posture;
    struct message message;
    return confine_self(needs, &posture, &message) == 0 && posture.filter &&
           posture.no_new_privileges;
}

static int read_is(const char *path, const char *expected)
{
    uint8_t *data;
    size_t size;
    struct message message;
    if (file_read(path, 100, &data, &size, &message) < 0)
        return 0;
    const int same = size == strlen(expected) && memcmp(data, expected, size) == 0;
    free(data);
    return same;
}

/* ---- Attempts ------------------------------------------------------------------------------ */

static int try_with_nothing(const void *cookie)
{
    const struct attempt *attempt = cookie;
    return confined(&no_needs) ? attempt->try() : NOT_CONFINED;
}

static int try_with_places(const void *cookie)
{
    const struct attempt *attempt = cookie;
    return confined(&places) ? attempt->try() : NOT_CONFINED;
}

static void assert_refused(const struct attempt attempts[], size_t n, int (*work)(const void *))
{
    for (size_t i = 0; i < n; i++) {
        const int end = end_of(work, &attempts[i]);
        if (end != EPERM && end != EACCES && end != -SIGSYS)
            fail_msg("%s: ended with %d (%s)", attempts[i].name, end,
                     end > 0 ? strerror(end) : "it was not refused");
    }
}

static void test_files_are_refused(void **state)
{
    (void)state;
    require();
    assert_refused(attempts_at_files, n_attempts_at_files, try_with_nothing);
    assert_true(read_is("here", "here"));
}

static void test_other_places_are_refused(void **state)
{
    (void)state;
    skip_unless(require() > 0, "the kernel has no Landlock");
    assert_refused(attempts_at_files, n_attempts_at_files, try_with_places);
    assert_refused(attempts_elsewhere, n_attempts_elsewhere, try_with_places);
    assert_true(read_is("elsewhere/file", "else"));
}

static void test_the_system_is_refused(void **state)
{
    (void)state;
    require();
    assert_refused(attempts_at_system, n_attempts_at_system, try_with_nothing);
    assert_refused(attempts_at_system, n_attempts_at_system, try_with_places);
}

/* ---- What is left -------------------------------------------------------------------------- */

static int sum_on_threads(void)
{
    int sum = 0, n_threads = 0;
#pragma omp parallel for num_threads(2) reduction(+ : sum) reduction(max : n_threads)
    for (int i = 0; i < 100; i++) {
        sum += i;
        n_threads = omp_get_num_threads();
    }
    return sum == 4950 && n_threads == 2;
}

static int has_memory(void)
{
    enum { SIZE = 64 << 20 };
    char *memory = malloc(SIZE);
    if (!memory)
        return 0;
    memset(memory, 1, SIZE);
    char *grown = realloc(memory, 2 * SIZE);
    free(grown ? grown : memory);
    return grown != NULL;
}

static int has_memfd(void)
{
    const int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, 4096) < 0 ||
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
        return 0;
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0;
}

static int write_made(void)
{
    struct message message;
    return file_write("out/made", "made", 4, &message) == 0;
}

static int compute(const void *cookie)
{
    char byte;
    (void)cookie;
    const int fd = open("here", O_RDONLY);
    if (!confined(&no_needs))
        return NOT_CONFINED;
    if (!sum_on_threads() || !has_memory() || !has_memfd())
        return WRONG;
    return pread(fd, &byte, 1, 0) == 1 && read(fd, &byte, 1) == 1 && byte == 'h' ? 0 : WRONG;
}

static int read_and_write(const void *cookie)
{
    (void)cookie;
    if (!confined(&places))
        return NOT_CONFINED;
    return read_is("in/file", "in") && write_made() && sum_on_threads() && write_made() ? 0 : WRONG;
}

static void test_work_goes_on(void **state)
{
    (void)state;
    require();
    assert_int_equal(end_of(compute, NULL), 0);
    assert_int_equal(end_of(read_and_write, NULL), 0);
    assert_true(scratch_exists("out/made"));
}

/* A file that is not there yet is made where its link leads. */
static int write_through_link(const void *cookie)
{
    static const char *const link[] = {"link"};
    struct message message;
    (void)cookie;
    if (!confined(&(struct confine_needs){.write = link, .n_write = 1}))
        return NOT_CONFINED;
    return file_write("link", "made", 4, &message) == 0 ? 0 : WRONG;
}

static int write_device(const void *cookie)
{
    static const char *const device[] = {"/dev/null"};
    struct message message;
    (void)cookie;
    if (!confined(&(struct confine_needs){.write = device, .n_write = 1}))
        return NOT_CONFINED;
    return file_write("/dev/null", "made", 4, &message) == 0 ? 0 : WRONG;
}

static void test_links_and_devices(void **state)
{
    (void)state;
    require();
    unlink("out/made");
    assert_int_equal(symlink("out/made", "link"), 0);
    assert_int_equal(end_of(write_through_link, NULL), 0);
    assert_true(scratch_exists("out/made"));
    assert_int_equal(unlink("link"), 0);
    assert_int_equal(end_of(write_device, NULL), 0);
}

/* ---- Giving up more ------------------------------------------------------------------------ */

/* By every thread that there is already. */
static int give_up_reading(const void *cookie)
{
    int n_read = 0;
    (void)cookie;
    if (!confined(&places))
        return NOT_CONFINED;
    if (!sum_on_threads() || !read_is("in/file", "in") || !confined(&writing))
        return WRONG;
#pragma omp parallel num_threads(2) reduction(+ : n_read)
    n_read += open("in/file", O_RDONLY) >= 0;
    return n_read == 0 && write_made() ? 0 : WRONG;
}

static int give_up_all(const void *cookie)
{
    (void)cookie;
    if (!confined(&places) || !confined(&no_needs))
        return NOT_CONFINED;
    return !read_is("in/file", "in") && !write_made() && sum_on_threads() ? 0 : WRONG;
}

/* What was given up does not come back. */
static int ask_for_more(const void *cookie)
{
    struct confine_posture posture;
    struct message message;
    (void)cookie;
    if (!confined(&no_needs))
        return NOT_CONFINED;
    confine_self(&places, &posture, &message);
    return !read_is("in/file", "in") && !write_made() ? 0 : WRONG;
}

static void test_giving_up_more(void **state)
{
    (void)state;
    require();
    assert_int_equal(end_of(give_up_reading, NULL), 0);
    assert_int_equal(end_of(give_up_all, NULL), 0);
    assert_int_equal(end_of(ask_for_more, NULL), 0);
}

static int meet_limits(const void *cookie)
{
    (void)cookie;
    if (!confined(&(struct confine_needs){.max_memory = UINT64_C(1) << 30, .max_files = 8}))
        return NOT_CONFINED;
    for (int i = 0; i < 8; i++)
        dup(STDIN_FILENO);
    return malloc((size_t)2 << 30) || dup(STDIN_FILENO) >= 0 ? WRONG : 0;
}

static void test_limits(void **state)
{
    (void)state;
    require();
    assert_int_equal(end_of(meet_limits, NULL), 0);
}

/* ---- What is told -------------------------------------------------------------------------- */

static int turn_off(const void *cookie)
{
    struct confine_posture posture;
    struct message message;
    (void)cookie;
    setenv("UQD_CONFINE", "off", 1);
    if (confine_self(&no_needs, &posture, &message) != CONFINE_NOT_FILTERED)
        return WRONG;
    return posture.filter || posture.landlock || !read_is("in/file", "in") ? WRONG : 0;
}

static void test_off(void **state)
{
    (void)state;
    assert_int_equal(end_of(turn_off, NULL), 0);
}

static int be_refused(const void *cookie)
{
    struct confine_posture posture;
    struct message message;
    if (refuse_filters(*(const int *)cookie) < 0)
        return NOT_CONFINED;
    if (confine_self(&no_needs, &posture, &message) >= 0 || posture.filter)
        return WRONG;
    return strstr(message.text, "cannot be confined") && strstr(message.text, "UQD_CONFINE=off")
               ? 0
               : WRONG;
}

static void test_a_kernel_that_refuses(void **state)
{
    static const int errors[] = {EINVAL, ENOSYS, EPERM};
    (void)state;
    require();
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        assert_int_equal(end_of(be_refused, &errors[i]), 0);
}

/* Then the filter alone is in force, and says so. */
static int be_without_landlock(const void *cookie)
{
    struct confine_posture posture;
    struct message message;
    (void)cookie;
    if (refuse_landlock() < 0 || confine_self(&writing, &posture, &message) != 0)
        return NOT_CONFINED;
    if (posture.landlock != 0 || !posture.filter || read_is("in/file", "in") || !write_made())
        return WRONG;
    return confined(&no_needs) && !write_made() ? 0 : WRONG;
}

static void test_a_kernel_without_landlock(void **state)
{
    (void)state;
    require();
    assert_int_equal(end_of(be_without_landlock, NULL), 0);
}

static void assert_text(const struct confine_posture *posture, const char *expected)
{
    struct message words;
    confine_describe(posture, &words);
    assert_string_equal(words.text, expected);
}

static void test_text(void **state)
{
    (void)state;
    assert_text(&(struct confine_posture){.filter = false}, "not confined");
    assert_text(&(struct confine_posture){true, true, 4},
                "system calls filtered, places limited (Landlock 4), no new privileges");
    assert_text(&(struct confine_posture){true, false, 0},
                "system calls not filtered, places not limited, no new privileges");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_refused),
        cmocka_unit_test(test_other_places_are_refused),
        cmocka_unit_test(test_the_system_is_refused),
        cmocka_unit_test(test_work_goes_on),
        cmocka_unit_test(test_links_and_devices),
        cmocka_unit_test(test_giving_up_more),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_a_kernel_that_refuses),
        cmocka_unit_test(test_a_kernel_without_landlock),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests_name("confine", tests, setup, teardown);
}
