/* The connection to the bus, and the daemon's name on it. */
#ifndef UQD_DAEMON_BUS_H
#define UQD_DAEMON_BUS_H

#include "daemon.h"

#define BUS_NAME "org.uqd.Decoder1"

/* Connects and attaches the connection to the loop. Returns -1 to go on, or the exit status after
 * printing what is wrong. Blocks. */
int bus_connect(struct daemon *daemon);

/* Takes the name. Returns -1 to go on, or the exit status after printing why. Blocks. */
int bus_take_name(struct daemon *daemon);

/* Gives the name back without blocking; then the daemon leaves, or takes the name again if a job
 * was opened meanwhile. */
void bus_release_name(struct daemon *daemon);

/* No connection is allowed. */
void bus_disconnect(struct daemon *daemon);

#endif
