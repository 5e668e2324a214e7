/* A name on the bus, which this connection owns or would like to own; it may have several. Other
 * owners may replace it. Main thread only. */
#ifndef UQD_DAEMON_DBUS_BUS_NAME_H
#define UQD_DAEMON_DBUS_BUS_NAME_H

#include "message.h"

#include <dbus/dbus.h>
#include <stdbool.h>

/* What its owner is told. */
struct bus_name_events {
    void (*lost)(void *cookie);                /* it is no more ours, whether given back or taken */
    void (*released)(void *cookie);            /* the answer to bus_name_release */
    void (*retaken)(void *cookie, bool owned); /* the answer to bus_name_retake */
};

struct bus_name {
    DBusConnection *connection;
    const char *name;
    const struct bus_name_events *events;
    void *cookie;
};

/* Listens for what becomes of the name, which is not taken yet. The structure must stay where it is
 * as long as the connection is there; the text is borrowed. 0, or -1 without memory. */
int bus_name_begin(struct bus_name *name, DBusConnection *connection, const char *text,
                   const struct bus_name_events *events, void *cookie);

/* Whether the bus would start a program for the name: 1, 0, or -1 with a message. Blocks. */
int bus_name_is_activatable(const struct bus_name *name, struct message *message);

/* Whether one program has both names. Blocks. */
bool bus_names_are_of_one(DBusConnection *connection, const char *one, const char *other);

/* Somebody else has the name, and keeps it. */
enum { BUS_NAME_TAKEN = 1 };

/* Takes the name, if replace is set from another owner that allows it. Returns 0, BUS_NAME_TAKEN,
 * or -1 with a message. Blocks. */
int bus_name_take(struct bus_name *name, bool replace, struct message *message);

/* Gives the name back without blocking. When released is told, all calls that were sent to the name
 * before have been dispatched. 0, or -1 if it cannot be asked for. */
int bus_name_release(struct bus_name *name);

/* Takes the name again, without blocking, unless somebody has it. 0, or -1 if it cannot be asked
 * for. */
int bus_name_retake(struct bus_name *name);

#endif
