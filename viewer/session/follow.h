/* Several panes: how the others follow the active one. */
#ifndef UQD_VIEWER_SESSION_FOLLOW_H
#define UQD_VIEWER_SESSION_FOLLOW_H

#include "session/pane.h"

/* What a pane was last put in its place for. Zero-initialise, also to have it put anew. */
struct follow {
    const struct pane *active;
    uint64_t bytes;
    uint32_t n_positions; /* of the pane that follows */
};

/* Puts a pane where the file costs as many bytes as that of the active one, if something happened
 * to either: at the step of the nearest rate, or, if the active one stands inside a step, at just
 * as many bytes. Becoming active moves nothing. */
void follow_active(struct follow *follow, const struct pane *active, struct pane *pane);

/* Notes where both are without moving anything: they are not linked, or the pane is the active one
 * itself, which has to follow another one later from where it is then. */
void follow_stay(struct follow *follow, const struct pane *active, const struct pane *pane);

#endif
