/* Pictures that were already shown or computed, so that going back is immediate. */
#ifndef UQD_VIEWER_FRAMES_H
#define UQD_VIEWER_FRAMES_H

#include "source.h"

#define FRAMES_MAX 128

struct frame_entry {
    struct frame_key key;
    struct picture *picture;
    double psnr;   /* NaN if it was not measured */
    unsigned used; /* time of the last use */
};

/* Zero-initialise, and set the limit. */
struct frames {
    struct frame_entry entries[FRAMES_MAX];
    unsigned n_entries;
    unsigned clock;
    size_t size, limit; /* bytes */
};

void frames_clear(struct frames *frames);

/* NULL if there is none. Valid until the next call that adds. */
struct frame_entry *frames_find(struct frames *frames, const struct frame_key *key);

/* Adds a picture with a reference of its own, dropping those not used for the longest time until
 * it fits; replaces one with the same key. */
void frames_add(struct frames *frames, const struct frame_key *key, struct picture *picture,
                double psnr);

#endif
