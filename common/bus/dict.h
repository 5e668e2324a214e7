/* Dictionaries of named values, a{sv}: the options of calls and the results. */
#ifndef UQD_COMMON_DICT_H
#define UQD_COMMON_DICT_H

#include "message.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* A region of a picture: a structure of four numbers, (uuuu), and a struct uqd_region in C. */
#define DICT_TYPE_REGION DBUS_TYPE_STRUCT

/* ---- Reading all of it ---- */

/* One key that dict_read looks for. */
struct dict_field {
    const char *key;
    int type;    /* a basic D-Bus type, or DICT_TYPE_REGION */
    void *value; /* of the C type that libdbus uses for it; untouched if the key is absent.
                    Strings are borrowed from the message. Descriptors, -1 at first, become the
                    caller's, also if reading fails. */
};

enum {
    DICT_ERR_TYPE =
        -1, /* a value has another type than its field, or is the number of no descriptor */
    DICT_ERR_FD = -2, /* a descriptor was sent, but this process may open no more */
};

/* The descriptor at the iterator, which becomes the caller's; `what` it is, for the message. 0, or
 * one of the errors with a message and *fd -1. */
int dict_read_fd(DBusMessageIter *at, const char *what, int *fd, struct message *message);

/* Reads the dictionary at the iterator. Unknown keys are ignored. 0, or one of the errors with a
 * message. */
int dict_read(DBusMessageIter *at, const struct dict_field *fields, size_t n_fields,
              struct message *message);

/* ---- Looking up ---- */

/* These look for a key in the dictionary at the iterator, which may stand at anything. False if
 * there is no value of that key and type. Strings belong to the message. */
bool dict_get_u32(const DBusMessageIter *dict, const char *key, uint32_t *value);
bool dict_get_u64(const DBusMessageIter *dict, const char *key, uint64_t *value);
bool dict_get_double(const DBusMessageIter *dict, const char *key, double *value);
bool dict_get_bool(const DBusMessageIter *dict, const char *key, bool *value);
bool dict_get_string(const DBusMessageIter *dict, const char *key, const char **value);
bool dict_get_region(const DBusMessageIter *dict, const char *key, struct uqd_region *value);

/* For a value of the type as: puts an iterator on its first element. */
bool dict_get_strings(const DBusMessageIter *dict, const char *key, DBusMessageIter *strings);

/* Puts an iterator on the value of a key, of whatever type. False if there is none. */
bool dict_find(const DBusMessageIter *dict, const char *key, DBusMessageIter *value);

/* ---- Writing ---- */

/* Errors (no memory, no descriptors) are remembered and reported by dict_end. */
struct dict {
    DBusMessageIter *parent;
    DBusMessageIter iter;
    bool ok;
};

void dict_begin(struct dict *dict, DBusMessageIter *parent);
bool dict_end(struct dict *dict);

/* data points to a value of the C type that libdbus uses for the basic type. */
void dict_add(struct dict *dict, const char *key, int type, const void *data);
void dict_add_u32(struct dict *dict, const char *key, uint32_t value);
void dict_add_u64(struct dict *dict, const char *key, uint64_t value);
void dict_add_double(struct dict *dict, const char *key, double value);
void dict_add_bool(struct dict *dict, const char *key, bool value);
/* Text that is not UTF-8 is sent with question marks. */
void dict_add_string(struct dict *dict, const char *key, const char *value);
void dict_add_strings(struct dict *dict, const char *key, const char *const *strings, size_t n);
/* An array of n numbers of a fixed size. */
void dict_add_array(struct dict *dict, const char *key, int type, const void *data, size_t n);
void dict_add_region(struct dict *dict, const char *key, const struct uqd_region *value);
/* The descriptor is duplicated. */
void dict_add_fd(struct dict *dict, const char *key, int fd);

/* Appends a variant that holds a basic value. */
bool variant_append(DBusMessageIter *at, int type, const void *data);

/* The same with a region. */
bool variant_append_region(DBusMessageIter *at, const struct uqd_region *region);

/* Copies text, replacing what is not ASCII if it is not UTF-8 as a whole. */
void text_make_valid(char *out, size_t size, const char *text);

#endif
