/* Making what is shown from the pictures of the source. */
#ifndef UQD_VIEWER_SESSION_COMPOSE_H
#define UQD_VIEWER_SESSION_COMPOSE_H

#include "session/exhibit.h"
#include "session/maps/map.h"

struct composed {
    struct picture *picture;  /* what is seen, with a reference of its own; NULL: nothing can be */
    struct picture *values;   /* of a map, the decoded picture beneath it, likewise; else NULL */
    struct map_legend legend; /* of a map */
    double psnr;              /* of a mixture in full size, else NaN */
};

/* Makes an exhibit from its parts in their order, which are halved so often. Nothing comes of it if
 * what a map needs is not there, or no memory. */
struct composed compose(const struct progress *progress, const struct exhibit *exhibit,
                        struct picture *const parts[], unsigned n_parts, uint32_t reduce);

#endif
