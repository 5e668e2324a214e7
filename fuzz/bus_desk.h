/* The objects of the daemon on a bus that is this process: calls are handed to them as the bus
 * would, and what they send is looked at. */
#ifndef UQD_FUZZ_BUS_DESK_H
#define UQD_FUZZ_BUS_DESK_H

#include <dbus/dbus.h>

/* The desk is there from the first call on, with one sample file. */

/* A file that is a picture, of which a part is missing, that is none: descriptors to be sent. */
enum { DESK_FILES = 3 };
int desk_file(unsigned index);

/* The URI of the sample as a file on disk. */
const char *desk_uri(void);

/* Sends a call as that program, which must have a unique name, and lets the daemon do what it can
 * at once; takes the call over. */
void desk_call(DBusMessage *call, const char *sender);

/* Lets the daemon's workers do one piece of work, if there is any. */
void desk_work(void);

/* All programs leave, and the daemon does what is left: nothing of them may stay, and no call may
 * have been answered twice. */
void desk_leave(void);

#endif
