/* The connection to the bus, and what comes over it for no object in particular. Main thread only.
 */
#ifndef UQD_DAEMON_DBUS_BUS_H
#define UQD_DAEMON_DBUS_BUS_H

#include "loop.h"
#include "message.h"

#include <dbus/dbus.h>

/* What its owner is told. */
struct bus_events {
    void (*called)(void *cookie);       /* a method call has arrived, whoever will answer it */
    void (*disconnected)(void *cookie); /* the bus has gone */
};

struct bus {
    DBusConnection *connection; /* NULL before bus_connect and after bus_disconnect */
    const struct bus_events *events;
    void *cookie;
};

/* Connects to the bus at the address, NULL for that of the session, and attaches the connection to
 * the loop. Returns 0, or -1 with a message; bus_disconnect is due either way. Blocks. */
int bus_connect(struct bus *bus, const char *address, struct loop *loop,
                const struct bus_events *events, void *cookie, struct message *message);

/* No connection is allowed. */
void bus_disconnect(struct bus *bus);

/* Has receive answer the method calls on a path and on all below it. 0, or -1 without memory. */
int bus_serve(struct bus *bus, const char *path,
              void (*receive)(void *cookie, const char *path, DBusMessage *call), void *cookie);

#endif
