/* Talks: scripts whose commands are told in points. */
#ifndef UQD_VIEWER_SESSION_TALK_H
#define UQD_VIEWER_SESSION_TALK_H

#include "session/script.h"

#include <stdbool.h>
#include <stdint.h>

/* What comes before the first `point` opens the talk. */
struct talk {
    struct script script;
    size_t *points; /* the line of each `point`, index into the script */
    size_t n_points;
};

/* As script_load_tolerant; -1 with a message also for a file without a point. Free with talk_free
 * in either case. */
int talk_load(struct talk *talk, const char *path, struct message *message);

/* The talk for a file that has none of its own: all its steps, then the modes at a step in the
 * middle. 0, or -1 where there is no memory. Free with talk_free in either case. */
int talk_make(struct talk *talk, uint32_t n_steps);

void talk_free(struct talk *talk);

/* The line behind a point. */
size_t talk_end(const struct talk *talk, size_t point);

/* Whether a command is run again when the talk goes back behind it: what only changes what is to be
 * seen is; files are neither opened nor written twice. */
bool talk_repeats(enum command_id id);

#endif
