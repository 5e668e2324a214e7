/* The connection to the bus, and the daemon's name on it. */
#ifndef UQD_DAEMON_BUS_H
#define UQD_DAEMON_BUS_H

#include "daemon.h"

/* Connects and attaches the connection to the loop. Returns 0, or -1 after printing what is wrong.
 * Blocks. */
int bus_connect(struct daemon *daemon);

/* Another daemon has the name, and keeps it. */
enum { BUS_NAME_TAKEN = 1 };

/* Takes the name. Returns 0, BUS_NAME_TAKEN after printing that, or -1 after printing what is
 * wrong. Blocks. */
int bus_take_name(struct daemon *daemon);

/* Gives the name back without blocking; then the daemon leaves, or takes the name again if a job
 * was opened meanwhile. */
void bus_release_name(struct daemon *daemon);

/* No connection is allowed. */
void bus_disconnect(struct daemon *daemon);

#endif
