#include "dict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REGION_SIGNATURE "(uuuu)"

/* ---- Reading all of it ---- */

static const struct dict_field *find_field(const struct dict_field *fields, size_t n_fields,
                                           const char *key)
{
    for (size_t i = 0; i < n_fields; i++) {
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    }
    return NULL;
}

static bool may_open_more(void)
{
    const int fd = dup(STDERR_FILENO);

    if (fd >= 0)
        close(fd);
    return fd >= 0 || errno != EMFILE;
}

/* In a message a descriptor is a number among those that came with it, which nobody has checked.
 * libdbus does not tell a wrong one from a descriptor that it could not duplicate. */
int dict_read_fd(DBusMessageIter *at, const char *what, int *fd, struct message *message)
{
    dbus_message_iter_get_basic(at, fd);
    if (*fd >= 0)
        return 0;
    if (may_open_more()) {
        message_set(message, "%s is a descriptor that did not come with the message", what);
        return DICT_ERR_TYPE;
    }
    message_set(message, "too many open files");
    return DICT_ERR_FD;
}

/* False if the value is none. */
static bool read_region(DBusMessageIter *at, struct uqd_region *region)
{
    uint32_t numbers[4];
    DBusMessageIter number;

    if (dbus_message_iter_get_arg_type(at) != DBUS_TYPE_STRUCT)
        return false;
    dbus_message_iter_recurse(at, &number);
    for (size_t i = 0; i < 4; i++) {
        if (dbus_message_iter_get_arg_type(&number) != DBUS_TYPE_UINT32)
            return false;
        dbus_message_iter_get_basic(&number, &numbers[i]);
        dbus_message_iter_next(&number);
    }
    if (dbus_message_iter_get_arg_type(&number) != DBUS_TYPE_INVALID)
        return false;
    *region = (struct uqd_region){numbers[0], numbers[1], numbers[2], numbers[3]};
    return true;
}

static int fail_type(const struct dict_field *field, const char *type, struct message *message)
{
    message_set(message, "the option '%s' must have the D-Bus type '%s'", field->key, type);
    return DICT_ERR_TYPE;
}

static int read_value(DBusMessageIter *variant, const struct dict_field *field,
                      struct message *message)
{
    DBusMessageIter value;
    char what[64];
    int fd, status;

    dbus_message_iter_recurse(variant, &value);
    if (field->type == DICT_TYPE_REGION)
        return read_region(&value, field->value) ? 0 : fail_type(field, REGION_SIGNATURE, message);
    if (dbus_message_iter_get_arg_type(&value) != field->type)
        return fail_type(field, (const char[]){(char)field->type, '\0'}, message);
    if (field->type != DBUS_TYPE_UNIX_FD) {
        dbus_message_iter_get_basic(&value, field->value);
        return 0;
    }
    snprintf(what, sizeof what, "the option '%s'", field->key);
    status = dict_read_fd(&value, what, &fd, message);
    if (status < 0)
        return status;
    if (*(int *)field->value >= 0)
        close(*(int *)field->value);
    *(int *)field->value = fd;
    return 0;
}

int dict_read(DBusMessageIter *at, const struct dict_field *fields, size_t n_fields,
              struct message *message)
{
    DBusMessageIter entries, entry;
    const struct dict_field *field;
    const char *key;
    int status = 0;

    dbus_message_iter_recurse(at, &entries);
    for (; status == 0 && dbus_message_iter_get_arg_type(&entries) == DBUS_TYPE_DICT_ENTRY;
         dbus_message_iter_next(&entries)) {
        dbus_message_iter_recurse(&entries, &entry);
        dbus_message_iter_get_basic(&entry, &key);
        dbus_message_iter_next(&entry);
        field = find_field(fields, n_fields, key);
        status = field ? read_value(&entry, field, message) : 0;
    }
    return status;
}

/* ---- Looking up ---- */

bool dict_find(const DBusMessageIter *dict, const char *key, DBusMessageIter *value)
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

    if (!dict_find(dict, key, &at) || dbus_message_iter_get_arg_type(&at) != type)
        return false;
    dbus_message_iter_get_basic(&at, value);
    return true;
}

