/* What the worker does: it confines itself, decodes, and says what has become of it. */
#ifndef UQD_THUMBNAILER_WORK_H
#define UQD_THUMBNAILER_WORK_H

#include "input.h"
#include "location.h"
#include "thumbnail.h"

/* The input is open and nothing of it has been read. fd is the worker's end of the sockets. */
void work(int fd, struct input *input, const struct thumbnail_request *request,
          const struct location *location);

#endif
