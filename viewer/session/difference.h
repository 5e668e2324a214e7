/* What differs between two pictures that are shown, kept as long as they are. */
#ifndef UQD_VIEWER_SESSION_DIFFERENCE_H
#define UQD_VIEWER_SESSION_DIFFERENCE_H

#include "session/maps/map.h"
#include "session/worker.h"

#include <stdbool.h>

/* Zero-initialise and set the worker. */
struct difference {
    struct worker *worker; /* borrowed, for large pictures; NULL: everything is made at once */
    struct picture *a, *b; /* what it is made from, with references of its own */
    enum map_difference_kind kind;
    int gain;
    bool coming;             /* what follows is what was there before */
    bool none;               /* they are equal as they are shown */
    struct picture *picture; /* NULL: they cannot be compared, or there is no memory */
    struct map_legend legend;
};

void difference_clear(struct difference *difference);

/* Brings it up to date, or orders it; a and b may be NULL. Whether anything changed. */
bool difference_update(struct difference *difference, struct picture *a, struct picture *b,
                       enum map_difference_kind kind, int gain);

#endif
