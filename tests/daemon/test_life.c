/* The daemon's own life: starting, being replaced, leaving. */
#include "client.h"
#include "process.h"
#include "sample.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct desk desk;
    struct sample sample;
    int fd;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 160, 128, 3);
    f->fd = sample_file(&f->sample, &f->desk, f->sample.size);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    close(f->fd);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* Ends the desk's daemon in its own way and returns its exit status. */
static int wait_daemon(struct fixture *f)
{
    int status = desk_wait(f->desk.daemon);

    f->desk.daemon = 0;
    return status;
}

/* The bus starts the daemon at the first call, from a file such as the one that is installed. */
static void test_activation(void **state)
{
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    DBusMessage *call = new_open(f->fd, NULL, 0);
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/dbus-1/services/" BUS_NAME ".service", f->desk.dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("[D-BUS Service]\nName=" BUS_NAME "\nExec=" UQDD " --idle 1\n", file);
    assert_int_equal(fclose(file), 0);
    client_reload_bus(client);
    dbus_message_set_auto_start(call, TRUE);
    expect_error(client_call(client, call), NULL, "Open of a daemon that is not running");
    assert_string_not_equal(client_owner(client), "");
    client_free(client);
}

static void test_second_daemon_yields(void **state)
{
    struct fixture *f = *state;

    desk_start(&f->desk, NULL);
    assert_int_equal(desk_wait(desk_spawn(&f->desk, NULL)), 0);
    assert_int_equal(kill(f->desk.daemon, 0), 0);
}

static void test_replace(void **state)
{
    static const char *const replace[] = {"--replace", NULL};
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    char first[64];
    DBusMessage *signal;
    DBusMessageIter results;
    char *job;

    desk_start(&f->desk, NULL);
    snprintf(first, sizeof first, "%s", client_owner(client));
    job = client_open(client, f->fd, NULL, 0);
    client_do(client, job, METHOD_START);
    pid_t second = desk_spawn(&f->desk, replace);
    /* The old daemon finishes the job, unasked, before it leaves. */
    assert_int_equal(client_finished(client, &signal, &results), RESULT_DONE);
    assert_int_equal(wait_daemon(f), 0);
    f->desk.daemon = second;
    client_await_daemon(client);
    assert_string_not_equal(client_owner(client), first);
    assert_int_equal(client_root_number(client, PROPERTY_JOBS), 0);
    dbus_message_unref(signal);
    client_free(client);
    free(job);
}

static void test_idle_exit(void **state)
{
    static const char *const idle[] = {"--idle", "1", NULL};
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    char *job;

    desk_start(&f->desk, idle);
    job = client_open(client, f->fd, NULL, 0);
    /* An open job keeps it alive. */
    usleep(1500000);
    client_do(client, job, METHOD_CLOSE);
    assert_int_equal(wait_daemon(f), 0);
    assert_string_equal(client_owner(client), "");
    client_free(client);
    free(job);
}

