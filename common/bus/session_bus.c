#include "session_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Where a session has its bus if nothing else is said. */
static bool default_path(char *path, size_t size)
{
    const char *directory = getenv("XDG_RUNTIME_DIR");
    if (!directory || *directory != '/')
        return false;
    return snprintf(path, size, "%s/bus", directory) < (int)size && access(path, R_OK | W_OK) == 0;
}

bool session_bus_exists(void)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    char path[256];
    return (address && *address) || default_path(path, sizeof path);
}

static DBusConnection *connect_default(void)
{
    DBusConnection *connection = NULL;
    char path[256], address[sizeof "unix:path=" + 3 * sizeof path];
    char *escaped = default_path(path, sizeof path) ? dbus_address_escape_value(path) : NULL;
    if (escaped) {
        snprintf(address, sizeof address, "unix:path=%s", escaped);
        connection = dbus_connection_open_private(address, NULL);
    }
    dbus_free(escaped);
    return connection;
}

DBusConnection *session_bus_connect(void)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    DBusConnection *connection =
        address && *address ? dbus_connection_open_private(address, NULL) : connect_default();
    if (connection)
        dbus_connection_set_exit_on_disconnect(connection, FALSE);
    return connection;
}

DBusMessage *session_bus_new_hello(void)
{
    return dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS,
                                        "Hello");
}

bool session_bus_take_hello(DBusConnection *connection, DBusMessage *reply)
{
    const char *name;
    return dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_METHOD_RETURN &&
           dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID) &&
           dbus_bus_set_unique_name(connection, name) &&
           dbus_connection_can_send_type(connection, DBUS_TYPE_UNIX_FD);
}
