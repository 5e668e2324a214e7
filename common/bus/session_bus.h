/* The session bus, without ever waiting for it: libdbus's own way of connecting blocks until the
 * bus has answered. */
#ifndef UQD_COMMON_SESSION_BUS_H
#define UQD_COMMON_SESSION_BUS_H

#include <dbus/dbus.h>
#include <stdbool.h>

/* Whether the environment names a bus. Without that libdbus would try to start one of its own. */
bool session_bus_exists(void);

/* A private connection, to be closed and released; NULL if there is no bus. Its first message must
 * be the call below. */
DBusConnection *session_bus_connect(void);

/* The call by which a program gets its name on the bus, and taking its reply, which may be an
 * error: true if the connection can be used now. NULL without memory. */
DBusMessage *session_bus_new_hello(void);
bool session_bus_take_hello(DBusConnection *connection, DBusMessage *reply);

#endif
