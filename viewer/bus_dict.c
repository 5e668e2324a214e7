#include "bus_dict.h"

#include <string.h>

void bus_dict_begin(struct bus_dict *dict, DBusMessageIter *arguments)
{
    dict->arguments = arguments;
    dict->ok = dbus_message_iter_open_container(arguments, DBUS_TYPE_ARRAY, "{sv}", &dict->array);
}

static void put(struct bus_dict *dict, const char *key, int type, const void *value)
{
    DBusMessageIter entry, variant;
    const char signature[2] = {(char)type, '\0'};
    dict->ok = dict->ok &&
               dbus_message_iter_open_container(&dict->array, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
    dict->ok = dict->ok && dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key) &&
               dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant);
    dict->ok = dict->ok && dbus_message_iter_append_basic(&variant, type, value) &&
               dbus_message_iter_close_container(&entry, &variant) &&
               dbus_message_iter_close_container(&dict->array, &entry);
}

void bus_dict_put_string(struct bus_dict *dict, const char *key, const char *value)
{
    put(dict, key, DBUS_TYPE_STRING, &value);
}

void bus_dict_put_u32(struct bus_dict *dict, const char *key, uint32_t value)
{
    put(dict, key, DBUS_TYPE_UINT32, &value);
}

void bus_dict_put_u64(struct bus_dict *dict, const char *key, uint64_t value)
{
    put(dict, key, DBUS_TYPE_UINT64, &value);
}

bool bus_dict_end(struct bus_dict *dict)
{
    return dict->ok && dbus_message_iter_close_container(dict->arguments, &dict->array);
}

/* Puts an iterator on the value of a key. */
static bool find(const DBusMessageIter *dict, const char *key, DBusMessageIter *value)
{
    DBusMessageIter at = *dict, entries, entry;
    if (dbus_message_iter_get_arg_type(&at) != DBUS_TYPE_ARRAY ||
        dbus_message_iter_get_element_type(&at) != DBUS_TYPE_DICT_ENTRY)
        return false;
    dbus_message_iter_recurse(&at, &entries);
    for (; dbus_message_iter_get_arg_type(&entries) == DBUS_TYPE_DICT_ENTRY;
         dbus_message_iter_next(&entries)) {
        const char *name;
        dbus_message_iter_recurse(&entries, &entry);
        if (dbus_message_iter_get_arg_type(&entry) != DBUS_TYPE_STRING)
            return false;
        dbus_message_iter_get_basic(&entry, &name);
        dbus_message_iter_next(&entry);
        if (strcmp(name, key) != 0 || dbus_message_iter_get_arg_type(&entry) != DBUS_TYPE_VARIANT)
            continue;
        dbus_message_iter_recurse(&entry, value);
        return true;
    }
    return false;
}

static bool get_basic(const DBusMessageIter *dict, const char *key, int type, void *value)
{
    DBusMessageIter at;
    if (!find(dict, key, &at) || dbus_message_iter_get_arg_type(&at) != type)
        return false;
    dbus_message_iter_get_basic(&at, value);
    return true;
}

bool bus_dict_get_u32(const DBusMessageIter *dict, const char *key, uint32_t *value)
{
    return get_basic(dict, key, DBUS_TYPE_UINT32, value);
}

bool bus_dict_get_u64(const DBusMessageIter *dict, const char *key, uint64_t *value)
{
    return get_basic(dict, key, DBUS_TYPE_UINT64, value);
}

bool bus_dict_get_string(const DBusMessageIter *dict, const char *key, const char **value)
{
    return get_basic(dict, key, DBUS_TYPE_STRING, value);
}

bool bus_dict_get_strings(const DBusMessageIter *dict, const char *key, DBusMessageIter *strings)
{
    DBusMessageIter at;
    if (!find(dict, key, &at) || dbus_message_iter_get_arg_type(&at) != DBUS_TYPE_ARRAY ||
        dbus_message_iter_get_element_type(&at) != DBUS_TYPE_STRING)
        return false;
    dbus_message_iter_recurse(&at, strings);
    return true;
}
