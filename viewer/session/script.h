/* Scripts: one command per line, # begins a comment. */
#ifndef UQD_VIEWER_SESSION_SCRIPT_H
#define UQD_VIEWER_SESSION_SCRIPT_H

#include "session/commands.h"

#include <stddef.h>

struct script_line {
    int number; /* in the file, from 1 */
    struct command_call call;
};

struct script {
    char *name; /* for messages */
    struct script_line *lines;
    size_t n_lines;
};

/* Reads and checks a whole script; path "-" is standard input. 0, or -1 with a message that names
 * the file, and *misuse set if a line of it is wrong. Free with script_free in either case. */
int script_load(struct script *script, const char *path, int *misuse, struct message *message);

/* Appends a command. 0, or -1 where there is no memory. */
int script_append(struct script *script, int number, const struct command_call *call);

void script_free(struct script *script);

#endif
