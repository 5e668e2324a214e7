#include "dbus/bus_name.h"

#include <stdint.h>
#include <string.h>

static DBusHandlerResult filter(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    const struct bus_name *name = cookie;
    const char *lost;

    (void)connection;
    if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameLost") &&
        dbus_message_has_sender(message, DBUS_SERVICE_DBUS) &&
        dbus_message_get_args(message, NULL, DBUS_TYPE_STRING, &lost, DBUS_TYPE_INVALID) &&
        strcmp(lost, name->name) == 0)
        name->events->lost(name->cookie);
    return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
}

int bus_name_begin(struct bus_name *name, DBusConnection *connection, const char *text,
                   const struct bus_name_events *events, void *cookie)
{
    *name = (struct bus_name){connection, text, events, cookie};
    return dbus_connection_add_filter(connection, filter, name, NULL) ? 0 : -1;
}

static int fail(const char *what, const struct bus_name *name, DBusError *error,
                struct message *message)
{
    message_set(message, "%s %s: %s", what, name->name,
                dbus_error_is_set(error) ? error->message : "out of memory");
    dbus_error_free(error);
    return -1;
}

static int lists(const struct bus_name *name, DBusMessage *reply, DBusError *error)
{
    char **names;
    int n, found = 0;

    if (!dbus_message_get_args(reply, error, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &names, &n,
                               DBUS_TYPE_INVALID))
        return -1;
    for (int i = 0; i < n; i++)
        found |= strcmp(names[i], name->name) == 0;
    dbus_free_string_array(names);
    return found;
}

int bus_name_is_activatable(const struct bus_name *name, struct message *message)
{
    DBusError error = DBUS_ERROR_INIT;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "ListActivatableNames");
    DBusMessage *reply =
        call ? dbus_connection_send_with_reply_and_block(name->connection, call, -1, &error) : NULL;
    int status = reply ? lists(name, reply, &error) : -1;

    if (call)
        dbus_message_unref(call);
    if (reply)
        dbus_message_unref(reply);
    return status < 0 ? fail("cannot ask for the name", name, &error, message) : status;
}

/* The answer of the bus to who has a name; NULL if nobody has, or it cannot be asked. */
static DBusMessage *ask_owner(DBusConnection *connection, const char *name)
{
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "GetNameOwner");
    DBusMessage *reply = NULL;

    if (call && dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID))
        reply = dbus_connection_send_with_reply_and_block(connection, call, -1, NULL);
    if (call)
        dbus_message_unref(call);
    return reply;
}

bool bus_names_are_of_one(DBusConnection *connection, const char *one, const char *other)
{
    DBusMessage *replies[] = {ask_owner(connection, one), ask_owner(connection, other)};
    const char *owners[] = {"", ""};
    bool same = replies[0] && replies[1];

    for (int i = 0; i < 2; i++)
        same = same && dbus_message_get_args(replies[i], NULL, DBUS_TYPE_STRING, &owners[i],
                                             DBUS_TYPE_INVALID);
    same = same && strcmp(owners[0], owners[1]) == 0;
    for (int i = 0; i < 2; i++) {
        if (replies[i])
            dbus_message_unref(replies[i]);
    }
    return same;
}

int bus_name_take(struct bus_name *name, bool replace, struct message *message)
{
    unsigned flags = DBUS_NAME_FLAG_DO_NOT_QUEUE | DBUS_NAME_FLAG_ALLOW_REPLACEMENT |
                     (replace ? DBUS_NAME_FLAG_REPLACE_EXISTING : 0);
    DBusError error = DBUS_ERROR_INIT;
    int result = dbus_bus_request_name(name->connection, name->name, flags, &error);

    if (result < 0)
        return fail("cannot take the name", name, &error, message);
    return result == DBUS_REQUEST_NAME_REPLY_EXISTS ? BUS_NAME_TAKEN : 0;
}

/* Calls a method of the bus that takes the name and flags, if any; answered receives the reply. */
static int call_bus(struct bus_name *name, const char *method, const uint32_t *flags,
                    DBusPendingCallNotifyFunction answered)
{
    DBusPendingCall *pending = NULL;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, method);
    bool sent =
        call && dbus_message_append_args(call, DBUS_TYPE_STRING, &name->name, DBUS_TYPE_INVALID);

    if (sent && flags)
        sent = dbus_message_append_args(call, DBUS_TYPE_UINT32, flags, DBUS_TYPE_INVALID);
    sent = sent && dbus_connection_send_with_reply(name->connection, call, &pending, -1) &&
           pending && dbus_pending_call_set_notify(pending, answered, name, NULL);
    if (call)
        dbus_message_unref(call);
    if (pending)
        dbus_pending_call_unref(pending);
    return sent ? 0 : -1;
}

/* The bus handles calls in order: whatever was sent to the name has been dispatched by now. */
static void answered_release(DBusPendingCall *pending, void *cookie)
{
    const struct bus_name *name = cookie;

    (void)pending;
    name->events->released(name->cookie);
}

int bus_name_release(struct bus_name *name)
{
    return call_bus(name, "ReleaseName", NULL, answered_release);
}

static void answered_request(DBusPendingCall *pending, void *cookie)
{
    const struct bus_name *name = cookie;
    DBusMessage *reply = dbus_pending_call_steal_reply(pending);
    uint32_t result = 0;

    dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &result, DBUS_TYPE_INVALID);
    dbus_message_unref(reply);
    name->events->retaken(name->cookie, result == DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER ||
                                            result == DBUS_REQUEST_NAME_REPLY_ALREADY_OWNER);
}

int bus_name_retake(struct bus_name *name)
{
    const uint32_t flags = DBUS_NAME_FLAG_DO_NOT_QUEUE | DBUS_NAME_FLAG_ALLOW_REPLACEMENT;

    return call_bus(name, "RequestName", &flags, answered_request);
}