bool dict_get_u32(const DBusMessageIter *dict, const char *key, uint32_t *value)
{
    return get_basic(dict, key, DBUS_TYPE_UINT32, value);
}

bool dict_get_u64(const DBusMessageIter *dict, const char *key, uint64_t *value)
{
    return get_basic(dict, key, DBUS_TYPE_UINT64, value);
}

bool dict_get_double(const DBusMessageIter *dict, const char *key, double *value)
{
    return get_basic(dict, key, DBUS_TYPE_DOUBLE, value);
}

bool dict_get_bool(const DBusMessageIter *dict, const char *key, bool *value)
{
    dbus_bool_t boolean;

    if (!get_basic(dict, key, DBUS_TYPE_BOOLEAN, &boolean))
        return false;
    *value = boolean;
    return true;
}

bool dict_get_string(const DBusMessageIter *dict, const char *key, const char **value)
{
    return get_basic(dict, key, DBUS_TYPE_STRING, value);
}

bool dict_get_region(const DBusMessageIter *dict, const char *key, struct uqd_region *value)
{
    DBusMessageIter at;

    return dict_find(dict, key, &at) && read_region(&at, value);
}

bool dict_get_strings(const DBusMessageIter *dict, const char *key, DBusMessageIter *strings)
{
    DBusMessageIter at;

    if (!dict_find(dict, key, &at) || dbus_message_iter_get_arg_type(&at) != DBUS_TYPE_ARRAY ||
        dbus_message_iter_get_element_type(&at) != DBUS_TYPE_STRING)
        return false;
    dbus_message_iter_recurse(&at, strings);
    return true;
}

/* ---- Writing ---- */

void dict_begin(struct dict *dict, DBusMessageIter *parent)
{
    dict->parent = parent;
    dict->iter = (DBusMessageIter)DBUS_MESSAGE_ITER_INIT_CLOSED;
    dict->ok = dbus_message_iter_open_container(parent, DBUS_TYPE_ARRAY, "{sv}", &dict->iter);
}

bool dict_end(struct dict *dict)
{
    if (dict->ok)
        dict->ok = dbus_message_iter_close_container(dict->parent, &dict->iter);
    if (!dict->ok)
        dbus_message_iter_abandon_container_if_open(dict->parent, &dict->iter);
    return dict->ok;
}

/* A value and how to append it. */
struct value {
    const char *signature;
    bool (*append)(DBusMessageIter *at, const struct value *value);
    const void *data;
    int n; /* elements of an array */
};

static bool append_basic(DBusMessageIter *at, const struct value *value)
{
    return dbus_message_iter_append_basic(at, value->signature[0], value->data);
}

static bool append_string_elements(DBusMessageIter *array, const struct value *value)
{
    const char *const *strings = value->data;
    char text[256];
    const char *valid = text;
    bool ok = true;

    for (int i = 0; ok && i < value->n; i++) {
        text_make_valid(text, sizeof text, strings[i]);
        ok = dbus_message_iter_append_basic(array, DBUS_TYPE_STRING, &valid);
    }
    return ok;
}

static bool append_array(DBusMessageIter *at, const struct value *value)
{
    const char *element = value->signature + 1;
    DBusMessageIter array = DBUS_MESSAGE_ITER_INIT_CLOSED;
    bool ok = dbus_message_iter_open_container(at, DBUS_TYPE_ARRAY, element, &array);

    if (ok && element[0] == DBUS_TYPE_STRING)
        ok = append_string_elements(&array, value);
    else if (ok && value->n > 0)
        ok = dbus_message_iter_append_fixed_array(&array, element[0], &value->data, value->n);
    ok = ok && dbus_message_iter_close_container(at, &array);
    if (!ok)
        dbus_message_iter_abandon_container_if_open(at, &array);
    return ok;
}

