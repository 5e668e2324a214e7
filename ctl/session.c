#include "session.h"

#include "monotonic.h"
#include "plural.h"
#include "session_bus.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* What libdbus takes for a time limit; INT_MAX is none. */
static int milliseconds_left(const struct session *session)
{
    if (session->seconds == 0)
        return INT_MAX;
    const int64_t left = session->end - monotonic_ms();
    return left < 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX - 1;
}

static bool is_over(const struct session *session)
{
    return milliseconds_left(session) == 0;
}

static int explain_time(struct session *session, const char *what, struct message *message)
{
    session->is_late = true;
    return message_set(message, "%s within %u second%s", what, session->seconds,
                       plural(session->seconds));
}

static int explain_leaving(struct message *message)
{
    return message_set(message, "the program that does the work has left the session bus");
}

/* ---- Calls --------------------------------------------------------------------------------- */

/* Whether the bus could not start the program, whose error has one of many names. */
static bool is_spawn_error(const char *name)
{
    static const char spawn[] = "org.freedesktop.DBus.Error.Spawn.";
    return strncmp(name, spawn, strlen(spawn)) == 0;
}

/* Errors that libdbus and the bus make up speak of libdbus and the bus; others were written for
 * whoever called. */
static void explain(struct session *session, const DBusError *error, struct message *message)
{
    session->was_refused = false;
    if (dbus_error_has_name(error, DBUS_ERROR_SERVICE_UNKNOWN) ||
        dbus_error_has_name(error, DBUS_ERROR_NAME_HAS_NO_OWNER))
        message_set(message, "uqdd is not running, and the session bus does not know how to start "
                             "it");
    else if (is_spawn_error(error->name))
        message_set(message, "uqdd cannot be started: %s", error->message);
    else if (!dbus_connection_get_is_connected(session->connection))
        message_set(message, "the session bus has ended");
    else if (dbus_error_has_name(error, DBUS_ERROR_NO_REPLY) && is_over(session))
        explain_time(session, "there was no answer", message);
    else if (dbus_error_has_name(error, DBUS_ERROR_NO_REPLY))
        message_set(message, "the program that was called has ended");
    else if (dbus_error_has_name(error, DBUS_ERROR_NO_MEMORY))
        message_set(message, "out of memory");
    else {
        const bool has_text = error->message && *error->message;
        message_set(message, "%s", has_text ? error->message : error->name);
        session->was_refused = true;
    }
}

static DBusMessage *call_and_wait(struct session *session, DBusMessage *call, DBusError *error)
{
    dbus_error_init(error);
    DBusMessage *reply = call ? dbus_connection_send_with_reply_and_block(
                                    session->connection, call, milliseconds_left(session), error)
                              : NULL;
    if (call)
        dbus_message_unref(call);
    else
        dbus_set_error_const(error, DBUS_ERROR_NO_MEMORY, "out of memory");
    return reply;
}

/* Drops the reply and gives NULL if it is of another signature. */
static DBusMessage *check_reply(DBusMessage *reply, const char *signature, struct message *message)
{
    if (dbus_message_has_signature(reply, signature) && dbus_message_get_sender(reply))
        return reply;
    message_set(message, "the program that was called answered what nobody can read");
    dbus_message_unref(reply);
    return NULL;
}

DBusMessage *session_call(struct session *session, DBusMessage *call, const char *signature,
                          struct message *message)
{
    DBusError error;
    const char *destination = call ? dbus_message_get_destination(call) : NULL;
    const bool is_unique = destination && *destination == ':'; /* nobody else will have it */
    DBusMessage *reply = call_and_wait(session, call, &error);
    if (reply)
        return check_reply(reply, signature, message);
    explain(session, &error, message);
    if (is_unique && dbus_error_has_name(&error, DBUS_ERROR_SERVICE_UNKNOWN))
        explain_leaving(message);
    dbus_error_free(&error);
    return NULL;
}

/* ---- Beginning and end --------------------------------------------------------------------- */

