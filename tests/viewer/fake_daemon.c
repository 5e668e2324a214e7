#include "fake_daemon.h"

#include "dict.h"
#include "job_path.h"

#include <dbus/dbus.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LOOK_MS = 20 };

struct fake_daemon {
    enum fake_manner manner;
    DBusConnection *connection; /* closed: it has died */
    pthread_t thread;
    bool silent;
    atomic_bool quit;
};

static void send(struct fake_daemon *fake, DBusMessage *message)
{
    dbus_connection_send(fake->connection, message, NULL);
    dbus_connection_flush(fake->connection);
    dbus_message_unref(message);
}

static void answer_open(struct fake_daemon *fake, DBusMessage *call)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter arguments;
    struct dict dict;
    char text[JOB_PATH_SIZE];
    const char *path = text;
    job_path(text, sizeof text, dbus_message_get_sender(call), "fake");
    dbus_message_iter_init_append(reply, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_OBJECT_PATH, &path);
    dict_begin(&dict, &arguments);
    dict_end(&dict);
    send(fake, reply);
    fake->silent = fake->manner == FAKE_SILENT_ONCE_OPEN;
}

static void open_file(struct fake_daemon *fake, DBusMessage *call)
{
    if (fake->manner == FAKE_SILENT_ONCE_OPEN || fake->manner == FAKE_DIES_ONCE_OPEN)
        answer_open(fake, call);
    else if (fake->manner == FAKE_LEAVES)
        send(fake, dbus_message_new_error(call, ERROR_GONE, "this daemon is about to leave"));
    if (fake->manner == FAKE_LEAVES || fake->manner == FAKE_DIES_OPENING)
        dbus_connection_close(fake->connection);
}

static void take(struct fake_daemon *fake, DBusMessage *call)
{
    if (fake->silent)
        return;
    if (dbus_message_is_method_call(call, DBUS_INTERFACE_PEER, "Ping"))
        send(fake, dbus_message_new_method_return(call));
    else if (dbus_message_is_method_call(call, ROOT_INTERFACE, METHOD_OPEN))
        open_file(fake, call);
    else if (dbus_message_is_method_call(call, JOB_INTERFACE, METHOD_START))
        dbus_connection_close(fake->connection);
}

static void *run(void *cookie)
{
    struct fake_daemon *fake = cookie;
    while (!atomic_load(&fake->quit) && dbus_connection_read_write(fake->connection, LOOK_MS)) {
        DBusMessage *message;
        while (dbus_connection_get_is_connected(fake->connection) &&
               (message = dbus_connection_pop_message(fake->connection))) {
            take(fake, message);
            dbus_message_unref(message);
        }
    }
    return NULL;
}

struct fake_daemon *fake_daemon_start(enum fake_manner manner)
{
    struct fake_daemon *fake = calloc(1, sizeof *fake);
    assert_non_null(fake);
    assert_true(dbus_threads_init_default());
    fake->manner = manner;
    fake->silent = manner == FAKE_SILENT;
    fake->connection = dbus_bus_get_private(DBUS_BUS_SESSION, NULL);
    assert_non_null(fake->connection);
    dbus_connection_set_exit_on_disconnect(fake->connection, FALSE);
    assert_int_equal(
        dbus_bus_request_name(fake->connection, BUS_NAME, DBUS_NAME_FLAG_DO_NOT_QUEUE, NULL),
        DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
    assert_int_equal(pthread_create(&fake->thread, NULL, run, fake), 0);
    return fake;
}

void fake_daemon_end(struct fake_daemon *fake)
{
    atomic_store(&fake->quit, true);
    pthread_join(fake->thread, NULL);
    if (dbus_connection_get_is_connected(fake->connection))
        dbus_connection_close(fake->connection);
    dbus_connection_unref(fake->connection);
    free(fake);
}
