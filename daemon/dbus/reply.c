#include "dbus/reply.h"

#include "bus_names.h"

#include <assert.h>

/* ---- Options ---- */

/* 0, or -1 with a failure. */
static int take_dict_status(int status, const struct message *message, struct failure *failure)
{
    if (status == 0)
        return 0;
    return failure_set(failure, status == DICT_ERR_FD ? FAILURE_LIMIT : FAILURE_INVALID_ARGUMENT,
                       "%s", message->text);
}

int options_read(DBusMessageIter *at, const struct dict_field *fields, size_t n_fields,
                 struct failure *failure)
{
    struct message message;

    return take_dict_status(dict_read(at, fields, n_fields, &message), &message, failure);
}

int descriptor_read(DBusMessageIter *at, const char *what, int *fd, struct failure *failure)
{
    struct message message;

    return take_dict_status(dict_read_fd(at, what, fd, &message), &message, failure);
}

/* ---- Replies ---- */

const char *failure_error_name(const struct failure *failure)
{
    static const char *const names[] = {
        [FAILURE_BAD_DATA] = ERROR_BAD_DATA,
        [FAILURE_UNSUPPORTED] = ERROR_UNSUPPORTED,
        [FAILURE_NO_WEIGHTS] = ERROR_NO_WEIGHTS,
        [FAILURE_LIMIT] = ERROR_LIMIT,
        [FAILURE_CANCELLED] = ERROR_CANCELLED,
        [FAILURE_GONE] = ERROR_GONE,
        [FAILURE_INVALID_ARGUMENT] = DBUS_ERROR_INVALID_ARGS,
        [FAILURE_IN_USE] = DBUS_ERROR_OBJECT_PATH_IN_USE,
        [FAILURE_IO] = DBUS_ERROR_IO_ERROR,
        [FAILURE_NO_MEMORY] = DBUS_ERROR_NO_MEMORY,
        [FAILURE_OTHER] = DBUS_ERROR_FAILED,
    };

    assert(failure->kind < sizeof names / sizeof names[0]);
    return names[failure->kind];
}

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
    reply_error(connection, call, failure_error_name(failure), failure->text);
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

/* ---- Signals ---- */

DBusMessage *signal_new(const char *path, const char *interface, const char *name,
                        const char *destination)
{
    DBusMessage *signal = dbus_message_new_signal(path, interface, name);

    if (signal && dbus_message_set_destination(signal, destination))
        return signal;
    if (signal)
        dbus_message_unref(signal);
    return NULL;
}
