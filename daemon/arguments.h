/* The command line of uqdd. */
#ifndef UQD_DAEMON_ARGUMENTS_H
#define UQD_DAEMON_ARGUMENTS_H

#include "options.h"

#include <stdint.h>

struct arguments {
    int session;           /* the default; there so that scripts can say it */
    const char *address;   /* of the bus; NULL: the session bus */
    int replace;           /* take the bus name from a running daemon */
    int thumbnailer;       /* take the standard names of thumbnailers */
    uint32_t idle_seconds; /* without work, before leaving; 0: never */
    uint32_t threads;      /* of one computation */
    uint32_t max_jobs;
    uint64_t max_pixels;
    uint64_t max_memory; /* megabytes */
};

extern const struct program uqdd_program;

/* The help or the version was asked for, and is printed. */
enum { ARGUMENTS_PRINTED = 1 };

/* Reads the command line. Returns 0, ARGUMENTS_PRINTED, or -1 after printing what is wrong. */
int arguments_read(struct arguments *arguments, int argc, char *argv[]);

#endif
