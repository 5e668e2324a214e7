/* Which picture of a file is meant: the daemon and the viewer know their pictures by it. */
#ifndef UQD_COMMON_FRAME_KEY_H
#define UQD_COMMON_FRAME_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct frame_key {
    uint32_t step; /* from 0, or UQD_STEP_LATEST */
    uint32_t mode; /* enum uqd_mode */
    uint64_t seed; /* 0 unless the mode is ancestral */
    uint32_t reduce;
    uint64_t bytes; /* the file is taken to end after so many, and the step is UQD_STEP_LATEST; 0:
                       all that is there */
    uint32_t codec; /* 0; in the viewer also the number of another codec: what it makes of the
                       picture in so many bytes, whatever the members above say, ... */
    bool cut;       /* ... by cutting its progressive file */
};

bool frame_key_equal(const struct frame_key *a, const struct frame_key *b);

/* Whether both are the same picture, however often it is halved. */
bool frame_key_same_content(const struct frame_key *a, const struct frame_key *b);

#endif
