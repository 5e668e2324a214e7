/* The viewer's object on the bus: its description, its properties, and the messages that answer
 * calls. Nothing here waits or knows of threads. */
#ifndef UQD_VIEWER_REMOTE_OBJECT_H
#define UQD_VIEWER_REMOTE_OBJECT_H

#include "remote/remote.h"

#include <dbus/dbus.h>

/* The interfaces of the object as XML. */
extern const char remote_description[];

/* All make the answer to a call, or NULL without memory. */
DBusMessage *object_new_state(DBusMessage *call, const struct remote_state *state);
DBusMessage *object_new_error(DBusMessage *call, const char *name, const char *text);

/* The answer to what any object has, its description and its properties; *known is false if the
 * call is for something else. */
DBusMessage *object_new_answer(DBusMessage *call, bool *known);

/* Reads the arguments of Run. 0, or -1 with the answer to send, which may be NULL. */
int object_read_run(DBusMessage *call, const char **command, bool *wait, DBusMessage **answer);

#endif