static void limit_descriptors(pid_t process, rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(prlimit(process, RLIMIT_NOFILE, NULL, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(prlimit(process, RLIMIT_NOFILE, &limit, NULL), 0);
}

/* What cannot be opened is refused; what is open goes on, and so does the daemon. */
static void test_out_of_descriptors(void **state)
{
    enum { ATTEMPTS = 12 };
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    unsigned n_open = 0;
    char *jobs[ATTEMPTS];
    DBusMessage *signal;
    DBusMessageIter results;

    desk_start(&f->desk, NULL);
    client_sync(client);
    jobs[0] = client_open(client, f->fd, NULL, 0);
    limit_descriptors(f->desk.daemon, 40);
    for (n_open = 1; n_open < ATTEMPTS; n_open++) {
        DBusMessage *reply = client_call(client, new_open(f->fd, NULL, 0));
        const char *path;

        if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
            expect_error(reply, ERROR_LIMIT, "Open without descriptors");
            break;
        }
        assert_true(
            dbus_message_get_args(reply, NULL, DBUS_TYPE_OBJECT_PATH, &path, DBUS_TYPE_INVALID));
        jobs[n_open] = strdup(path);
        dbus_message_unref(reply);
    }
    assert_in_range(n_open, 2, ATTEMPTS - 1);
    client_do(client, jobs[0], METHOD_CLOSE);
    client_do(client, jobs[1], METHOD_START);
    assert_int_equal(client_finished(client, &signal, &results), RESULT_DONE);
    dbus_message_unref(signal);
    free(client_open(client, f->fd, NULL, 0));
    for (unsigned i = 0; i < n_open; i++)
        free(jobs[i]);
    client_free(client);
}

/* A call that arrives while an idle daemon gives its name back is served, and it stays. The pause
 * makes the call and the end of the idle time come together. */
static void test_call_while_releasing(void **state)
{
    static const char *const idle[] = {"--idle", "1", NULL};
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    DBusPendingCall *opening;
    char owner[64];

    desk_start(&f->desk, idle);
    snprintf(owner, sizeof owner, "%s", client_owner(client));
    kill(f->desk.daemon, SIGSTOP);
    opening = client_send(client, new_open(f->fd, NULL, 0));
    usleep(1200000);
    kill(f->desk.daemon, SIGCONT);
    expect_error(client_reply(opening), NULL, "Open");
    client_await_daemon(client);
    assert_string_equal(client_owner(client), owner);
    assert_int_equal(client_root_number(client, PROPERTY_JOBS), 1);
    client_free(client);
}

static void test_sigterm(void **state)
{
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    DBusPendingCall *frame;
    DBusMessage *signal;
    DBusMessageIter results;
    uint32_t status;
    char *job;

    desk_start(&f->desk, NULL);
    job = client_open(client, f->fd, NULL, 0);
    client_do(client, job, METHOD_START);
    frame = client_send(client, new_get_frame(job, UINT32_MAX, UQD_MODE_FLOW, NULL, 0));
    client_sync(client);
    kill(f->desk.daemon, SIGTERM);
    assert_int_equal(wait_daemon(f), 0);
    status = client_finished(client, &signal, &results);
    if (status == RESULT_CANCELLED)
        expect_error(client_reply(frame), ERROR_CANCELLED, "GetFrame");
    else
        dbus_message_unref(client_reply(frame));
    dbus_message_unref(signal);
    client_free(client);
    free(job);
}

static void test_bus_vanishes(void **state)
{
    struct fixture *f = *state;
    struct client *client = client_new(&f->desk);
    char *job;

    desk_start(&f->desk, NULL);
    job = client_open(client, f->fd, NULL, 0);
    client_do(client, job, METHOD_START);
    desk_end_bus(&f->desk);
    assert_int_equal(wait_daemon(f), 0);
    client_free(client);
    free(job);
}

/* Clients that come and go leave nothing behind. */
static unsigned count_files(pid_t pid)
{
    char command[64];
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    struct process_result result;
    unsigned n;

    snprintf(command, sizeof command, "ls /proc/%d/fd | wc -l", (int)pid);
    assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE_MS / 1000), 0);
    n = (unsigned)strtoul(result.out, NULL, 10);
    process_result_free(&result);
    return n;
}

static void test_no_descriptors_leak(void **state)
{
    struct fixture *f = *state;
    struct client *observer = client_new(&f->desk);
    unsigned before = 0;

    desk_start(&f->desk, NULL);
    for (unsigned round = 0; round < 6; round++) {
        struct client *client = client_new(&f->desk);
        char *job = client_open(client, f->fd, NULL, 0);

        dbus_pending_call_unref(client_send(client, new_get_frame(job, 1, 1, NULL, 0)));
        client_do(client, job, METHOD_START);
        if (round % 2)
            client_do(client, job, METHOD_CLOSE);
        client_free(client);
        client_await_jobs(observer, 0);
        free(job);
        if (round == 1)
            before = count_files(f->desk.daemon);
    }
    /* The workers close the last files when they notice. */
    for (long end = desk_now() + PATIENCE_MS; count_files(f->desk.daemon) > before;) {
        assert_true(desk_now() < end);
        usleep(10000);
    }
    client_free(observer);
}

static void test_command_line(void **state)
{
    static const struct {
        const char *argument, *value;
        int exit_code;
        const char *says; /* on either stream */
    } cases[] = {
        {"--help", NULL, 0, "--replace"}, {"--version", NULL, 0, "uqdd"},
        {"--nonsense", NULL, 2, "uqdd:"}, {"--idle", "soon", 2, "uqdd:"},
        {"--threads", "0", 2, "uqdd:"},   {"--max-jobs", "100000", 2, "uqdd:"},
        {"operand", NULL, 2, "uqdd:"},    {"--address", "unix:path=/nonexistent/bus", 1, "uqdd:"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const argv[] = {UQDD, cases[i].argument, cases[i].value, NULL};
        struct process_result result;

        assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE_MS / 1000), 0);
        if (result.exit_code != cases[i].exit_code)
            fail_msg("%s: exit code %d", cases[i].argument, result.exit_code);
        if (!strstr(result.out, cases[i].says) && !strstr(result.err, cases[i].says))
            fail_msg("%s: says %s%s", cases[i].argument, result.out, result.err);
        process_result_free(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_activation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_second_daemon_yields, setup, teardown),
        cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_descriptors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_idle_exit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_call_while_releasing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sigterm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bus_vanishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_descriptors_leak, setup, teardown),
        cmocka_unit_test(test_command_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
