/* Dictionaries of D-Bus messages, type a{sv}. */
#ifndef UQD_VIEWER_BUS_DICT_H
#define UQD_VIEWER_BUS_DICT_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

/* Begins a dictionary that is the next argument of a message. All appending functions do nothing
 * once one has failed; bus_dict_end tells. */
struct bus_dict {
    DBusMessageIter *arguments;
    DBusMessageIter array;
    bool ok;
};

void bus_dict_begin(struct bus_dict *dict, DBusMessageIter *arguments);
void bus_dict_put_string(struct bus_dict *dict, const char *key, const char *value);
void bus_dict_put_u32(struct bus_dict *dict, const char *key, uint32_t value);
void bus_dict_put_u64(struct bus_dict *dict, const char *key, uint64_t value);
bool bus_dict_end(struct bus_dict *dict);

/* Look up a value in the dictionary that an iterator stands at. False if there is none of that
 * name and type. Strings belong to the message. */
bool bus_dict_get_u32(const DBusMessageIter *dict, const char *key, uint32_t *value);
bool bus_dict_get_u64(const DBusMessageIter *dict, const char *key, uint64_t *value);
bool bus_dict_get_string(const DBusMessageIter *dict, const char *key, const char **value);

/* For a value of the type as: puts an iterator on its first element. */
bool bus_dict_get_strings(const DBusMessageIter *dict, const char *key, DBusMessageIter *strings);

#endif
