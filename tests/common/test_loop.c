/* A program that calls faster than it reads the replies has to wait, and neither replies nor calls
 * pile up meanwhile. */
#include "loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* Calls with a text, which the replies repeat. */
enum { CALLS = 256, TEXT = 64 << 10, MESSAGE = TEXT + 1024 };

/* What may wait to be sent, and to be answered, but for the message that goes beyond. */
enum { MOST_UNSENT = 1 << 20, MOST_AHEAD = 4 << 20 };

/* So many turns without anything having moved, each of which would read some kilobytes. */
enum { QUIET_TURNS = 2000 };

struct fixture {
    struct loop *loop;
    DBusConnection *served, *caller;
    int always; /* readable, so that the loop waits for nothing */
    char *text;
    unsigned n_served, n_replies;
    bool reads; /* the caller */
    unsigned n_quiet;
    long unsent_calls, unsent_replies; /* bytes after the last turn */
};

/* ---- Both ends ---- */

static DBusHandlerResult serve(DBusConnection *connection, DBusMessage *call, void *cookie)
{
    struct fixture *f = cookie;
    DBusMessage *reply;
    if (dbus_message_get_type(call) != DBUS_MESSAGE_TYPE_METHOD_CALL)
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    reply = dbus_message_new_method_return(call);
    assert_true(reply &&
                dbus_message_append_args(reply, DBUS_TYPE_STRING, &f->text, DBUS_TYPE_INVALID));
    assert_true(dbus_connection_send(connection, reply, NULL));
    dbus_message_unref(reply);
    f->n_served++;
    return DBUS_HANDLER_RESULT_HANDLED;
}

static void take_replies(struct fixture *f)
{
    DBusMessage *reply;
    while (f->reads && (reply = dbus_connection_pop_message(f->caller))) {
        assert_int_equal(dbus_message_get_type(reply), DBUS_MESSAGE_TYPE_METHOD_RETURN);
        dbus_message_unref(reply);
        f->n_replies++;
    }
}

/* The caller's turn, until nothing moves any more. */
static void turn(void *cookie)
{
    struct fixture *f = cookie;
    const unsigned n_replies = f->n_replies;
    dbus_connection_read_write(f->caller, 0);
    take_replies(f);
    const long unsent_calls = dbus_connection_get_outgoing_size(f->caller);
    const long unsent_replies = dbus_connection_get_outgoing_size(f->served);
    f->n_quiet = unsent_calls == f->unsent_calls && unsent_replies == f->unsent_replies &&
                         n_replies == f->n_replies
                     ? f->n_quiet + 1
                     : 0;
    f->unsent_calls = unsent_calls;
    f->unsent_replies = unsent_replies;
    if (f->n_quiet >= QUIET_TURNS)
        loop_stop(f->loop);
}

static void nothing(void *cookie)
{
    (void)cookie;
}

/* ---- Connecting them ---- */

static DBusWatch *listening;

static dbus_bool_t add_watch(DBusWatch *watch, void *cookie)
{
    (void)cookie;
    listening = watch;
    return TRUE;
}

static void remove_watch(DBusWatch *watch, void *cookie)
{
    (void)watch;
    (void)cookie;
}

static void accept_connection(DBusServer *server, DBusConnection *connection, void *cookie)
{
    struct fixture *f = cookie;
    (void)server;
    f->caller = dbus_connection_ref(connection);
}

static void connect_ends(struct fixture *f)
{
    DBusServer *const server = dbus_server_listen("unix:tmpdir=/tmp", NULL);
    assert_non_null(server);
    dbus_server_set_new_connection_function(server, accept_connection, f, NULL);
    assert_true(dbus_server_set_watch_functions(server, add_watch, remove_watch, NULL, NULL, NULL));
    char *const address = dbus_server_get_address(server);
    f->served = dbus_connection_open_private(address, NULL);
    assert_non_null(f->served);
    dbus_free(address);
    dbus_watch_handle(listening, DBUS_WATCH_READABLE);
    assert_non_null(f->caller);
    while (!dbus_connection_get_is_authenticated(f->served) ||
           !dbus_connection_get_is_authenticated(f->caller)) {
        dbus_connection_read_write(f->served, 0);
        dbus_connection_read_write(f->caller, 0);
    }
    dbus_connection_set_exit_on_disconnect(f->served, FALSE);
    dbus_connection_set_exit_on_disconnect(f->caller, FALSE);
    dbus_server_disconnect(server);
    dbus_server_unref(server);
}

static int setup(void **state)
{
    struct fixture *const f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->text = malloc(TEXT + 1);
    assert_non_null(f->text);
    memset(f->text, 'a', TEXT);
    f->text[TEXT] = '\0';
    connect_ends(f);
    assert_true(dbus_connection_add_filter(f->served, serve, f, NULL));
    *state = f;
    return 0;
}

static void disconnect(DBusConnection *connection)
{
    dbus_connection_close(connection);
    dbus_connection_set_watch_functions(connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_set_timeout_functions(connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_unref(connection);
}

static int teardown(void **state)
{
    struct fixture *const f = *state;
    disconnect(f->served);
    disconnect(f->caller);
    free(f->text);
    free(f);
    dbus_shutdown();
    return 0;
}

/* ---- Running ---- */

/* A loop cannot go on once it was stopped, so each run has its own. */
static void run(struct fixture *f)
{
    f->n_quiet = 0;
    f->loop = loop_new(turn, f);
    assert_non_null(f->loop);
    f->always = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(f->always >= 0);
    loop_add_fd(f->loop, f->always, nothing, NULL);
    assert_int_equal(loop_attach(f->loop, f->served), 0);
    loop_run(f->loop);
    dbus_connection_set_watch_functions(f->served, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_set_timeout_functions(f->served, NULL, NULL, NULL, NULL, NULL);
    loop_free(f->loop);
    close(f->always);
}

static void send_calls(struct fixture *f)
{
    for (unsigned i = 0; i < CALLS; i++) {
        DBusMessage *const call =
            dbus_message_new_method_call(NULL, "/org/uqd/Test", "org.uqd.Test", "Test");
        assert_true(call &&
                    dbus_message_append_args(call, DBUS_TYPE_STRING, &f->text, DBUS_TYPE_INVALID));
        assert_true(dbus_connection_send(f->caller, call, NULL));
        dbus_message_unref(call);
    }
}

/* Bytes that the system holds for a socket at most. */
static long socket_bytes(DBusConnection *connection)
{
    int fd, bytes = 0;
    socklen_t size = sizeof bytes;
    assert_true(dbus_connection_get_socket(connection, &fd));
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &size), 0);
    return bytes;
}

static void calls_wait_until_replies_are_read(void **state)
{
    struct fixture *const f = *state;
    /* It reads nothing beyond the first message that it has not taken. */
    dbus_connection_set_max_received_size(f->caller, 1);
    send_calls(f);
    run(f);
    const long sent = (long)CALLS * TEXT - f->unsent_calls;
    assert_in_range(f->unsent_replies, 1, MOST_UNSENT + MESSAGE);
    assert_in_range(sent - (long)f->n_served * TEXT, 0,
                    MOST_AHEAD + MESSAGE + socket_bytes(f->caller));

    f->reads = true;
    run(f);
    assert_int_equal(f->n_served, CALLS);
    assert_int_equal(f->n_replies, CALLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_wait_until_replies_are_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
