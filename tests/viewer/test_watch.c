/* Files that are written, cut, replaced and removed by others while they are watched. */
#include "bell.h"
#include "scratch.h"
#include "source/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Linked in place of the system's: there may be no inotify, or no more watches to be had. */
static bool no_inotify, no_watches;
int __real_inotify_init1(int flags);
int __wrap_inotify_init1(int flags);
int __real_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask);

int __wrap_inotify_init1(int flags)
{
    errno = EMFILE;
    return no_inotify ? -1 : __real_inotify_init1(flags);
}

int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    errno = ENOSPC;
    return no_watches ? -1 : __real_inotify_add_watch(fd, path, mask);
}

static struct bell bell;
static struct watch *watch;

static int setup(void **state)
{
    int status = scratch_setup(state);
    bell_init(&bell);
    watch = watch_new(bell_ring, &bell);
    return watch ? status : -1;
}

static int setup_without_inotify(void **state)
{
    no_inotify = true;
    return setup(state);
}

static int setup_without_watches(void **state)
{
    no_watches = true;
    return setup(state);
}

static int teardown(void **state)
{
    watch_free(watch);
    no_inotify = no_watches = false;
    return scratch_teardown(state);
}

static void append(const char *path, size_t size)
{
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    while (size-- > 0)
        fputc('x', file);
    assert_int_equal(fclose(file), 0);
}

static struct watch_event next_event(void)
{
    struct watch_event event;
    do {
        bell_wait(&bell);
        watch_take(watch, &event);
    } while (event.kind == WATCH_NOTHING);
    return event;
}

static void expect(int id, enum watch_kind kind, uint64_t size)
{
    struct watch_event event = next_event();
    assert_int_equal(event.id, id);
    assert_int_equal(event.kind, kind);
    assert_int_equal(event.size, size);
}

/* What a look in the midst of it saw may come before. The bell was heard already. */
static void expect_at_last(enum watch_kind kind, uint64_t size)
{
    struct watch_event event;
    watch_take(watch, &event);
    while (event.kind != kind || event.size != size)
        event = next_event();
}

static int add(const char *path, size_t size)
{
    if (size > 0)
        append(path, size);
    int id = watch_add(watch, path, NULL);
    assert_true(id > 0);
    return id;
}

static void changes_are_told_apart(void **state)
{
    int id = add("file", 100);
    (void)state;
    append("file", 11);
    expect(id, WATCH_GREW, 111);
    append("file", 1);
    expect(id, WATCH_GREW, 112);
    assert_int_equal(truncate("file", 50), 0);
    expect(id, WATCH_CUT, 50);
    append("new", 70);
    assert_int_equal(rename("new", "file"), 0);
    expect(id, WATCH_REPLACED, 70);
    append("file", 5); /* the new one is watched too */
    expect(id, WATCH_GREW, 75);
    assert_int_equal(unlink("file"), 0);
    expect(id, WATCH_GONE, 0);
    append("new", 30);
    assert_int_equal(rename("new", "file"), 0);
    expect(id, WATCH_REPLACED, 30);
    assert_int_equal(rename("file", "other"), 0);
    expect(id, WATCH_GONE, 0);
    assert_int_equal(mkdir("file", 0700), 0);
    assert_int_equal(rmdir("file"), 0);
    assert_int_equal(rename("other", "file"), 0);
    expect(id, WATCH_REPLACED, 30);
}

/* Written in place with as many bytes, which only its time tells. */
static void a_file_of_the_same_size_may_be_another(void **state)
{
    const struct timespec times[] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    int id = add("file", 100);
    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, "file", times, 0), 0);
    expect(id, WATCH_REPLACED, 100);
    append("file", 1);
    expect(id, WATCH_GREW, 101);
}

static void a_file_may_come_later(void **state)
{
    int id = add("later", 0);
    (void)state;
    append("new", 7);
    assert_int_equal(rename("new", "later"), 0);
    expect(id, WATCH_REPLACED, 7);
}

