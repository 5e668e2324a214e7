/* The session bus for a program that does one thing and waits for it: calls that block, and
 * signals that are kept until they are asked for. */
#ifndef UQD_CTL_SESSION_H
#define UQD_CTL_SESSION_H

#include "message.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

/* Zero-initialise; session_end is allowed then. */
struct session {
    DBusConnection *connection;
    uint32_t seconds; /* for all that is done with it; 0: without end */
    int64_t end;      /* of them, in milliseconds of the monotonic clock */
    bool was_refused; /* the last call failed for what the program that was called said */
    bool is_late;     /* something failed because the seconds are over */
};

/* Connects to the bus of the session, within the seconds, 0 meaning for ever. 0, or -1 with a
 * message. */
int session_begin(struct session *session, uint32_t seconds, struct message *message);

/* The daemon ends the jobs of whoever leaves. */
void session_end(struct session *session);

/* Sends the call, which is dropped and may be NULL for want of memory, and waits for a reply of
 * that signature. NULL with a message, which is what the other side says if it says something. */
DBusMessage *session_call(struct session *session, DBusMessage *call, const char *signature,
                          struct message *message);

enum { OWNER_SIZE = 256 }; /* bytes of a unique name */

/* Who has a name on the bus; nobody is started for that. 1 with the unique name, 0 if there is
 * nobody, or -1 with a message. */
int session_owner(struct session *session, const char *name, char owner[OWNER_SIZE],
                  struct message *message);

/* Sees to it that session_signal tells when a program with this unique name leaves. 0, or -1 with a
 * message, as when it has left already. */
int session_watch(struct session *session, const char *owner, struct message *message);

/* Waits for the next signal that this program sends to this one, taking no notice of others: to be
 * released. NULL with a message if the program has left, the bus has ended, or the time is over. */
DBusMessage *session_signal(struct session *session, const char *owner, struct message *message);

#endif