static int greet(struct session *session, struct message *message)
{
    DBusError error;
    DBusMessage *reply = call_and_wait(session, session_bus_new_hello(), &error);
    const bool ok = reply && session_bus_take_hello(session->connection, reply);
    if (reply)
        dbus_message_unref(reply);
    dbus_error_free(&error);
    return ok ? 0 : message_set(message, "the session bus does not take this program in");
}

int session_begin(struct session *session, uint32_t seconds, struct message *message)
{
    *session =
        (struct session){.seconds = seconds, .end = monotonic_ms() + seconds * INT64_C(1000)};
    if (!session_bus_exists())
        return message_set(message, "there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set");
    session->connection = session_bus_connect();
    if (!session->connection)
        return message_set(message, "the session bus cannot be reached");
    return greet(session, message);
}

void session_end(struct session *session)
{
    if (!session->connection)
        return;
    dbus_connection_close(session->connection);
    dbus_connection_unref(session->connection);
    session->connection = NULL;
}

/* ---- Names --------------------------------------------------------------------------------- */

static DBusMessage *new_bus_call(const char *method, const char *argument)
{
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, method);
    if (call && dbus_message_append_args(call, DBUS_TYPE_STRING, &argument, DBUS_TYPE_INVALID))
        return call;
    if (call)
        dbus_message_unref(call);
    return NULL;
}

int session_owner(struct session *session, const char *name, char owner[OWNER_SIZE],
                  struct message *message)
{
    DBusError error;
    const char *found;
    int result = 0;
    DBusMessage *reply = call_and_wait(session, new_bus_call("GetNameOwner", name), &error);
    if (!reply) {
        if (!dbus_error_has_name(&error, DBUS_ERROR_NAME_HAS_NO_OWNER)) {
            explain(session, &error, message);
            result = -1;
        }
        dbus_error_free(&error);
        return result;
    }
    if (!(reply = check_reply(reply, "s", message)))
        return -1;
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &found, DBUS_TYPE_INVALID);
    snprintf(owner, OWNER_SIZE, "%s", found);
    dbus_message_unref(reply);
    return 1;
}

/* ---- Signals ------------------------------------------------------------------------------- */

int session_watch(struct session *session, const char *owner, struct message *message)
{
    char rule[OWNER_SIZE + 160], found[OWNER_SIZE];
    snprintf(rule, sizeof rule,
             "type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS
             "',member='NameOwnerChanged',arg0='%s'",
             owner);
    DBusMessage *reply = session_call(session, new_bus_call("AddMatch", rule), "", message);
    if (!reply)
        return -1;
    dbus_message_unref(reply);
    const int result = session_owner(session, owner, found, message);
    return result == 0 ? explain_leaving(message) : result < 0 ? -1 : 0;
}

/* There is a rule for the leaving of the owner alone. */
static bool is_leaving(DBusMessage *signal, const char *owner)
{
    const char *name, *before, *after;
    return dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
           dbus_message_has_sender(signal, DBUS_SERVICE_DBUS) &&
           dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
                                 DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID) &&
           strcmp(name, owner) == 0 && *after == '\0';
}

/* Whatever comes next; NULL with a message. */
static DBusMessage *next_message(struct session *session, struct message *message)
{
    for (;;) {
        DBusMessage *next = dbus_connection_pop_message(session->connection);
        if (next)
            return next;
        const int left = milliseconds_left(session);
        if (left == 0) {
            explain_time(session, "it was not done", message);
            return NULL;
        }
        if (!dbus_connection_read_write(session->connection, left == INT_MAX ? -1 : left) &&
            dbus_connection_get_dispatch_status(session->connection) == DBUS_DISPATCH_COMPLETE) {
            message_set(message, "the session bus has ended");
            return NULL;
        }
    }
}

DBusMessage *session_signal(struct session *session, const char *owner, struct message *message)
{
    for (;;) {
        DBusMessage *next = next_message(session, message);
        if (!next)
            return NULL;
        if (dbus_message_get_type(next) == DBUS_MESSAGE_TYPE_SIGNAL &&
            dbus_message_has_sender(next, owner))
            return next;
        const bool leaving = is_leaving(next, owner);
        dbus_message_unref(next);
        if (leaving) {
            explain_leaving(message);
            return NULL;
        }
    }
}
