/* What the viewer remembers is found again, whatever became of its files. */
#include "scratch.h"
#include "session/remembered.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SETTINGS  "config/uqd/viewer.conf"
#define POSITIONS "state/uqd/viewer-positions"

static void set_directory(const char *variable, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", scratch_directory(), name);
    setenv(variable, path, 1);
}

static int setup(void **state)
{
    int status = scratch_setup(state);
    set_directory("XDG_CONFIG_HOME", "config");
    set_directory("XDG_STATE_HOME", "state");
    set_directory("HOME", "home");
    return status;
}

static void write_text(const char *path, const char *text)
{
    scratch_write(path, text, strlen(text));
}

static void assert_text(const char *path, const char *text)
{
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(data, text, size);
    free(data);
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
}

/* ---- Settings ------------------------------------------------------------------------------ */

static void save_setting(const char *key, const char *value)
{
    struct remembered_settings settings = {0};
    assert_true(remembered_set(&settings, key, value));
    remembered_save_settings(&settings);
}

static void assert_setting(const char *key, const char *value)
{
    struct remembered_settings settings;
    remembered_load_settings(&settings);
    const char *found = remembered_get(&settings, key);
    if (!value) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, value);
    }
}

static void settings_are_found_again(void **state)
{
    struct remembered_settings settings = {0};
    (void)state;
    assert_setting("text", NULL);
    assert_true(remembered_set(&settings, "text", "1.0"));
    assert_true(remembered_set(&settings, "size", "800x600"));
    assert_true(remembered_set(&settings, "text", "1.25"));
    remembered_save_settings(&settings);
    assert_text(SETTINGS, "text=1.25\nsize=800x600\n");
    assert_mode("config/uqd", 0700);
    assert_mode(SETTINGS, 0600);
    remembered_load_settings(&settings);
    assert_int_equal(settings.n, 2);
    assert_setting("text", "1.25");
    assert_setting("size", "800x600");
}

static void any_value_is_kept(void **state)
{
    static const char *const values[] = {"",
                                         " ",
                                         "  two  ",
                                         "back\\slash\\n",
                                         "line\nbreak\r\t",
                                         "\x01\x7f\xff\xc3\xa4\xc2\x85",
                                         "a=b # c"};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        save_setting("value", values[i]);
        assert_setting("value", values[i]);
    }
}

static void what_people_write_stays(void **state)
{
    (void)state;
    save_setting("text", "1");
    write_text(SETTINGS, "# Mine\n\n  text =\t2 \r\nother = 3\nnonsense\ntext=4\nlast=5");
    assert_setting("text", "4");
    assert_setting("last", "5");
    save_setting("text", "6");
    assert_text(SETTINGS, "# Mine\n\ntext=6\nother = 3\nlast=5\n");
}

static void what_is_no_setting_is_not_set(void **state)
{
    struct remembered_settings settings = {0};
    char key[REMEMBERED_KEY_SIZE + 1], value[REMEMBERED_VALUE_SIZE + 1];
    (void)state;
    memset(key, 'k', sizeof key);
    memset(value, 'v', sizeof value);
    key[REMEMBERED_KEY_SIZE] = value[REMEMBERED_VALUE_SIZE] = '\0';
    assert_false(remembered_set(&settings, "", "x"));
    assert_false(remembered_set(&settings, "a b", "x"));
    assert_false(remembered_set(&settings, "a=b", "x"));
    assert_false(remembered_set(&settings, key, "x"));
    assert_false(remembered_set(&settings, "key", value));
    assert_int_equal(settings.n, 0);
    for (int i = 0; i < REMEMBERED_MAX_SETTINGS; i++) {
        snprintf(key, sizeof key, "k%d", i);
        assert_true(remembered_set(&settings, key, value + 1));
    }
    assert_false(remembered_set(&settings, "one-more", "x"));
    assert_true(remembered_set(&settings, "k7", "x"));
    remembered_save_settings(&settings);
    assert_setting("k7", "x");
    assert_setting("k63", value + 1);
}

/* ---- Positions ----------------------------------------------------------------------------- */

static void assert_position(const char *path, uint64_t mark, const char *lines)
{
    char *found = remembered_load_position(path, mark);
    if (!lines) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, lines);
    }
    free(found);
}

static void positions_are_found_again(void **state)
{
    (void)state;
    write_text("picture", "");
    assert_position("picture", 1, NULL);
    remembered_save_position("picture", 1, "step 3\nmode ancestral\n");
    assert_position("picture", 1, "step 3\nmode ancestral\n");
    assert_position("picture", 2, NULL); /* another picture of that name */
    assert_mode("state/uqd", 0700);
    assert_mode(POSITIONS, 0600);
    assert_int_equal(symlink("picture", "link"), 0);
    assert_position("link", 1, "step 3\nmode ancestral\n");
    remembered_save_position("picture", 2, "step 1");
    assert_position("picture", 1, NULL);
    assert_position("picture", 2, "step 1");
    remembered_save_position("picture", 2, "");
    assert_position("picture", 2, NULL);
    remembered_save_position("nowhere", 2, "step 1");
    assert_position("nowhere", 2, NULL);
}

