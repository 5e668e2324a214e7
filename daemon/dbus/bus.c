#include "dbus/bus.h"

#include <stdlib.h>

/* Takes the error over. Returns -1 with a message. */
static int fail(const char *what, DBusError *error, struct message *message)
{
    message_set(message, "%s: %s", what,
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

static DBusHandlerResult filter(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    const struct bus *bus = cookie;

    (void)connection;
    if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_CALL)
        bus->events->called(bus->cookie);
    else if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
        bus->events->disconnected(bus->cookie);
    return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
}

int bus_connect(struct bus *bus, const char *address, struct loop *loop,
                const struct bus_events *events, void *cookie, struct message *message)
{
    DBusError error = DBUS_ERROR_INIT;

    *bus = (struct bus){.events = events, .cookie = cookie};
    if (!dbus_threads_init_default())
        return fail("cannot start", &error, message);
    bus->connection =
        address ? connect_address(address, &error) : dbus_bus_get_private(DBUS_BUS_SESSION, &error);
    if (!bus->connection)
        return fail("cannot connect to the bus", &error, message);
    dbus_connection_set_exit_on_disconnect(bus->connection, FALSE);
    if (!dbus_connection_can_send_type(bus->connection, DBUS_TYPE_UNIX_FD))
        return message_set(message, "this bus cannot pass file descriptors");
    if (!dbus_connection_add_filter(bus->connection, filter, bus, NULL) ||
        loop_attach(loop, bus->connection) < 0)
        return fail("cannot start", &error, message);
    return 0;
}

void bus_disconnect(struct bus *bus)
{
    if (!bus->connection)
        return;
    dbus_connection_close(bus->connection);
    dbus_connection_set_watch_functions(bus->connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_set_timeout_functions(bus->connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_unref(bus->connection);
    bus->connection = NULL;
    dbus_shutdown();
}

/* ---- Serving ---- */

struct server {
    void (*receive)(void *cookie, const char *path, DBusMessage *call);
    void *cookie;
};

static DBusHandlerResult receive(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    const struct server *server = cookie;

    (void)connection;
    if (dbus_message_get_type(message) != DBUS_MESSAGE_TYPE_METHOD_CALL ||
        !dbus_message_get_sender(message))
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    server->receive(server->cookie, dbus_message_get_path(message), message);
    return DBUS_HANDLER_RESULT_HANDLED;
}

static void unregister(DBusConnection *connection, void *cookie)
{
    (void)connection;
    free(cookie);
}

int bus_serve(struct bus *bus, const char *path,
              void (*receive_call)(void *cookie, const char *path, DBusMessage *call), void *cookie)
{
    static const DBusObjectPathVTable table = {
        .unregister_function = unregister,
        .message_function = receive,
    };
    struct server *server = malloc(sizeof *server);

    if (!server)
        return -1;
    *server = (struct server){receive_call, cookie};
    if (dbus_connection_register_fallback(bus->connection, path, &table, server))
        return 0;
    free(server);
    return -1;
}
