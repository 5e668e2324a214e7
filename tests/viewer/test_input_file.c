/* Pictures that come through a pipe can be read like files while they come. */
#include "bell.h"
#include "scratch.h"
#include "source/input_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct bell bell;
static int ends[2]; /* of a pipe */
static struct input_file *input;

static struct input_file *open_input(int fd, uint64_t max_size, struct message *message)
{
    const struct input_file_config config = {.fd = fd,
                                             .name = "standard input",
                                             .max_size = max_size,
                                             .notify = bell_ring,
                                             .cookie = &bell};
    bell_init(&bell);
    return input_file_new(&config, message);
}

static void open_pipe(uint64_t max_size)
{
    struct message message;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    input = open_input(ends[0], max_size, &message);
    assert_non_null(input);
}

static void close_pipe(void)
{
    input_file_free(input);
    close(ends[0]);
}

static void send_bytes(const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(ends[1], (const char *)data + done, size - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
}

/* Waits until so many bytes are there. */
static struct input_file_state wait_for_size(uint64_t size)
{
    struct input_file_state state;
    for (input_file_look(input, &state); state.size < size; input_file_look(input, &state))
        bell_wait(&bell);
    assert_int_equal(state.size, size);
    return state;
}

static struct input_file_state wait_for_end(void)
{
    struct input_file_state state;
    for (input_file_look(input, &state); !state.ended; input_file_look(input, &state))
        bell_wait(&bell);
    return state;
}

static void assert_bytes(int fd, const void *data, size_t size)
{
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, size + 1, 0), size);
    assert_memory_equal(bytes, data, size);
    free(bytes);
}

static void what_has_come_can_be_read_before_the_end(void **state)
{
    struct stat info;
    (void)state;
    open_pipe(1 << 20);
    send_bytes("first", 5);
    assert_false(wait_for_size(5).ended);
    assert_bytes(input_file_fd(input), "first", 5);
    send_bytes(", then more", 11);
    assert_false(wait_for_size(16).ended);
    assert_bytes(input_file_fd(input), "first, then more", 16);
    int again = open(input_file_path(input), O_RDONLY | O_CLOEXEC);
    assert_true(again >= 0);
    assert_bytes(again, "first, then more", 16);
    assert_int_equal(fstat(again, &info), 0);
    assert_true(S_ISREG(info.st_mode)); /* as the daemon wants it */
    close(again);
    close(ends[1]);
    struct input_file_state end = wait_for_end();
    assert_int_equal(end.size, 16);
    assert_false(end.failed);
    assert_string_equal(end.message.text, "");
    close_pipe();
}

/* More than a pipe holds, so that it has to be read all the time. */
static void large_pictures_come_whole(void **state)
{
    enum { SIZE = 3000017 };
    char *data = malloc(SIZE);
    (void)state;
    assert_non_null(data);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)(i * i >> 7);
    open_pipe(SIZE);
    send_bytes(data, SIZE);
    close(ends[1]);
    struct input_file_state end = wait_for_end();
    assert_int_equal(end.size, SIZE);
    assert_false(end.failed);
    assert_bytes(input_file_fd(input), data, SIZE);
    free(data);
    close_pipe();
}

static void an_empty_pipe_ends(void **state)
{
    (void)state;
    open_pipe(100);
    close(ends[1]);
    assert_int_equal(wait_for_end().size, 0);
    close_pipe();
}

static void a_pipe_without_end_is_cut(void **state)
{
    (void)state;
    open_pipe(7);
    send_bytes("0123456789", 10);
    struct input_file_state end = wait_for_end();
    assert_int_equal(end.size, 7);
    assert_true(end.failed);
    assert_non_null(strstr(end.message.text, "standard input"));
    assert_non_null(strstr(end.message.text, "7 bytes"));
    assert_bytes(input_file_fd(input), "0123456", 7);
    close(ends[1]);
    close_pipe();
}

/* Whoever writes may be silent: that holds nobody up. */
static void a_silent_pipe_can_be_left(void **state)
{
    (void)state;
    open_pipe(100);
    send_bytes("x", 1);
    wait_for_size(1);
    close_pipe();
    close(ends[1]);
}

static void a_file_is_used_as_it_is(void **state)
{
    struct message message;
    struct input_file_state now;
    (void)state;
    scratch_write("file", "a picture", 9);
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    input = open_input(fd, 5, &message);
    assert_non_null(input);
    input_file_look(input, &now);
    assert_int_equal(now.size, 9);
    assert_true(now.ended);
    assert_int_equal(input_file_fd(input), fd);
    assert_int_equal(unlink("file"), 0);
    int again = open(input_file_path(input), O_RDONLY | O_CLOEXEC);
    assert_bytes(again, "a picture", 9);
    close(again);
    input_file_free(input);
    close(fd);
}

/* Somebody has read its beginning: the picture is the rest. */
static void the_rest_of_a_file_is_copied(void **state)
{
    struct message message;
    (void)state;
    scratch_write("file", "mail: a picture", 15);
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 6, SEEK_SET), 6);
    input = open_input(fd, 100, &message);
    assert_non_null(input);
    assert_int_equal(wait_for_end().size, 9);
    assert_bytes(input_file_fd(input), "a picture", 9);
    input_file_free(input);
    close(fd);
}

static void assert_refused(int fd, const char *part)
{
    struct message message;
    assert_null(open_input(fd, 100, &message));
    if (!strstr(message.text, part))
        fail_msg("%s", message.text);
    if (fd >= 0)
        close(fd);
}

static void what_is_no_input_is_refused(void **state)
{
    (void)state;
    assert_refused(-1, "is not open");
    assert_refused(open(".", O_RDONLY | O_CLOEXEC), "is a directory");
    assert_refused(open("written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), "not open for reading");
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal >= 0)
        assert_refused(terminal, "is a terminal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_come_can_be_read_before_the_end),
        cmocka_unit_test(large_pictures_come_whole),
        cmocka_unit_test(an_empty_pipe_ends),
        cmocka_unit_test(a_pipe_without_end_is_cut),
        cmocka_unit_test(a_silent_pipe_can_be_left),
        cmocka_unit_test(a_file_is_used_as_it_is),
        cmocka_unit_test(the_rest_of_a_file_is_copied),
        cmocka_unit_test(what_is_no_input_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
