#include "source/pending_call.h"

bool pending_call_send(DBusPendingCall **pending, DBusConnection *connection, DBusMessage *call,
                       int limit_ms, DBusPendingCallNotifyFunction answered, void *cookie)
{
    *pending = NULL;
    bool sent = call && dbus_connection_send_with_reply(connection, call, pending, limit_ms) &&
                *pending && dbus_pending_call_set_notify(*pending, answered, cookie, NULL);
    if (call)
        dbus_message_unref(call);
    if (!sent)
        pending_call_drop(pending);
    return sent;
}

DBusMessage *pending_call_take(DBusPendingCall **pending)
{
    DBusMessage *reply = dbus_pending_call_steal_reply(*pending);
    pending_call_drop(pending);
    return reply;
}

void pending_call_drop(DBusPendingCall **pending)
{
    if (!*pending)
        return;
    dbus_pending_call_cancel(*pending);
    dbus_pending_call_unref(*pending);
    *pending = NULL;
}
