/* What to ask the source of a file for next, so that first the screen, then the filmstrip, then the
 * curve and the pictures that may be wanted later become complete. */
#ifndef UQD_VIEWER_SESSION_SCHEDULE_H
#define UQD_VIEWER_SESSION_SCHEDULE_H

#include "session/frames.h"
#include "session/pane.h"

#define SCHEDULE_MAX_PANES 4

/* All borrowed. */
struct schedule {
    const struct progress *progress;
    struct frames *frames;
    struct pane *panes[SCHEDULE_MAX_PANES]; /* that show the file, the active one first */
    unsigned n_panes;
};

/* The picture that is missing most for a purpose. False if none is. */
bool schedule_next(const struct schedule *schedule, enum source_purpose purpose,
                   struct frame_key *key);

/* Whether a picture may be shown next, so that it is computed in advance. */
bool schedule_expects(const struct schedule *schedule, const struct frame_key *key);

/* The small picture of a position as the filmstrip of the pane shows it, in full size. */
struct frame_key schedule_strip_key(const struct pane *pane, uint32_t position);

#endif
