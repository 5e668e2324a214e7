/* Files that grow, over the bus: the daemon learns it by inotify, or is told. */
#include "client.h"
#include "dict.h"
#include "sample.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
    char path[96];
    int fd, writer; /* of the file, for reading and for writing */
    size_t size;    /* of what is written */
};

static int setup(void **state)
{
    static const char *const arguments[] = {"--idle", "0", NULL};
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 40, 30, 3);
    desk_start(&f->desk, arguments);
    f->client = client_new(&f->desk);
    snprintf(f->path, sizeof f->path, "%s/growing.uqd", f->desk.dir);
    f->writer = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
    assert_true(f->writer >= 0 && f->fd >= 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    close(f->fd);
    close(f->writer);
    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static void grow(struct fixture *f, size_t size)
{
    assert_int_equal(write(f->writer, f->sample.data + f->size, size - f->size), size - f->size);
    f->size = size;
}

/* ---- Opening ---- */

static const dbus_bool_t yes = TRUE;
static const char *const token = "grows";

static DBusPendingCall *send_open(struct fixture *f)
{
    const struct option_value options[] = {{KEY_FOLLOW, DBUS_TYPE_BOOLEAN, &yes},
                                           {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &token}};

    return client_send(f->client, new_open(f->fd, options, 2));
}

/* The path of the job, known before it is opened. */
static const char *job_of(const struct fixture *f)
{
    static char path[JOB_PATH_SIZE];

    snprintf(path, sizeof path, JOBS_PATH "/%s/%s", client_node(f->client), token);
    return path;
}

static void open_now(struct fixture *f)
{
    expect_error(client_reply(send_open(f)), NULL, "Open");
}

static DBusMessage *new_set_follow(const struct fixture *f, dbus_bool_t follow)
{
    DBusMessage *call = client_new_call(job_of(f), JOB_INTERFACE, METHOD_SET_FOLLOW);

    dbus_message_append_args(call, DBUS_TYPE_BOOLEAN, &follow, DBUS_TYPE_INVALID);
    return call;
}

static bool has_reply(DBusPendingCall *pending)
{
    return dbus_pending_call_get_completed(pending);
}

/* ---- Signals ---- */

static void expect_step(struct fixture *f, uint32_t step)
{
    DBusMessage *signal = client_signal(f->client, SIGNAL_STEP_READY, PATIENCE_MS);
    uint32_t told;

    assert_non_null(signal);
    assert_true(dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &told, DBUS_TYPE_INVALID));
    assert_int_equal(told, step);
    dbus_message_unref(signal);
}

static void await_state(struct fixture *f, uint32_t wanted)
{
    long end = desk_now() + PATIENCE_MS;

    while (client_job_number(f->client, job_of(f), PROPERTY_STATE) != wanted) {
        assert_true(desk_now() < end);
        usleep(2000);
    }
}

static void expect_finished(struct fixture *f, uint32_t status, uint32_t steps, const char *error)
{
    DBusMessage *signal;
    DBusMessageIter results;
    const char *name = "";

    assert_int_equal(client_finished(f->client, &signal, &results), status);
    assert_int_equal(dict_number(&results, KEY_STEPS), steps);
    if (error) {
        assert_true(dict_get_string(&results, KEY_ERROR, &name));
        assert_string_equal(name, error);
    }
    dbus_message_unref(signal);
}

/* ---- Tests ---- */

static bool has_inotify(void)
{
    int fd = inotify_init1(IN_CLOEXEC), watch = -1;

    if (fd >= 0)
        watch = inotify_add_watch(fd, "/tmp", IN_MODIFY);
    close(fd);
    if (watch < 0)
        print_message("skip: there is no inotify\n");
    return watch >= 0;
}

static void steps_come_as_the_file_grows(void **state)
{
    struct fixture *f = *state;
    uint32_t n = f->sample.info.n_steps;
    DBusPendingCall *frame;

    if (!has_inotify())
        skip();
    grow(f, f->sample.step_bytes[0] - 1);
    open_now(f);
    client_do(f->client, job_of(f), METHOD_START);
    frame = client_send(f->client, new_get_frame(job_of(f), 2, 1, NULL, 0));
    await_state(f, JOB_WAITING);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(has_reply(frame), i > 2);
        grow(f, f->sample.step_bytes[i]);
        expect_step(f, i);
        if (i == 2)
            dbus_pending_call_block(frame);
    }
    expect_error(client_reply(frame), NULL, "GetFrame");
    expect_finished(f, RESULT_DONE, n, NULL);
}

/* Two jobs on one file are told both, and one that leaves takes nothing from the other. */
static void all_jobs_of_a_file_are_told(void **state)
{
    struct fixture *f = *state;
    const struct option_value options[] = {{KEY_FOLLOW, DBUS_TYPE_BOOLEAN, &yes}};
    struct client *other = client_new(&f->desk);
    DBusMessage *signal;
    char *job;

    if (!has_inotify())
        skip();
    grow(f, f->sample.step_bytes[0]);
    open_now(f);
    client_do(f->client, job_of(f), METHOD_START);
    job = client_open(other, f->fd, options, 1);
    client_do(other, job, METHOD_START);
    grow(f, f->sample.step_bytes[1]);
    expect_step(f, 0);
    expect_step(f, 1);
    for (int i = 0; i < 2; i++) {
        signal = client_signal(other, SIGNAL_STEP_READY, PATIENCE_MS);
        assert_non_null(signal);
        dbus_message_unref(signal);
    }
    client_free(other);
    client_await_jobs(f->client, 1);
    grow(f, f->sample.step_bytes[2]);
    expect_step(f, 2);
    free(job);
}

