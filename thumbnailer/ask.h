/* What is asked of the daemon for a thumbnail. */
#ifndef UQD_THUMBNAILER_ASK_H
#define UQD_THUMBNAILER_ASK_H

#include "daemon.h"
#include "render.h"

/* Which frame of the daemon is the picture that the plan wants decoded. 0, or -1 if that is not
 * known: the steps of a solid file are known to those who decode them; it is small anyhow. */
int ask_which(const struct input *input, const struct render_plan *plan,
              struct daemon_frame *frame);

#endif