static bool append_region(DBusMessageIter *at, const struct value *value)
{
    const struct uqd_region *region = value->data;
    const uint32_t numbers[] = {region->x, region->y, region->width, region->height};
    DBusMessageIter members = DBUS_MESSAGE_ITER_INIT_CLOSED;
    bool ok = dbus_message_iter_open_container(at, DBUS_TYPE_STRUCT, NULL, &members);

    for (size_t i = 0; ok && i < 4; i++)
        ok = dbus_message_iter_append_basic(&members, DBUS_TYPE_UINT32, &numbers[i]);
    ok = ok && dbus_message_iter_close_container(at, &members);
    if (!ok)
        dbus_message_iter_abandon_container_if_open(at, &members);
    return ok;
}

static bool append_variant(DBusMessageIter *at, const struct value *value)
{
    DBusMessageIter variant = DBUS_MESSAGE_ITER_INIT_CLOSED;
    bool ok = dbus_message_iter_open_container(at, DBUS_TYPE_VARIANT, value->signature, &variant) &&
              value->append(&variant, value) && dbus_message_iter_close_container(at, &variant);

    if (!ok)
        dbus_message_iter_abandon_container_if_open(at, &variant);
    return ok;
}

bool variant_append(DBusMessageIter *at, int type, const void *data)
{
    const char signature[] = {(char)type, '\0'};

    return append_variant(at, &(struct value){signature, append_basic, data, 1});
}

bool variant_append_region(DBusMessageIter *at, const struct uqd_region *region)
{
    return append_variant(at, &(struct value){REGION_SIGNATURE, append_region, region, 1});
}

static void add_entry(struct dict *dict, const char *key, const struct value *value)
{
    DBusMessageIter entry = DBUS_MESSAGE_ITER_INIT_CLOSED;

    if (!dict->ok)
        return;
    dict->ok = dbus_message_iter_open_container(&dict->iter, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
               dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key) &&
               append_variant(&entry, value) &&
               dbus_message_iter_close_container(&dict->iter, &entry);
    if (!dict->ok)
        dbus_message_iter_abandon_container_if_open(&dict->iter, &entry);
}

void dict_add(struct dict *dict, const char *key, int type, const void *data)
{
    const char signature[] = {(char)type, '\0'};

    add_entry(dict, key, &(struct value){signature, append_basic, data, 1});
}

void dict_add_u32(struct dict *dict, const char *key, uint32_t value)
{
    dict_add(dict, key, DBUS_TYPE_UINT32, &value);
}

void dict_add_u64(struct dict *dict, const char *key, uint64_t value)
{
    dict_add(dict, key, DBUS_TYPE_UINT64, &value);
}

void dict_add_double(struct dict *dict, const char *key, double value)
{
    dict_add(dict, key, DBUS_TYPE_DOUBLE, &value);
}

void dict_add_bool(struct dict *dict, const char *key, bool value)
{
    dbus_bool_t boolean = value;

    dict_add(dict, key, DBUS_TYPE_BOOLEAN, &boolean);
}

void dict_add_string(struct dict *dict, const char *key, const char *value)
{
    char text[1024];
    const char *valid = text;

    text_make_valid(text, sizeof text, value);
    dict_add(dict, key, DBUS_TYPE_STRING, &valid);
}

void dict_add_strings(struct dict *dict, const char *key, const char *const *strings, size_t n)
{
    add_entry(dict, key, &(struct value){"as", append_array, strings, (int)n});
}

void dict_add_array(struct dict *dict, const char *key, int type, const void *data, size_t n)
{
    const char signature[] = {'a', (char)type, '\0'};

    add_entry(dict, key, &(struct value){signature, append_array, data, (int)n});
}

void dict_add_region(struct dict *dict, const char *key, const struct uqd_region *value)
{
    add_entry(dict, key, &(struct value){REGION_SIGNATURE, append_region, value, 1});
}

void dict_add_fd(struct dict *dict, const char *key, int fd)
{
    dict_add(dict, key, DBUS_TYPE_UNIX_FD, &fd);
}

void text_make_valid(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
    if (dbus_validate_utf8(out, NULL))
        return;
    for (; *out; out++) {
        if ((unsigned char)*out >= 0x80)
            *out = '?';
    }
}
