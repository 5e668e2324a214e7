/* Objects on the bus: tables of methods and properties, and the standard interfaces that follow
 * from them. Also the reading of options and the sending of replies. */
#ifndef UQD_DAEMON_OBJECT_H
#define UQD_DAEMON_OBJECT_H

#include "base/failure.h"
#include "dict.h"

#include <dbus/dbus.h>
#include <stdbool.h>

struct object_method {
    const char *name;
    const char *signature; /* of the arguments; checked before the handler is called */
    /* Replies exactly once, at once or later. */
    void (*call)(void *object, DBusMessage *call);
};

struct object_property {
    const char *name;
    int type; /* a basic D-Bus type */
    void (*get)(const void *object, DBusBasicValue *value);
};

/* What all objects of a kind have in common; the tables end with a NULL name. */
struct object_class {
    const char *interface;
    const char *xml; /* the interface description, a whole document */
    const struct object_method *methods;
    const struct object_property *properties;
};

/* Answers a method call on an object. children are the names of the nodes below it that the caller
 * may see, ending with NULL; NULL stands for none. */
void object_call(DBusConnection *connection, const struct object_class *class, void *object,
                 const char *const *children, DBusMessage *call);

/* Answers a call on a path that is only there because of the nodes below it. */
void object_call_node(DBusConnection *connection, const char *const *children, DBusMessage *call);

/* Sends PropertiesChanged with the new values; the names end with NULL. The destination NULL
 * broadcasts. */
void object_properties_changed(DBusConnection *connection, const struct object_class *class,
                               const void *object, const char *path, const char *destination,
                               const char *const *names);

/* Reads the dictionary of options at the iterator, as dict_read does. 0, or -1 with a failure. */
int options_read(DBusMessageIter *at, const struct dict_field *fields, size_t n_fields,
                 struct failure *failure);

/* Sends a message and drops it; NULL stands for one that could not be made. False if it was not
 * queued, for want of memory. */
bool message_send(DBusConnection *connection, DBusMessage *message);

/* Sends the reply to a call, unless the caller wants none. Returns as message_send. */
bool reply_send(DBusConnection *connection, DBusMessage *call, DBusMessage *reply);

/* Sends and drops a reply whose arguments have been appended if complete is true; else the error of
 * being out of memory. The reply may be NULL then. */
void reply_complete(DBusConnection *connection, DBusMessage *call, DBusMessage *reply,
                    bool complete);

/* An empty reply. */
void reply_done(DBusConnection *connection, DBusMessage *call);

void reply_error(DBusConnection *connection, DBusMessage *call, const char *name, const char *text);

void reply_failure(DBusConnection *connection, DBusMessage *call, const struct failure *failure);

#endif
