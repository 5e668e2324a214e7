/* Calls on the bus whose reply has not come yet. A pointer to one is NULL where nothing is asked.
 */
#ifndef UQD_VIEWER_SOURCE_PENDING_CALL_H
#define UQD_VIEWER_SOURCE_PENDING_CALL_H

#include <dbus/dbus.h>
#include <stdbool.h>

/* Sends a call and drops it; NULL stands for one that could not be made. `answered` is called when
 * the reply is there, or after limit_ms milliseconds an error in its place. False if it could not
 * be sent, for want of memory or of a connection: then *pending is NULL. */
bool pending_call_send(DBusPendingCall **pending, DBusConnection *connection, DBusMessage *call,
                       int limit_ms, DBusPendingCallNotifyFunction answered, void *cookie);

/* Takes the reply out of a call that has been answered; the caller drops it. */
DBusMessage *pending_call_take(DBusPendingCall **pending);

/* Waits for the reply no longer. */
void pending_call_drop(DBusPendingCall **pending);

#endif
