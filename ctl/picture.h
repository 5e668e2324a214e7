/* A picture from the daemon. */
#ifndef UQD_CTL_PICTURE_H
#define UQD_CTL_PICTURE_H

#include "image_file.h"
#include "message.h"
#include "remote.h"

#include <stdint.h>

struct picture_request {
    uint32_t step;  /* UQD_STEP_LATEST: all that there is */
    uint64_t bytes; /* with that: the file is taken to end there; 0: not */
    uint32_t mode;  /* enum uqd_mode */
    uint64_t seed;
    uint32_t reduce;
};

/* Waits for the picture and copies it, with the colour profile of the file. 0, or -1 with a
 * message; free with pixels_free in both cases. */
int picture_get(struct remote *remote, const struct picture_request *request, struct pixels *pixels,
                struct message *message);

#endif
