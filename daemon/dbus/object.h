/* Objects on the bus: tables of methods and properties, and the standard interfaces that follow
 * from them. */
#ifndef UQD_DAEMON_DBUS_OBJECT_H
#define UQD_DAEMON_DBUS_OBJECT_H

#include <dbus/dbus.h>
#include <uqd/uqd.h>

struct object_method {
    const char *name;
    const char *signature; /* of the arguments; checked before the handler is called */
    /* Replies exactly once, at once or later. */
    void (*call)(void *object, DBusMessage *call);
};

union object_value {
    DBusBasicValue basic;
    struct uqd_region region;
};

struct object_property {
    const char *name;
    int type; /* a basic D-Bus type, or DICT_TYPE_REGION */
    void (*get)(const void *object, union object_value *value);
};

/* What all objects of a kind have in common; the tables end with a NULL name. Without properties
 * there is no table. */
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

#endif
