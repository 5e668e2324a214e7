#include "remote/object.h"

#include "bus_names.h"
#include "dict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Answers ------------------------------------------------------------------------------- */

/* Texts of any length, unlike what dict_add_string takes: a path may be long. */
static void add_text(struct dict *dict, const char *key, const char *text)
{
    char *valid = malloc(strlen(text) + 1);
    if (!valid) {
        dict->ok = false;
        return;
    }
    text_make_valid(valid, strlen(text) + 1, text);
    dict_add(dict, key, DBUS_TYPE_STRING, &valid);
    free(valid);
}

static void add_state(struct dict *dict, const struct remote_state *state)
{
    if (state->message && *state->message)
        add_text(dict, KEY_MESSAGE, state->message);
    if (state->status && *state->status)
        add_text(dict, KEY_STATUS, state->status);
    dict_add_bool(dict, KEY_IDLE, state->idle);
    dict_add_double(dict, KEY_ZOOM, state->zoom);
    if (!state->file)
        return;
    add_text(dict, KEY_FILE, state->file);
    dict_add_u32(dict, KEY_STEP, state->step);
    dict_add_u64(dict, KEY_BYTES, state->bytes);
    add_text(dict, KEY_MODE, state->mode);
    dict_add_u64(dict, KEY_SEED, state->seed);
    if (!isnan(state->psnr))
        dict_add_double(dict, KEY_PSNR, state->psnr);
}

/* Drops an answer that could not be completed. */
static DBusMessage *complete(DBusMessage *answer, bool ok)
{
    if (ok)
        return answer;
    if (answer)
        dbus_message_unref(answer);
    return NULL;
}

DBusMessage *object_new_state(DBusMessage *call, const struct remote_state *state)
{
    DBusMessage *answer = dbus_message_new_method_return(call);
    DBusMessageIter arguments;
    struct dict dict;
    if (!answer)
        return NULL;
    dbus_message_iter_init_append(answer, &arguments);
    dict_begin(&dict, &arguments);
    add_state(&dict, state);
    return complete(answer, dict_end(&dict));
}

DBusMessage *object_new_error(DBusMessage *call, const char *name, const char *text)
{
    char valid[1024];
    text_make_valid(valid, sizeof valid, text);
    return dbus_message_new_error(call, name, valid);
}

/* ---- What every object has ----------------------------------------------------------------- */

static DBusMessage *new_description(DBusMessage *call)
{
    const char *text = remote_description;
    DBusMessage *answer = dbus_message_new_method_return(call);
    return complete(answer, answer && dbus_message_append_args(answer, DBUS_TYPE_STRING, &text,
                                                               DBUS_TYPE_INVALID));
}

static DBusMessage *new_properties(DBusMessage *call, const char *interface)
{
    DBusMessage *answer = dbus_message_new_method_return(call);
    DBusMessageIter arguments;
    struct dict dict;
    if (!answer)
        return NULL;
    dbus_message_iter_init_append(answer, &arguments);
    dict_begin(&dict, &arguments);
    if (!*interface || !strcmp(interface, VIEWER_INTERFACE))
        dict_add_string(&dict, PROPERTY_VERSION, UQD_VIEW_VERSION);
    return complete(answer, dict_end(&dict));
}

static DBusMessage *new_property(DBusMessage *call)
{
    const char *version = UQD_VIEW_VERSION;
    DBusMessage *answer = dbus_message_new_method_return(call);
    DBusMessageIter arguments;
    if (!answer)
        return NULL;
    dbus_message_iter_init_append(answer, &arguments);
    return complete(answer, variant_append(&arguments, DBUS_TYPE_STRING, &version));
}

/* Get or Set. */
static DBusMessage *new_property_answer(DBusMessage *call, bool get)
{
    const char *interface, *name;
    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &name,
                          DBUS_TYPE_INVALID);
    if (*interface && strcmp(interface, VIEWER_INTERFACE) != 0)
        return object_new_error(call, DBUS_ERROR_UNKNOWN_INTERFACE,
                                "this interface has no properties here");
    if (strcmp(name, PROPERTY_VERSION) != 0)
        return object_new_error(call, DBUS_ERROR_UNKNOWN_PROPERTY, "there is no such property");
    return get ? new_property(call)
               : object_new_error(call, DBUS_ERROR_PROPERTY_READ_ONLY, "properties are read-only");
}

static DBusMessage *new_properties_answer(DBusMessage *call, bool *known)
{
    const char *member = dbus_message_get_member(call), *interface;
    bool get = !strcmp(member, "Get"), set = !strcmp(member, "Set"),
         all = !strcmp(member, "GetAll");
    *known = get || set || all;
    if (!*known)
        return NULL;
    if (!dbus_message_has_signature(call, get ? "ss" : set ? "ssv" : "s"))
        return object_new_error(call, DBUS_ERROR_INVALID_ARGS, "wrong types of arguments");
    if (!all)
        return new_property_answer(call, get);
    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    return new_properties(call, interface);
}

DBusMessage *object_new_answer(DBusMessage *call, bool *known)
{
    *known = true;
    if (dbus_message_is_method_call(call, DBUS_INTERFACE_INTROSPECTABLE, "Introspect"))
        return new_description(call);
    if (dbus_message_has_interface(call, DBUS_INTERFACE_PROPERTIES))
        return new_properties_answer(call, known);
    *known = false;
    return NULL;
}

/* ---- Run ----------------------------------------------------------------------------------- */

int object_read_run(DBusMessage *call, const char **command, bool *wait, DBusMessage **answer)
{
    dbus_bool_t wanted = FALSE;
    const struct dict_field field = {KEY_WAIT, DBUS_TYPE_BOOLEAN, &wanted};
    DBusMessageIter arguments;
    struct message message;
    int status = -1;
    if (dbus_message_has_signature(call, "sa{sv}")) {
        dbus_message_iter_init(call, &arguments);
        dbus_message_iter_get_basic(&arguments, command);
        dbus_message_iter_next(&arguments);
        status = dict_read(&arguments, &field, 1, &message);
    } else {
        message_set(&message, "wrong types of arguments");
    }
    if (status == 0 && strlen(*command) >= REMOTE_COMMAND_SIZE)
        status =
            message_set(&message, "the command is longer than %d bytes", REMOTE_COMMAND_SIZE - 1);
    *wait = wanted;
    *answer = status == 0 ? NULL : object_new_error(call, DBUS_ERROR_INVALID_ARGS, message.text);
    return status == 0 ? 0 : -1;
}
