/* Pictures from the daemon, if one is running: it has the weights in memory, and has often decoded
 * the file for somebody else. None is started for a picture that takes no longer than that. */
#ifndef UQD_THUMBNAILER_DAEMON_H
#define UQD_THUMBNAILER_DAEMON_H

#include "image_file.h"

#include <stdint.h>
#include <uqd/uqd.h>

struct daemon_frame {
    const struct uqd_info *info; /* of the file */
    uint32_t step, reduce;
};

/* Fills in packed pixels, to be freed with pixels_free, waiting so many milliseconds at most. 0, or
 * -1 if there is no bus or no daemon, or if it does not give this picture in time. */
int daemon_get_frame(int fd, const struct daemon_frame *frame, int64_t milliseconds,
                     struct pixels *pixels);

#endif
