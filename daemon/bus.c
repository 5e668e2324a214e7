#include "bus.h"

#include "bus_names.h"
#include "client.h"

#include <stdio.h>
#include <string.h>

/* Prints an error of the set-up. Returns -1. */
static int fail(const char *what, DBusError *error)
{
    fprintf(stderr, "uqdd: %s: %s\n", what,
            dbus_error_is_set(error) ? error->message : "out of memory");
    dbus_error_free(error);
    return -1;
}

static DBusConnection *connect_address(const char *address, DBusError *error)
{
    DBusConnection *connection = dbus_connection_open_private(address, error);

    if (connection && !dbus_bus_register(connection, error)) {
        dbus_connection_close(connection);
        dbus_connection_unref(connection);
        connection = NULL;
    }
    return connection;
}

static void name_signal(struct daemon *daemon, DBusMessage *signal)
{
    const char *name;

    if (dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID) &&
        strcmp(name, BUS_NAME) == 0 && daemon->phase == PHASE_SERVING)
        daemon->phase = PHASE_REPLACED;
}

static DBusHandlerResult filter(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    struct daemon *daemon = cookie;

    (void)connection;
    if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_CALL)
        daemon_touch(daemon);
    else if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
        daemon_leave(daemon);
    else if (!dbus_message_has_sender(message, DBUS_SERVICE_DBUS))
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    else if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameLost"))
        name_signal(daemon, message);
    else if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
        client_owner_changed(daemon, message);
    return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
}

int bus_connect(struct daemon *daemon)
{
    const char *address = daemon->arguments.address;
    DBusError error = DBUS_ERROR_INIT;

    if (!dbus_threads_init_default())
        return fail("cannot start", &error);
    daemon->connection =
        address ? connect_address(address, &error) : dbus_bus_get_private(DBUS_BUS_SESSION, &error);
    if (!daemon->connection)
        return fail("cannot connect to the bus", &error);
    dbus_connection_set_exit_on_disconnect(daemon->connection, FALSE);
    if (!dbus_connection_can_send_type(daemon->connection, DBUS_TYPE_UNIX_FD)) {
        fputs("uqdd: this bus cannot pass file descriptors\n", stderr);
        return -1;
    }
    if (!dbus_connection_add_filter(daemon->connection, filter, daemon, NULL) ||
        loop_attach(daemon->loop, daemon->connection) < 0)
        return fail("cannot start", &error);
    return 0;
}

int bus_take_name(struct daemon *daemon)
{
    unsigned flags = DBUS_NAME_FLAG_DO_NOT_QUEUE | DBUS_NAME_FLAG_ALLOW_REPLACEMENT |
                     (daemon->arguments.replace ? DBUS_NAME_FLAG_REPLACE_EXISTING : 0);
    DBusError error = DBUS_ERROR_INIT;
    int result = dbus_bus_request_name(daemon->connection, BUS_NAME, flags, &error);

    if (result < 0)
        return fail("cannot take the name " BUS_NAME, &error);
    if (result == DBUS_REQUEST_NAME_REPLY_EXISTS) {
        fputs("uqdd: another daemon is running already (see --replace)\n", stderr);
        return BUS_NAME_TAKEN;
    }
    return 0;
}

/* ---- Giving the name back ---- */

/* Calls a method of the bus that takes a name and flags, if any; answered receives the reply. */
static void call_bus(struct daemon *daemon, const char *method, const uint32_t *flags,
                     DBusPendingCallNotifyFunction answered)
{
    const char *name = BUS_NAME;
    DBusPendingCall *pending = NULL;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, method);
    bool sent = call && dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID);

    if (sent && flags)
        sent = dbus_message_append_args(call, DBUS_TYPE_UINT32, flags, DBUS_TYPE_INVALID);
    sent = sent && dbus_connection_send_with_reply(daemon->connection, call, &pending, -1) &&
           pending && dbus_pending_call_set_notify(pending, answered, daemon, NULL);
    if (call)
        dbus_message_unref(call);
    if (pending)
        dbus_pending_call_unref(pending);
    if (!sent)
        daemon_leave(daemon);
}

static void name_requested(DBusPendingCall *pending, void *cookie)
{
    struct daemon *daemon = cookie;
    DBusMessage *reply = dbus_pending_call_steal_reply(pending);
    uint32_t result = 0;

    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &result, DBUS_TYPE_INVALID);
    dbus_message_unref(reply);
    if (daemon->phase != PHASE_RELEASING)
        return;
    daemon->phase = result == DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER ||
                            result == DBUS_REQUEST_NAME_REPLY_ALREADY_OWNER
                        ? PHASE_SERVING
                        : PHASE_REPLACED;
}

/* The bus handles calls in order: whatever was sent to the name has been dispatched by now. */
static void name_released(DBusPendingCall *pending, void *cookie)
{
    const uint32_t flags = DBUS_NAME_FLAG_DO_NOT_QUEUE | DBUS_NAME_FLAG_ALLOW_REPLACEMENT;
    struct daemon *daemon = cookie;

    (void)pending;
    if (daemon->phase != PHASE_RELEASING)
        return;
    if (daemon->n_jobs > 0)
        call_bus(daemon, "RequestName", &flags, name_requested);
    else
        daemon_leave(daemon);
}

void bus_release_name(struct daemon *daemon)
{
    call_bus(daemon, "ReleaseName", NULL, name_released);
}

void bus_disconnect(struct daemon *daemon)
{
    if (!daemon->connection)
        return;
    dbus_connection_close(daemon->connection);
    dbus_connection_set_watch_functions(daemon->connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_set_timeout_functions(daemon->connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_unref(daemon->connection);
    daemon->connection = NULL;
    dbus_shutdown();
}
