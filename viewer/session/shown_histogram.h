/* The histogram of what is seen of a picture, kept as long as that is. */
#ifndef UQD_VIEWER_SESSION_SHOWN_HISTOGRAM_H
#define UQD_VIEWER_SESSION_SHOWN_HISTOGRAM_H

#include "session/maps/histogram.h"
#include "session/worker.h"

#include <stdbool.h>

/* Zero-initialise and set the worker. */
struct shown_histogram {
    struct worker *worker;   /* borrowed, for what is large; NULL: everything is counted at once */
    struct picture *picture; /* with a reference of its own; NULL: nothing is counted */
    struct histogram_region region;
    bool coming; /* what follows is what was there before, or of no pixels */
    struct histogram histogram;
};

void shown_histogram_clear(struct shown_histogram *shown);

/* Brings it up to date, or orders it; the picture may be NULL. Whether anything changed. */
bool shown_histogram_update(struct shown_histogram *shown, struct picture *picture,
                            const struct histogram_region *region);

#endif