static void opening_waits_for_the_header(void **state)
{
    struct fixture *f = *state;
    DBusPendingCall *opened;

    if (!has_inotify())
        skip();
    opened = send_open(f);
    client_sync(f->client);
    grow(f, 10);
    client_sync(f->client);
    assert_false(has_reply(opened));
    grow(f, f->sample.info.header_size);
    expect_error(client_reply(opened), NULL, "Open");
}

/* Any other call has to wait until there is a job. */
static void opening_ends_by_the_word_of_the_client(void **state)
{
    struct fixture *f = *state;
    DBusPendingCall *opened = send_open(f);

    expect_error(client_call(f->client, client_new_call(job_of(f), JOB_INTERFACE, METHOD_START)),
                 DBUS_ERROR_UNKNOWN_OBJECT, "Start");
    client_do(f->client, job_of(f), METHOD_GROWN);
    assert_false(has_reply(opened));
    expect_error(client_call(f->client, new_set_follow(f, FALSE)), NULL, METHOD_SET_FOLLOW);
    expect_error(client_reply(opened), ERROR_BAD_DATA, "Open");
    opened = send_open(f);
    client_do(f->client, job_of(f), METHOD_CLOSE);
    expect_error(client_reply(opened), ERROR_CANCELLED, "Open");
    client_await_jobs(f->client, 0);
}

static void no_more_is_the_end(void **state)
{
    struct fixture *f = *state;
    DBusPendingCall *frame;

    grow(f, f->sample.step_bytes[1] + 1);
    open_now(f);
    client_do(f->client, job_of(f), METHOD_START);
    await_state(f, JOB_WAITING);
    frame = client_send(f->client, new_get_frame(job_of(f), UINT32_MAX, 1, NULL, 0));
    client_sync(f->client);
    assert_false(has_reply(frame));
    expect_error(client_call(f->client, new_set_follow(f, FALSE)), NULL, METHOD_SET_FOLLOW);
    expect_finished(f, RESULT_DONE, 2, NULL);
    expect_error(client_reply(frame), NULL, "GetFrame");
}

/* It never had a path. Whether inotify knows of it or not, the client says what it has done. */
static void a_file_in_memory_grows_by_word(void **state)
{
    struct fixture *f = *state;
    DBusMessage *call = NULL;
    const struct option_value options[] = {{KEY_FOLLOW, DBUS_TYPE_BOOLEAN, &yes}};
    int memory = memfd_create("growing", MFD_CLOEXEC), n = 0;
    size_t size = (size_t)f->sample.step_bytes[0];
    char *job;

    assert_true(memory >= 0);
    assert_int_equal(write(memory, f->sample.data, size), size);
    job = client_open(f->client, memory, options, 1);
    client_do(f->client, job, METHOD_START);
    expect_step(f, 0);
    assert_int_equal(write(memory, f->sample.data + size, f->sample.size - size),
                     f->sample.size - size);
    call = client_new_call(job, JOB_INTERFACE, METHOD_GROWN);
    expect_error(client_call(f->client, call), NULL, METHOD_GROWN);
    while (++n < (int)f->sample.info.n_steps)
        expect_step(f, (uint32_t)n);
    expect_finished(f, RESULT_DONE, f->sample.info.n_steps, NULL);
    close(memory);
    free(job);
}

static void begin_waiting(struct fixture *f)
{
    if (!has_inotify())
        skip();
    grow(f, f->sample.step_bytes[1] + 1);
    open_now(f);
    client_do(f->client, job_of(f), METHOD_START);
    await_state(f, JOB_WAITING);
}

static void a_file_that_shrinks_is_lost(void **state)
{
    struct fixture *f = *state;

    begin_waiting(f);
    assert_int_equal(ftruncate(f->writer, 3), 0);
    expect_finished(f, RESULT_FAILED, 2, ERROR_GONE);
}

static void a_file_that_is_replaced_is_lost(void **state)
{
    struct fixture *f = *state;
    char path[128];
    int fd;

    begin_waiting(f);
    snprintf(path, sizeof path, "%s.new", f->path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, f->sample.data, f->sample.size), f->sample.size);
    close(fd);
    assert_int_equal(rename(path, f->path), 0);
    expect_finished(f, RESULT_FAILED, 2, ERROR_GONE);
}

/* Nothing can be waited for in a daemon that has been replaced. */
static void a_waiting_job_does_not_keep_a_daemon(void **state)
{
    static const char *const arguments[] = {"--replace", NULL};
    struct fixture *f = *state;
    DBusPendingCall *frame;
    pid_t old = f->desk.daemon;

    grow(f, f->sample.step_bytes[1] + 1);
    open_now(f);
    client_do(f->client, job_of(f), METHOD_START);
    frame = client_send(f->client, new_get_frame(job_of(f), 5, 1, NULL, 0));
    await_state(f, JOB_WAITING);
    f->desk.daemon = desk_spawn(&f->desk, arguments);
    assert_int_equal(desk_wait(old), 0);
    expect_finished(f, RESULT_CANCELLED, 2, NULL);
    expect_error(client_reply(frame), ERROR_CANCELLED, "GetFrame");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(steps_come_as_the_file_grows),
        TEST(all_jobs_of_a_file_are_told),
        TEST(opening_waits_for_the_header),
        TEST(opening_ends_by_the_word_of_the_client),
        TEST(no_more_is_the_end),
        TEST(a_file_in_memory_grows_by_word),
        TEST(a_file_that_shrinks_is_lost),
        TEST(a_file_that_is_replaced_is_lost),
        TEST(a_waiting_job_does_not_keep_a_daemon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