static void any_name_is_kept(void **state)
{
    static const char *const names[] = {"a b",      " ",        "line\nbreak", "tab\tand\\n",
                                        "\xff\xfe", "\xc3\xa4", "#",           "\x1b[31m"};
    enum { N = sizeof names / sizeof names[0] };
    (void)state;
    for (size_t i = 0; i < N; i++) {
        write_text(names[i], "");
        remembered_save_position(names[i], i, names[i]);
    }
    for (size_t i = 0; i < N; i++)
        assert_position(names[i], i, names[i]);
}

/* The text of the file grows no further either: longer lines push out more. */
static void the_newest_stay(void **state)
{
    char name[32], long_lines[REMEMBERED_LINES_SIZE + 1];
    size_t size;
    (void)state;
    for (int i = 0; i < REMEMBERED_MAX_POSITIONS + 5; i++) {
        snprintf(name, sizeof name, "file%d", i);
        write_text(name, "");
        remembered_save_position(name, 7, name);
    }
    assert_position("file4", 7, NULL);
    assert_position("file5", 7, "file5");
    assert_position("file204", 7, "file204");
    memset(long_lines, '\x01', sizeof long_lines);
    long_lines[REMEMBERED_LINES_SIZE] = '\0';
    remembered_save_position("file204", 7, long_lines);
    assert_position("file204", 7, "file204");
    for (int i = 0; i < 80; i++) {
        snprintf(name, sizeof name, "file%d", i);
        remembered_save_position(name, 7, long_lines + 1);
    }
    free(scratch_read(POSITIONS, &size));
    assert_true(size <= 1 << 20);
    assert_position("file79", 7, long_lines + 1);
    assert_position("file30", 7, long_lines + 1);
    assert_position("file1", 7, NULL);
}

static void marks_tell_pictures_apart(void **state)
{
    (void)state;
    assert_true(remembered_mark("header", 6) == remembered_mark("header", 6));
    assert_true(remembered_mark("header", 6) != remembered_mark("headed", 6));
    assert_true(remembered_mark("header", 6) != remembered_mark("header", 5));
}

/* ---- Trouble ------------------------------------------------------------------------------- */

static void damaged_lines_are_passed_over(void **state)
{
    static const char text[] = "\0\0=1\ntext=1\\\ntext=\\q\ntext=\\x0\ntext=\\x00\ntext=a\x01"
                               "b\n=\n\xff=2\ntext\ngood=yes\ntext=";
    char long_line[2000];
    (void)state;
    save_setting("text", "1");
    scratch_write(SETTINGS, text, sizeof text); /* and a zero byte at the end */
    assert_setting("text", NULL);
    assert_setting("good", "yes");
    memset(long_line, 'x', sizeof long_line);
    memcpy(long_line, "text=", 5);
    memcpy(long_line + sizeof long_line - 8, "\ngood=no", 8);
    scratch_write(SETTINGS, long_line, sizeof long_line);
    assert_setting("text", NULL);
    assert_setting("good", "no");
    save_setting("text", "2");
    assert_text(SETTINGS, "good=no\ntext=2\n");
}

static void damaged_positions_are_passed_over(void **state)
{
    char text[12000], path[512];
    (void)state;
    write_text("picture", "");
    remembered_save_position("picture", 0xabc, "step 1");
    snprintf(path, sizeof path, "%s/picture", scratch_directory());
    snprintf(text, sizeof text,
             "0000000000000abc\n0000000000000abc %s\n0000000000000abc\t%s\tstep 2\n"
             "abc %s\tstep 3\n0000000000000abg %s\tstep 4\n0000000000000abc %s\t\\step 5\n"
             "\t\n\n \t \n00000000000\t\n0000000000000abc %s\tstep 6",
             path, path, path, path, path, path);
    write_text(POSITIONS, text);
    assert_position("picture", 0xabc, "step 6");
    write_text("other", "");
    remembered_save_position("other", 1, "step 7");
    assert_position("picture", 0xabc, "step 6");
    assert_position("other", 1, "step 7");
}

/* Only the whole lines of the first MiB are read. */
static void large_files_are_read_in_part(void **state)
{
    enum { SIZE = 3 << 20, LIMIT = 1 << 20 };
    char *text = malloc(SIZE);
    (void)state;
    assert_non_null(text);
    save_setting("text", "1");
    memset(text, '\n', SIZE);
    memcpy(text, "first=1\n", 8);
    memcpy(text + LIMIT - 7, "cut=1234\nlate=1\n", 16);
    memcpy(text + LIMIT - 16, "whole=1\n", 8);
    scratch_write(SETTINGS, text, SIZE);
    assert_setting("first", "1");
    assert_setting("whole", "1");
    assert_setting("cut", NULL);
    assert_setting("late", NULL);
    memset(text, 'x', SIZE); /* without any line's end */
    memcpy(text, "first=1", 7);
    scratch_write(SETTINGS, text, SIZE);
    assert_setting("first", NULL);
    save_setting("text", "2");
    assert_text(SETTINGS, "text=2\n");
    free(text);
}

