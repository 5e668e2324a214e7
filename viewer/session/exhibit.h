/* What can be shown of a file: a decoded picture, the original, or a map made from such pictures;
 * and which pictures of the source it is made from. */
#ifndef UQD_VIEWER_SESSION_EXHIBIT_H
#define UQD_VIEWER_SESSION_EXHIBIT_H

#include "codecs/codecs.h"
#include "session/progress.h"

enum map_kind {
    MAP_OFF,
    MAP_BITS,     /* where the bits of the step went */
    MAP_VARIANCE, /* what the decoder makes up: spread over ancestral pictures */
    MAP_CHANGE,   /* since the step before */
    MAP_ERROR,    /* against the reference */
    N_MAPS
};

#define EXHIBIT_MAX_PARTS 8
#define EXHIBIT_N_SEEDS   8 /* ancestral pictures whose spread is shown */

struct exhibit {
    uint32_t position; /* of the step */
    uint64_t bytes;    /* the file is cut after so many, inside that step; 0: not cut */
    enum uqd_mode mode;
    uint64_t seed;
    uint32_t mix; /* 1 to 99: so many percent of the way from denoised to ancestral; 0: no mixture,
                     the mode counts */
    enum codec codec; /* what another codec makes of as many bytes, in place of all that; ... */
    bool cut;         /* ... of its progressive file, cut there, where it has one */
    bool original;    /* the reference in place of all that */
    enum map_kind map;
};

/* Whether both look the same by what they are made from. */
bool exhibit_equal(const struct exhibit *a, const struct exhibit *b);

/* The decoded picture that the exhibit is about, in full size; of a mixture the denoised one. */
struct frame_key exhibit_key(const struct progress *progress, const struct exhibit *exhibit);

/* Whether it is of a codec's progressive file. */
bool exhibit_is_cut(const struct exhibit *exhibit);

/* Bytes of the file that it takes. */
uint64_t exhibit_bytes(const struct progress *progress, const struct exhibit *exhibit);

/* The pictures that it is made from, their sides halved so often; those of other codecs are not.
 * Returns how many; 0 for the original. */
unsigned exhibit_parts(const struct progress *progress, const struct exhibit *exhibit,
                       uint32_t reduce, struct frame_key parts[EXHIBIT_MAX_PARTS]);

/* "denoised", "mix 40 %", "JPEG", "JPEG, cut", "original" */
const char *exhibit_mode_name(const struct exhibit *exhibit, struct text_line *line);

const char *map_name(enum map_kind map);

#endif
