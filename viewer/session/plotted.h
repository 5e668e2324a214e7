/* The curves of what is known of the files that are shown. */
#ifndef UQD_VIEWER_SESSION_PLOTTED_H
#define UQD_VIEWER_SESSION_PLOTTED_H

#include "session/curve_set.h"
#include "session/pane.h"

/* Adds the curves of a file, one for each mode and seed that was measured, the denoised one by the
 * file's own table where nothing else is known. With a name they are called by it, too. The axes
 * have room for the whole file from the beginning. Without memory curves or points are missing. */
void plotted_add(struct curve_set *set, int document, const char *name,
                 const struct progress *progress);

/* The mode of the curve of an exhibit. */
uint32_t plotted_mode(const struct exhibit *exhibit);

/* The curve that a pane stands on, or -1. */
int plotted_curve_of(const struct curve_set *set, int document, const struct exhibit *exhibit);

#endif
