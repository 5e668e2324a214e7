/* Two files side by side: how the other one follows the active one. */
#ifndef UQD_VIEWER_SESSION_PAIR_H
#define UQD_VIEWER_SESSION_PAIR_H

#include "session/state.h"

/* What the other file was last put in its place for. Zero-initialise, also to have it put anew. */
struct pair_link {
    int active; /* the index of the active file */
    uint64_t bytes;
    uint32_t n_positions; /* of the other file */
};

/* Puts the other file at the step that costs most nearly as many bytes as that of the active one,
 * if something happened to either. Becoming the active file moves nothing. */
void pair_follow(struct pair_link *link, int active, const struct state *state,
                 struct state *other);

/* Notes where both are without moving anything: they are not linked. */
void pair_stay(struct pair_link *link, int active, const struct state *state,
               const struct state *other);

#endif
