#include "dbus/object.h"

#include "dbus/reply.h"
#include "dbus/standard.h"
#include "dict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reply_unknown(DBusConnection *connection, DBusMessage *call, const char *error,
                          const char *what, const char *name)
{
    char text[400];

    snprintf(text, sizeof text, "there is no %s '%s' here", what, name);
    reply_error(connection, call, error, text);
}

/* ---- Introspection ---- */

/* The part of a description between the tags of its node. */
static void copy_interfaces(FILE *out, const char *xml)
{
    static const char end_tag[] = "</interface>\n";
    const char *begin = strstr(xml, "  <interface "), *end = NULL;

    for (const char *at = xml; (at = strstr(at, end_tag)); at += sizeof end_tag - 1)
        end = at + sizeof end_tag - 1;
    if (begin && end)
        fwrite(begin, 1, (size_t)(end - begin), out);
}

static char *describe(const struct object_class *class, const char *const *children)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs(DBUS_INTROSPECT_1_0_XML_DOCTYPE_DECL_NODE "<node>\n", out);
    if (class) {
        copy_interfaces(out, class->xml);
        copy_interfaces(out, standard_interfaces_xml);
    }
    for (; children && *children; children++)
        fprintf(out, "  <node name=\"%s\"/>\n", *children);
    fputs("</node>\n", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static void introspect(DBusConnection *connection, const struct object_class *class,
                       const char *const *children, DBusMessage *call)
{
    char *text = describe(class, children);
    DBusMessage *reply = dbus_message_new_method_return(call);
    bool complete = text && reply &&
                    dbus_message_append_args(reply, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);

    reply_complete(connection, call, reply, complete);
    free(text);
}

static bool is_introspect(DBusMessage *call)
{
    return dbus_message_is_method_call(call, DBUS_INTERFACE_INTROSPECTABLE, "Introspect") &&
           dbus_message_has_signature(call, "");
}

/* ---- Properties ---- */

static const struct object_property *find_property(const struct object_class *class,
                                                   const char *name)
{
    for (const struct object_property *p = class->properties; p && p->name; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

static bool append_property(DBusMessageIter *at, const struct object_property *property,
                            const void *object)
{
    union object_value value;

    property->get(object, &value);
    if (property->type == DICT_TYPE_REGION)
        return variant_append_region(at, &value.region);
    return variant_append(at, property->type, &value.basic);
}

static void add_property(struct dict *dict, const struct object_property *property,
                         const void *object)
{
    union object_value value;

    property->get(object, &value);
    if (property->type == DICT_TYPE_REGION)
        dict_add_region(dict, property->name, &value.region);
    else
        dict_add(dict, property->name, property->type, &value.basic);
}

static void get_property(DBusConnection *connection, const struct object_class *class,
                         const void *object, const char *name, DBusMessage *call)
{
    const struct object_property *property = find_property(class, name);
    DBusMessage *reply;
    DBusMessageIter args;

    if (!property) {
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_PROPERTY, "property", name);
        return;
    }
    reply = dbus_message_new_method_return(call);
    if (reply)
        dbus_message_iter_init_append(reply, &args);
    reply_complete(connection, call, reply, reply && append_property(&args, property, object));
}

static bool is_own(const struct object_class *class, const char *interface)
{
    return *interface == '\0' || strcmp(interface, class->interface) == 0;
}

/* The standard interfaces have no properties, so only ours adds to the dictionary. */
static void get_all(DBusConnection *connection, const struct object_class *class,
                    const void *object, const char *interface, DBusMessage *call)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter args;
    struct dict dict = {.ok = false};

    if (reply) {
        dbus_message_iter_init_append(reply, &args);
        dict_begin(&dict, &args);
        if (is_own(class, interface)) {
            for (const struct object_property *p = class->properties; p && p->name; p++)
                add_property(&dict, p, object);
        }
        dict_end(&dict);
    }
    reply_complete(connection, call, reply, dict.ok);
}

static void call_properties(DBusConnection *connection, const struct object_class *class,
                            const void *object, DBusMessage *call)
{
    const char *member = dbus_message_get_member(call), *interface = "", *name = "";
    bool get = strcmp(member, "Get") == 0, set = strcmp(member, "Set") == 0;
    bool all = strcmp(member, "GetAll") == 0;

    if (!get && !set && !all) {
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_METHOD, "method", member);
        return;
    }
    if (!dbus_message_has_signature(call, get ? "ss" : set ? "ssv" : "s")) {
        reply_error(connection, call, DBUS_ERROR_INVALID_ARGS, "wrong types of arguments");
        return;
    }
    if (all) {
        dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
        get_all(connection, class, object, interface, call);
        return;
    }
    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &name,
                          DBUS_TYPE_INVALID);
    if (!is_own(class, interface))
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_INTERFACE, "interface", interface);
    else if (get)
        get_property(connection, class, object, name, call);
    else if (find_property(class, name))
        reply_error(connection, call, DBUS_ERROR_PROPERTY_READ_ONLY, "properties are read-only");
    else
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_PROPERTY, "property", name);
}

void object_properties_changed(DBusConnection *connection, const struct object_class *class,
                               const void *object, const char *path, const char *destination,
                               const char *const *names)
{
    DBusMessage *signal =
        dbus_message_new_signal(path, DBUS_INTERFACE_PROPERTIES, "PropertiesChanged");
    DBusMessageIter args, none;
    struct dict dict;

    if (!signal)
        return;
    dbus_message_iter_init_append(signal, &args);
    if ((!destination || dbus_message_set_destination(signal, destination)) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_STRING, &class->interface)) {
        dict_begin(&dict, &args);
        for (; *names; names++)
            add_property(&dict, find_property(class, *names), object);
        if (dict_end(&dict) &&
            dbus_message_iter_open_container(&args, DBUS_TYPE_ARRAY, "s", &none) &&
            dbus_message_iter_close_container(&args, &none)) {
            message_send(connection, signal);
            return;
        }
    }
    dbus_message_unref(signal);
}

/* ---- Calls ---- */

static void call_method(DBusConnection *connection, const struct object_class *class, void *object,
                        DBusMessage *call)
{
    const char *name = dbus_message_get_member(call);
    const struct object_method *method = class->methods;

    while (method->name && strcmp(method->name, name) != 0)
        method++;
    if (!method->name)
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_METHOD, "method", name);
    else if (!dbus_message_has_signature(call, method->signature))
        reply_error(connection, call, DBUS_ERROR_INVALID_ARGS, "wrong types of arguments");
    else
        method->call(object, call);
}

void object_call(DBusConnection *connection, const struct object_class *class, void *object,
                 const char *const *children, DBusMessage *call)
{
    const char *interface = dbus_message_get_interface(call);

    if (is_introspect(call))
        introspect(connection, class, children, call);
    else if (!interface || strcmp(interface, class->interface) == 0)
        call_method(connection, class, object, call);
    else if (strcmp(interface, DBUS_INTERFACE_PROPERTIES) == 0)
        call_properties(connection, class, object, call);
    else if (strcmp(interface, DBUS_INTERFACE_INTROSPECTABLE) == 0)
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_METHOD, "method",
                      dbus_message_get_member(call));
    else
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_INTERFACE, "interface", interface);
}

void object_call_node(DBusConnection *connection, const char *const *children, DBusMessage *call)
{
    if (is_introspect(call))
        introspect(connection, NULL, children, call);
    else
        reply_unknown(connection, call, DBUS_ERROR_UNKNOWN_OBJECT, "object",
                      dbus_message_get_path(call));
}
