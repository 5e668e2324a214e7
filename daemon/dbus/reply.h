/* The reading of options, the sending of replies, and signals for one program. */
#ifndef UQD_DAEMON_DBUS_REPLY_H
#define UQD_DAEMON_DBUS_REPLY_H

#include "base/failure.h"
#include "dict.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads the dictionary of options at the iterator, as dict_read does. 0, or -1 with a failure. */
int options_read(DBusMessageIter *at, const struct dict_field *fields, size_t n_fields,
                 struct failure *failure);

/* The descriptor at the iterator, as dict_read_fd reads it. 0, or -1 with a failure and *fd -1. */
int descriptor_read(DBusMessageIter *at, const char *what, int *fd, struct failure *failure);

/* Sends a message and drops it; NULL stands for one that could not be made. False if it was not
 * queued, for want of memory. */
bool message_send(DBusConnection *connection, DBusMessage *message);

/* A signal that only the destination will receive. NULL without memory. */
DBusMessage *signal_new(const char *path, const char *interface, const char *name,
                        const char *destination);

/* Sends the reply to a call, unless the caller wants none. Returns as message_send. */
bool reply_send(DBusConnection *connection, DBusMessage *call, DBusMessage *reply);

/* Sends and drops a reply whose arguments have been appended if complete is true; else the error of
 * being out of memory. The reply may be NULL then. */
void reply_complete(DBusConnection *connection, DBusMessage *call, DBusMessage *reply,
                    bool complete);

/* An empty reply. */
void reply_done(DBusConnection *connection, DBusMessage *call);

void reply_error(DBusConnection *connection, DBusMessage *call, const char *name, const char *text);

/* The name of the error that a failure is sent as. */
const char *failure_error_name(const struct failure *failure);

void reply_failure(DBusConnection *connection, DBusMessage *call, const struct failure *failure);

#endif
