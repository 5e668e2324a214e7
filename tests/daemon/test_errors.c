/* Bad input of every kind is answered with the right error, and the daemon lives on. */
#include "client.h"
#include "sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Of the file, at most, before Open is answered. */
enum { OPEN_READS = 16 << 10 };

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
};

static int setup_side(void **state, uint32_t side)
{
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, side, side, 3);
    desk_start(&f->desk, NULL);
    f->client = client_new(&f->desk);
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return setup_side(state, 64);
}

/* A file that the daemon does not read whole when it opens it. */
static int setup_large(void **state)
{
    return setup_side(state, 160);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    client_sync(f->client);
    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* Opens and closes our descriptor. */
static void expect_open_error(struct fixture *f, int fd, const char *error, const char *what)
{
    assert_true(fd >= 0);
    expect_error(client_call(f->client, new_open(fd, NULL, 0)), error, what);
    assert_int_equal(client_root_number(f->client, PROPERTY_JOBS), 0);
    close(fd);
}

static void test_not_a_picture(void **state)
{
    struct fixture *f = *state;
    char garbage[5000];

    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (char)(i * 31 + 7);
    expect_open_error(f, bytes_file(&f->desk, garbage, sizeof garbage), ERROR_BAD_DATA, "garbage");
    expect_open_error(f, bytes_file(&f->desk, "", 0), ERROR_BAD_DATA, "an empty file");
    expect_open_error(f, sample_file(&f->sample, &f->desk, 20), ERROR_BAD_DATA,
                      "a file cut in its header");
}

static void test_wrong_descriptors(void **state)
{
    struct fixture *f = *state;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    expect_open_error(f, ends[0], DBUS_ERROR_INVALID_ARGS, "a pipe");
    close(ends[1]);
    expect_open_error(f, open("/", O_RDONLY | O_DIRECTORY), DBUS_ERROR_INVALID_ARGS, "a directory");
    expect_open_error(f, open("/dev/zero", O_RDONLY), DBUS_ERROR_INVALID_ARGS, "a device");
    expect_open_error(f, open(f->desk.dir, O_WRONLY | O_TMPFILE, 0600), DBUS_ERROR_INVALID_ARGS,
                      "a file open for writing");
    expect_open_error(f, open(f->desk.dir, O_PATH), DBUS_ERROR_INVALID_ARGS, "a path");
}

/* Sends the bytes with a descriptor, past libdbus, which makes no wrong ones. */
static void send_with(DBusConnection *connection, void *data, size_t size, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS,
                            .cmsg_len = CMSG_LEN(sizeof(int))}};
    struct iovec part = {data, size};
    const struct msghdr message = {.msg_iov = &part,
                                   .msg_iovlen = 1,
                                   .msg_control = &control,
                                   .msg_controllen = sizeof control};
    int socket;

    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    dbus_connection_flush(connection);
    assert_true(dbus_connection_get_unix_fd(connection, &socket));
    assert_int_equal(sendmsg(socket, &message, 0), size);
}

static DBusMessage *reply_to(DBusConnection *connection, dbus_uint32_t serial)
{
    for (;;) {
        DBusMessage *reply = dbus_connection_pop_message(connection);

        if (reply && dbus_message_get_reply_serial(reply) == serial)
            return reply;
        if (reply)
            dbus_message_unref(reply);
        else
            assert_true(dbus_connection_read_write(connection, -1));
    }
}

/* The call has one descriptor, and names the eighth. */
static void test_number_of_no_descriptor(void **state)
{
    enum { SERIAL = 1000 };
    struct fixture *f = *state;
    DBusConnection *connection = dbus_connection_open_private(f->desk.address, NULL);
    int fd = sample_file(&f->sample, &f->desk, f->sample.size), size;
    const uint32_t eighth = 7;
    DBusMessage *call = new_open(fd, NULL, 0);
    char *data;

    assert_true(connection && dbus_bus_register(connection, NULL));
    dbus_connection_set_exit_on_disconnect(connection, FALSE);
    dbus_message_set_serial(call, SERIAL);
    assert_true(dbus_message_set_destination(call, client_owner(f->client)));
    assert_true(dbus_message_marshal(call, &data, &size));
    /* The arguments are the number and the size of an empty array. */
    memcpy(data + size - 8, &eighth, sizeof eighth);
    send_with(connection, data, (size_t)size, fd);
    expect_error(reply_to(connection, SERIAL), DBUS_ERROR_INVALID_ARGS, "a wrong number");
    dbus_free(data);
    dbus_message_unref(call);
    dbus_connection_close(connection);
    dbus_connection_unref(connection);
    close(fd);
}

