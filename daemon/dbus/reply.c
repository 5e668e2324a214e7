#include "dbus/reply.h"

/* ---- Options ---- */

int options_read(DBusMessageIter *at, const struct dict_field *fields, size_t n_fields,
                 struct failure *failure)
{
    struct message message;
    int status = dict_read(at, fields, n_fields, &message);

    if (status == 0)
        return 0;
    return failure_set(failure, status == DICT_ERR_FD ? ERROR_LIMIT : ERROR_INVALID_ARGS, "%s",
                       message.text);
}

/* ---- Replies ---- */

bool message_send(DBusConnection *connection, DBusMessage *message)
{
    bool sent = message && dbus_connection_send(connection, message, NULL);

    if (message)
        dbus_message_unref(message);
    return sent;
}

bool reply_send(DBusConnection *connection, DBusMessage *call, DBusMessage *reply)
{
    if (!dbus_message_get_no_reply(call))
        return message_send(connection, reply);
    if (reply)
        dbus_message_unref(reply);
    return true;
}

void reply_done(DBusConnection *connection, DBusMessage *call)
{
    reply_send(connection, call, dbus_message_new_method_return(call));
}

void reply_error(DBusConnection *connection, DBusMessage *call, const char *name, const char *text)
{
    char valid[1024];

    text_make_valid(valid, sizeof valid, text);
    reply_send(connection, call, dbus_message_new_error(call, name, valid));
}

void reply_failure(DBusConnection *connection, DBusMessage *call, const struct failure *failure)
{
    reply_error(connection, call, failure->name, failure->text);
}

void reply_complete(DBusConnection *connection, DBusMessage *call, DBusMessage *reply,
                    bool complete)
{
    if (complete) {
        reply_send(connection, call, reply);
        return;
    }
    if (reply)
        dbus_message_unref(reply);
    reply_error(connection, call, DBUS_ERROR_NO_MEMORY, "out of memory");
}
