/* The daemon asked for the picture of a thumbnail. */
#ifndef UQD_THUMBNAILER_ASK_H
#define UQD_THUMBNAILER_ASK_H

#include "render.h"

/* What a request of render calls `elsewhere`. */
int ask_daemon(const struct input *input, const struct render_plan *plan, int64_t milliseconds,
               struct pixels *pixels);

#endif