/* A file is opened first and watched afterwards. */
static void what_happened_since_it_was_opened_counts(void **state)
{
    struct stat seen;
    (void)state;
    append("file", 10);
    assert_int_equal(stat("file", &seen), 0);
    append("file", 10);
    int id = watch_add(watch, "file", &seen);
    expect(id, WATCH_GREW, 20);
}

/* The bell is rung once for whatever happens until it is heard. */
static void many_appends_are_one_event(void **state)
{
    int id = add("file", 1);
    (void)state;
    for (int i = 0; i < 100; i++)
        append("file", 10);
    struct watch_event event = next_event();
    assert_int_equal(event.id, id);
    assert_int_equal(event.kind, WATCH_GREW);
    if (event.size < 1001) /* the look began before the last of them */
        expect(id, WATCH_GREW, 1001);
    assert_true(bell_total(&bell) <= 2);
}

/* Whoever looks late gets the sum. */
static void events_that_nobody_took_are_joined(void **state)
{
    int id = add("file", 100);
    struct watch_event event;
    (void)state;
    append("new", 200);
    append("file", 20);
    bell_wait(&bell);
    assert_int_equal(rename("new", "file"), 0);
    expect_at_last(WATCH_REPLACED, 200);
    append("file", 1);
    expect(id, WATCH_GREW, 201);
    watch_take(watch, &event);
    assert_int_equal(event.kind, WATCH_NOTHING);
}

static void other_files_are_not_told(void **state)
{
    int first = add("first", 1), second = add("second", 2), again = add("first", 0);
    struct watch_event event;
    (void)state;
    append("third", 5);
    append("second", 5);
    expect(second, WATCH_GREW, 7);
    watch_remove(watch, first);
    append("first", 5);
    expect(again, WATCH_GREW, 6);
    watch_remove(watch, again);
    append("first", 5);
    append("second", 5);
    expect(second, WATCH_GREW, 12);
    watch_take(watch, &event);
    assert_int_equal(event.kind, WATCH_NOTHING);
}

static void a_link_leads_to_the_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir("elsewhere", 0700), 0);
    append("elsewhere/file", 10);
    assert_int_equal(symlink("elsewhere/file", "link"), 0);
    int id = add("link", 0);
    append("elsewhere/file", 10);
    expect(id, WATCH_GREW, 20);
    append("elsewhere/new", 10);
    assert_int_equal(rename("elsewhere/new", "elsewhere/file"), 0);
    expect(id, WATCH_REPLACED, 10);
    append("elsewhere/file", 10);
    expect(id, WATCH_GREW, 20);
}

static void directories_may_go_and_come(void **state)
{
    (void)state;
    assert_int_equal(mkdir("directory", 0700), 0);
    int id = add("directory/file", 10);
    assert_int_equal(rename("directory", "moved"), 0);
    expect(id, WATCH_GONE, 0);
    assert_int_equal(mkdir("directory", 0700), 0);
    append("new", 20);
    assert_int_equal(rename("new", "directory/file"), 0);
    expect(id, WATCH_REPLACED, 20);
}

/* By the processor's clock of this process, which stands still while others compute. */
static double processor_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void nothing_is_done_while_nothing_happens(void **state)
{
    int id = add("file", 1);
    (void)state;
    append("file", 1);
    expect(id, WATCH_GREW, 2);
    double begin = processor_time();
    usleep(400000);
    assert_true(processor_time() - begin < 0.1);
}

static void both_ways(void **state)
{
    changes_are_told_apart(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(changes_are_told_apart),
        TEST(a_file_of_the_same_size_may_be_another),
        TEST(a_file_may_come_later),
        TEST(what_happened_since_it_was_opened_counts),
        TEST(many_appends_are_one_event),
        TEST(events_that_nobody_took_are_joined),
        TEST(other_files_are_not_told),
        TEST(a_link_leads_to_the_file),
        TEST(directories_may_go_and_come),
        TEST(nothing_is_done_while_nothing_happens),
        {"changes_are_told_apart_without_inotify", both_ways, setup_without_inotify, teardown,
         NULL},
        {"changes_are_told_apart_without_watches", both_ways, setup_without_watches, teardown,
         NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