static void test_missing_model(void **state)
{
    struct fixture *f = *state;
    static const char *const replace[] = {"--replace", NULL};
    char path[128];
    pid_t first = f->desk.daemon;

    snprintf(path, sizeof path, "%s/models/lattice.uqdm", f->desk.dir);
    assert_int_equal(unlink(path), 0);
    f->desk.daemon = desk_spawn(&f->desk, replace);
    assert_int_equal(desk_wait(first), 0);
    expect_open_error(f, sample_file(&f->sample, &f->desk, f->sample.size), ERROR_NO_WEIGHTS,
                      "no model");
}

/* Each is refused, whatever else is right. */
static void test_wrong_options(void **state)
{
    static const uint32_t number = 9;
    static const uint64_t big = 1;
    static const char *const text = "x", *const bad_token = "a/b", *const empty = "";
    static const dbus_bool_t yes = TRUE;
    static const struct option_value cases[] = {
        {KEY_HANDLE_TOKEN, DBUS_TYPE_UINT32, &number},
        {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &bad_token},
        {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &empty},
        {KEY_MODE, DBUS_TYPE_STRING, &text},
        {KEY_MODE, DBUS_TYPE_UINT32, &number},
        {KEY_SEED, DBUS_TYPE_UINT32, &number},
        {KEY_MAX_STEP, DBUS_TYPE_UINT64, &big},
        {KEY_MAX_BYTES, DBUS_TYPE_UINT32, &number},
        {KEY_MAX_EDGE, DBUS_TYPE_BOOLEAN, &yes},
        {KEY_PRIORITY, DBUS_TYPE_UINT32, &number},
        {KEY_REFERENCE, DBUS_TYPE_STRING, &text},
        {KEY_FRAMES_IN_SIGNAL, DBUS_TYPE_UINT32, &number},
        {KEY_FOLLOW, DBUS_TYPE_UINT32, &number},
    };
    struct fixture *f = *state;
    int fd = sample_file(&f->sample, &f->desk, f->sample.size);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_error(client_call(f->client, new_open(fd, &cases[i], 1)), DBUS_ERROR_INVALID_ARGS,
                     cases[i].key);
    close(fd);
}

static void test_wrong_requests(void **state)
{
    static const uint32_t seven = 7;
    static const char *const text = "x";
    static const struct {
        const char *name;
        uint32_t step, mode;
        struct option_value option;
    } cases[] = {
        {"no such step", 1000, 1, {"unknown", DBUS_TYPE_UINT32, &seven}},
        {"no such mode", 0, 4, {"unknown", DBUS_TYPE_UINT32, &seven}},
        {"reduced too much", 0, 1, {KEY_REDUCE, DBUS_TYPE_UINT32, &seven}},
        {"type of reduce", 0, 1, {KEY_REDUCE, DBUS_TYPE_STRING, &text}},
        {"type of seed", 0, 1, {KEY_SEED, DBUS_TYPE_UINT32, &seven}},
        {"type of purpose", 0, 1, {KEY_PURPOSE, DBUS_TYPE_UINT32, &seven}},
        {"no such priority", 0, 1, {KEY_PRIORITY, DBUS_TYPE_UINT32, &seven}},
    };
    struct fixture *f = *state;
    int fd = sample_file(&f->sample, &f->desk, f->sample.size);
    char *job = client_open(f->client, fd, NULL, 0);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DBusMessage *call = new_get_frame(job, cases[i].step, cases[i].mode, &cases[i].option, 1);

        expect_error(client_call(f->client, call), DBUS_ERROR_INVALID_ARGS, cases[i].name);
    }
    close(fd);
    free(job);
}

