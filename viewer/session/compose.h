/* Making what is shown from the pictures of the source. */
#ifndef UQD_VIEWER_SESSION_COMPOSE_H
#define UQD_VIEWER_SESSION_COMPOSE_H

#include "session/exhibit.h"
#include "session/maps/map.h"

/* What an exhibit is made from, with references of its own: so it can be made in another thread. */
struct ingredients {
    struct exhibit exhibit;
    uint32_t reduce; /* how often the parts are halved */
    struct picture *parts[EXHIBIT_MAX_PARTS];
    unsigned n_parts;
    struct picture *reference; /* or NULL */
    struct bits_map *bits;     /* or NULL */
    bool is_copy;              /* the step is an exact copy */
    uint32_t width, height;    /* of the whole picture */
};

/* Takes references to what an exhibit needs of the file besides its parts, and to those. */
void ingredients_gather(struct ingredients *ingredients, const struct progress *progress,
                        const struct exhibit *exhibit, struct picture *const parts[],
                        unsigned n_parts, uint32_t reduce);

void ingredients_clear(struct ingredients *ingredients);

struct composed {
    struct picture *picture;  /* what is seen, with a reference of its own; NULL: nothing can be */
    struct picture *values;   /* of a map, the decoded picture beneath it, likewise; else NULL */
    struct map_legend legend; /* of a map */
    double psnr;              /* of a mixture in full size, else NaN */
};

void composed_clear(struct composed *composed);

/* Makes an exhibit. Nothing comes of it if what a map needs is not there, or no memory. From any
 * thread. */
struct composed compose(const struct ingredients *ingredients);

#endif
