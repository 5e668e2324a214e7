/* A terminal for the viewer to run in. Where standard output is none and a script runs, there is no
 * input, and the last frame is written there at the end: its rows are lines. One at a time. */
#ifndef UQD_VIEWER_TERM_WINDOW_H
#define UQD_VIEWER_TERM_WINDOW_H

#include "app/backend.h"

/* As backend_open; a wish for TERMINAL_OFF counts as one for TERMINAL_AUTO. */
int term_window_open(struct backend **backend, const struct backend_wishes *wishes,
                     struct message *message);

#endif