static void test_reference_does_not_fit(void **state)
{
    static const char picture[] = "P6 2 2 255 abcdefabcdef";
    struct fixture *f = *state;
    int fd = sample_file(&f->sample, &f->desk, f->sample.size);
    int small = bytes_file(&f->desk, picture, sizeof picture - 1);
    static const char large_picture[] = "P6 9000 9000 255 abc";
    int large = bytes_file(&f->desk, large_picture, sizeof large_picture - 1);
    int none = bytes_file(&f->desk, "not a picture", 13);
    const struct option_value large_option = {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &large};
    const struct option_value small_option = {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &small};
    const struct option_value none_option = {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &none};

    expect_error(client_call(f->client, new_open(fd, &small_option, 1)), DBUS_ERROR_INVALID_ARGS,
                 "a picture of another size");
    expect_error(client_call(f->client, new_open(fd, &large_option, 1)), DBUS_ERROR_INVALID_ARGS,
                 "a picture with more pixels");
    expect_error(client_call(f->client, new_open(fd, &none_option, 1)), ERROR_BAD_DATA,
                 "no picture");
    close(fd);
    close(small);
    close(large);
    close(none);
}

static void expect_cut(struct fixture *f, int fd, const struct option_value *options, size_t n,
                       uint32_t steps)
{
    char *job = client_open(f->client, fd, options, n);
    DBusMessage *signal;
    DBusMessageIter results;

    client_do(f->client, job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &results), RESULT_DONE);
    assert_int_equal(dict_number(&results, KEY_STEPS), steps);
    assert_int_equal(dict_number(&results, KEY_BYTES), f->sample.step_bytes[steps - 1]);
    assert_int_equal(dict_number(&results, KEY_COMPLETE), 0);
    dbus_message_unref(signal);
    client_do(f->client, job, METHOD_CLOSE);
    free(job);
}

static void test_cut_files(void **state)
{
    struct fixture *f = *state;
    const uint64_t *bytes = f->sample.step_bytes;
    uint64_t limit = bytes[1];
    const struct option_value max_bytes = {KEY_MAX_BYTES, DBUS_TYPE_UINT64, &limit};
    const struct {
        uint64_t size;
        uint32_t steps;
    } cases[] = {{bytes[0], 1},
                 {bytes[1] - 1, 1},
                 {bytes[1], 2},
                 {f->sample.size - 1, f->sample.info.n_steps - 1}};
    int fd;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fd = sample_file(&f->sample, &f->desk, (size_t)cases[i].size);
        expect_cut(f, fd, NULL, 0, cases[i].steps);
        close(fd);
    }
    fd = sample_file(&f->sample, &f->desk, f->sample.size);
    expect_cut(f, fd, &max_bytes, 1, 2);
    close(fd);
}

static void test_truncated_while_open(void **state)
{
    struct fixture *f = *state;
    int fd = sample_file(&f->sample, &f->desk, f->sample.size);
    char *job = client_open(f->client, fd, NULL, 0);
    DBusMessage *signal;
    DBusMessageIter results;

    assert_true(f->sample.size > 2 * OPEN_READS);
    assert_int_equal(ftruncate(fd, 0), 0);
    client_do(f->client, job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &results), RESULT_DONE);
    assert_int_equal(dict_number(&results, KEY_COMPLETE), 0);
    dbus_message_unref(signal);
    close(fd);
    free(job);
}

/* The steps before the damage stay, those behind it give the reason. */
static void test_damaged_file(void **state)
{
    struct fixture *f = *state;
    uint64_t from = f->sample.step_bytes[2], to = f->sample.step_bytes[3];
    DBusMessage *signal;
    DBusMessageIter results;
    char *job;
    int fd;

    for (uint64_t i = from; i < to; i++)
        f->sample.data[i] ^= 0x5a;
    fd = sample_file(&f->sample, &f->desk, f->sample.size);
    job = client_open(f->client, fd, NULL, 0);
    client_do(f->client, job, METHOD_START);
    assert_int_equal(client_finished(f->client, &signal, &results), RESULT_FAILED);
    assert_int_equal(dict_number(&results, KEY_STEPS), 3);
    assert_true(dict_has(&results, KEY_ERROR));
    assert_true(dict_has(&results, KEY_MESSAGE));
    dbus_message_unref(signal);
    assert_int_equal(client_job_number(f->client, job, PROPERTY_STATE), JOB_FAILED);
    expect_error(client_call(f->client, new_get_frame(job, 2, 1, NULL, 0)), NULL, "step 2");
    expect_error(client_call(f->client, new_get_frame(job, 3, 1, NULL, 0)), ERROR_BAD_DATA,
                 "step 3");
    expect_error(client_call(f->client, new_get_frame(job, UINT32_MAX, 1, NULL, 0)), NULL,
                 "everything");
    close(fd);
    free(job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_not_a_picture, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_descriptors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_number_of_no_descriptor, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_model, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reference_does_not_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_truncated_while_open, setup_large, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_file, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
