/* What to ask the source for next, so that first the screen, then the filmstrip, then the curve
 * and the pictures that may be wanted later become complete. */
#ifndef UQD_VIEWER_SESSION_SCHEDULE_H
#define UQD_VIEWER_SESSION_SCHEDULE_H

#include "session/frames.h"
#include "session/state.h"

/* The picture that is missing most for a purpose. False if none is. */
bool schedule_next(const struct state *state, struct frames *frames, enum source_purpose purpose,
                   struct frame_key *key);

#endif
