/* What a terminal can do: what the environment says, and what it answers. */
#ifndef UQD_VIEWER_TERM_DETECT_H
#define UQD_VIEWER_TERM_DETECT_H

#include "term/look.h"

#include <stddef.h>

struct term_answers {
    bool done; /* the last question was answered: nothing more comes */
    bool kitty, sixel;
    bool true_colour;            /* 24 bits */
    bool synchronised;           /* updates can be shown at once */
    bool key_events;             /* it can tell when keys are let go */
    int cell_width, cell_height; /* pixels; 0: unknown */
};

/* Fills what the bytes so far answer. */
void detect_answers(const char *bytes, size_t size, struct term_answers *answers);

/* The variables of the environment that matter; NULL where they are not set. */
struct term_environment {
    const char *term, *colorterm, *tmux, *wish;
    const char *locale; /* the first that is set of LC_ALL, LC_CTYPE, LANG */
};

struct term_environment detect_environment(void);

/* Whether the terminal has no sequences at all, as far as it is known. */
bool detect_is_dumb(const struct term_environment *environment);

/* The questions to write in such an environment. */
const char *detect_questions(const struct term_environment *environment);

/* How to draw: as the option says, or for TERMINAL_AUTO and TERMINAL_OFF as the environment wishes,
 * or the best that is known to work. */
struct term_look detect_look(enum terminal_mode option, const struct term_environment *environment,
                             const struct term_answers *answers);

#endif
