/* What a worker process does for a thumbnail. */
#ifndef UQD_DAEMON_WORKERS_SERVE_THUMBNAIL_H
#define UQD_DAEMON_WORKERS_SERVE_THUMBNAIL_H

#include "decode/control.h"
#include "decode/models.h"

#include <stdint.h>

struct thumbnail_server {
    int socket, file; /* nothing of the file has been read */
    const struct decode_control *control;
    uint32_t threads;
    struct models *models;
};

/* Takes the wire_thumbnail_order that follows the request, makes the picture and says what has
 * become of it. 0, or -1 if the process is to end. */
int serve_thumbnail(const struct thumbnail_server *server);

#endif
