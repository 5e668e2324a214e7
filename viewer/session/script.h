/* Scripts: one command per line, # begins a comment. */
#ifndef UQD_VIEWER_SESSION_SCRIPT_H
#define UQD_VIEWER_SESSION_SCRIPT_H

#include "session/commands.h"

#include <stddef.h>

#define SCRIPT_MAX_SIZE (1u << 20) /* bytes of a file */

struct script_line {
    int number; /* in the file, from 1 */
    struct command_call call;
};

struct script {
    char *name; /* for messages */
    struct script_line *lines;
    size_t n_lines;
    size_t n_mistakes;      /* lines that are no commands, and that are left out */
    struct message mistake; /* what is wrong with the first of them; names the file and the line */
};

/* Reads and checks a whole script, which may come through a pipe; path "-" is standard input. 0, or
 * -1 with a message that names the file, and *misuse set if a line of it is wrong. Free with
 * script_free in either case. */
int script_load(struct script *script, const char *path, int *misuse, struct message *message);

/* Reads one from a regular file, and leaves out what is wrong. 0, or -1 with a message where it
 * cannot be read. Free with script_free in either case. */
int script_load_tolerant(struct script *script, const char *path, struct message *message);

/* Appends a command. 0, or -1 where there is no memory. */
int script_append(struct script *script, int number, const struct command_call *call);

void script_free(struct script *script);

#endif
