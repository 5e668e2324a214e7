/* Pictures that were already shown or computed, so that going back is immediate. Pictures that were
 * shown are kept before those that were only computed unseen. */
#ifndef UQD_VIEWER_SESSION_FRAMES_H
#define UQD_VIEWER_SESSION_FRAMES_H

#include "source/source.h"

#define FRAMES_MAX 512

/* Why a picture is kept. */
enum frame_worth {
    FRAME_BY_THE_WAY, /* it was needed for something else: only while there is room */
    FRAME_EXPECTED,   /* it may be shown next: takes the place of unseen ones */
    FRAME_SHOWN,      /* it is on the screen: takes the place of any */
};

struct frame_entry {
    struct frame_key key;
    struct picture *picture;
    double psnr;   /* NaN if it was not measured */
    bool shown;    /* on the screen, once at least */
    unsigned used; /* when it was shown or added */
};

/* Zero-initialise, and set the limit. */
struct frames {
    struct frame_entry entries[FRAMES_MAX];
    unsigned n_entries;
    unsigned clock;
    size_t size, limit; /* bytes */
};

void frames_clear(struct frames *frames);

/* Looks without counting as a use. NULL if there is none. Valid until the next call that adds. */
struct frame_entry *frames_find(struct frames *frames, const struct frame_key *key);

/* The same picture halved as often or less, as often as there is; and halved more often, as rarely
 * as there is. */
struct frame_entry *frames_find_sharp(struct frames *frames, const struct frame_key *key);
struct frame_entry *frames_find_coarse(struct frames *frames, const struct frame_key *key);

/* As frames_find_sharp, for a picture that may be shown next: unseen ones that nobody expects any
 * more are dropped before it. */
struct frame_entry *frames_expect(struct frames *frames, const struct frame_key *key);

/* As frames_find, for a picture that is to be shown. */
struct frame_entry *frames_use(struct frames *frames, const struct frame_key *key);

/* Adds a picture with a reference of its own, or replaces one with the same key. Drops others until
 * it fits, those not used for the longest time first: of the unseen ones, then of the shown ones.
 * Where its worth does not allow that, it is not added. One picture is kept whatever the limit. */
void frames_add(struct frames *frames, const struct frame_key *key, struct picture *picture,
                double psnr, enum frame_worth worth);

/* Whether so many unseen pictures of this size can be kept at a time. */
bool frames_have_room(const struct frames *frames, unsigned n, size_t size);

#endif