static void what_is_no_file_is_left_alone(void **state)
{
    struct stat info;
    (void)state;
    save_setting("text", "1");
    assert_int_equal(unlink(SETTINGS), 0);
    assert_int_equal(mkfifo(SETTINGS, 0600), 0);
    assert_setting("text", NULL);
    save_setting("text", "2");
    assert_int_equal(stat(SETTINGS, &info), 0);
    assert_true(S_ISFIFO(info.st_mode));
    assert_int_equal(unlink(SETTINGS), 0);
    assert_int_equal(mkdir(SETTINGS, 0700), 0);
    assert_setting("text", NULL);
    save_setting("text", "2");
    assert_int_equal(rmdir(SETTINGS), 0);
}

/* As those have who keep such files elsewhere. */
static void a_link_stays_one(void **state)
{
    struct stat info;
    (void)state;
    save_setting("text", "1");
    assert_int_equal(rename(SETTINGS, "mine"), 0);
    assert_int_equal(symlink("../../mine", SETTINGS), 0);
    save_setting("text", "2");
    assert_int_equal(lstat(SETTINGS, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_text("mine", "text=2\n");
}

static void relative_directories_do_not_count(void **state)
{
    (void)state;
    setenv("XDG_CONFIG_HOME", "config", 1);
    save_setting("text", "1");
    assert_false(scratch_exists("config"));
    assert_text("home/.config/uqd/viewer.conf", "text=1\n");
    write_text("picture", "");
    unsetenv("XDG_STATE_HOME");
    remembered_save_position("picture", 1, "step 1");
    assert_true(scratch_exists("home/.local/state/uqd/viewer-positions"));
    assert_position("picture", 1, "step 1");
}

static void without_a_place_nothing_is_remembered(void **state)
{
    (void)state;
    write_text("picture", "");
    set_directory("XDG_CONFIG_HOME", "picture"); /* where no directory can be made */
    set_directory("XDG_STATE_HOME", "picture");
    save_setting("text", "1");
    assert_setting("text", NULL);
    remembered_save_position("picture", 1, "step 1");
    assert_position("picture", 1, NULL);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    save_setting("text", "1");
    assert_setting("text", NULL);
    remembered_save_position("picture", 1, "step 1");
    assert_position("picture", 1, NULL);
    assert_int_equal(scratch_count(), 1);
}

/* ---- Several viewers ----------------------------------------------------------------------- */

enum { N_WRITERS = 3, N_FILES = 20 };

static void write_as(int writer)
{
    char name[32];
    for (int i = 0; i < N_FILES; i++) {
        snprintf(name, sizeof name, "file%d-%d", writer, i);
        write_text(name, "");
        remembered_save_position(name, 1, name);
        save_setting(name, "1");
    }
    _exit(0);
}

static void writers_lose_nothing_of_each_other(void **state)
{
    char name[32];
    int status;
    (void)state;
    for (int writer = 0; writer < N_WRITERS; writer++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            write_as(writer);
    }
    for (int writer = 0; writer < N_WRITERS; writer++)
        assert_true(wait(&status) > 0 && status == 0);
    for (int i = 0; i < N_WRITERS * N_FILES; i++) {
        snprintf(name, sizeof name, "file%d-%d", i / N_FILES, i % N_FILES);
        assert_position(name, 1, name);
        assert_setting(name, "1");
    }
}

/* One that hangs while it saves does not make others hang. */
static void a_lock_that_is_never_released_is_given_up(void **state)
{
    (void)state;
    save_setting("text", "1");
    int fd = open("config/uqd/.viewer.conf.lock", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    save_setting("text", "2");
    assert_setting("text", "1");
    close(fd);
    save_setting("text", "3");
    assert_setting("text", "3");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(settings_are_found_again),
        TEST(any_value_is_kept),
        TEST(what_people_write_stays),
        TEST(what_is_no_setting_is_not_set),
        TEST(positions_are_found_again),
        TEST(any_name_is_kept),
        TEST(the_newest_stay),
        TEST(marks_tell_pictures_apart),
        TEST(damaged_lines_are_passed_over),
        TEST(damaged_positions_are_passed_over),
        TEST(large_files_are_read_in_part),
        TEST(what_is_no_file_is_left_alone),
        TEST(a_link_stays_one),
        TEST(relative_directories_do_not_count),
        TEST(without_a_place_nothing_is_remembered),
        TEST(writers_lose_nothing_of_each_other),
        TEST(a_lock_that_is_never_released_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
