/* The command line of uqd-thumbnailer. */
#ifndef UQD_THUMBNAILER_ARGUMENTS_H
#define UQD_THUMBNAILER_ARGUMENTS_H

#include "options.h"

#include <stdint.h>

struct arguments {
    const char *input, *output;
    uint32_t size;     /* pixels */
    uint32_t deadline; /* seconds */
    uint32_t threads;
    int no_daemon;
};

extern const struct program thumbnailer_program;

/* The help or the version was asked for, and is printed. */
enum { ARGUMENTS_PRINTED = 1 };

/* Reads the command line. 0, ARGUMENTS_PRINTED, or -1 with a message. */
int arguments_read(struct arguments *arguments, int argc, char **argv, struct message *message);

#endif
