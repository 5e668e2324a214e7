/* Making what is shown from the pictures of the source. */
#ifndef UQD_VIEWER_SESSION_COMPOSE_H
#define UQD_VIEWER_SESSION_COMPOSE_H

#include "session/exhibit.h"

/* A picture with a reference for the caller, from the exhibit's parts in their order, which are
 * halved so often. NULL if it cannot be had: there is no reference, or no memory. *psnr: that of a
 * mixture in full size, else NaN. */
struct picture *compose(const struct progress *progress, const struct exhibit *exhibit,
                        struct picture *const parts[], uint32_t reduce, double *psnr);

#endif
