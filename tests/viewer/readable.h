/* Whether what was drawn on a recording surface can be read. */
#ifndef UQD_TESTS_READABLE_H
#define UQD_TESTS_READABLE_H

#include "recording_surface.h"

/* Fails the test unless all texts are inside the rectangle and apart, nothing covers one in part,
 * and each has a contrast of 4.5 or more with the last rectangle that was filled below all of it,
 * or with the ground. `what` is said of a failure. */
void readable_assert(const struct recording_surface *surface, struct colour ground,
                     const struct rect *rect, const char *what);

/* Whether a text has this part. */
bool readable_has(const struct recording_surface *surface, const char *part);

#endif
