/* Starting the daemon where the bus does not know how to. */
#ifndef UQD_VIEWER_SOURCE_DAEMON_START_H
#define UQD_VIEWER_SOURCE_DAEMON_START_H

#include <sys/types.h>

/* Starts uqdd in a session of its own: the one beside this program if it runs from where it was
 * built, else the installed one. Returns its process id, or -1. */
pid_t daemon_start(void);

#endif
