/* The command line of uqdd. */
#ifndef UQD_DAEMON_ARGUMENTS_H
#define UQD_DAEMON_ARGUMENTS_H

#include "options.h"

#include <stdint.h>

struct arguments {
    int session;           /* the default; there so that scripts can say it */
    const char *address;   /* of the bus; NULL: the session bus */
    int replace;           /* take the bus name from a running daemon */
    uint32_t idle_seconds; /* without work, before leaving; 0: never */
    uint32_t threads;      /* of one computation */
    uint32_t max_jobs;
};

extern const struct program uqdd_program;

/* Reads the command line. Returns -1 to go on, or the exit status: what was asked for has been
 * printed, or what is wrong. */
int arguments_read(struct arguments *arguments, int argc, char *argv[]);

#endif
