/* The daemon as a whole: its parts wired together, and its life cycle. */
#ifndef UQD_DAEMON_DAEMON_H
#define UQD_DAEMON_DAEMON_H

#include "arguments.h"

/* Connects, takes the name, serves until it is time to leave, and cleans up. signal_fd is a
 * signalfd: whatever it reports ends the daemon. Returns 0 after serving, BUS_NAME_TAKEN
 * (dbus/bus_name.h) if another daemon does, or -1; what is wrong has been printed. */
int daemon_run(const struct arguments *arguments, int signal_fd);

#endif
