/* A thumbnail made by a process of its own, which can reach nothing. */
#ifndef UQD_THUMBNAILER_WORKER_H
#define UQD_THUMBNAILER_WORKER_H

#include "location.h"
#include "message.h"
#include "thumbnail.h"

#include <stddef.h>
#include <stdint.h>

/* The input changed while it was read. */
enum { WORKER_CHANGED = 1 };

/* Opens the input, has the worker make the PNG file, malloc'ed, and asks the daemon for it. 0,
 * WORKER_CHANGED with a file nevertheless, or -1 with a message. */
int worker_make(const struct thumbnail_request *request, const struct location *location,
                uint8_t **data, size_t *size, struct message *message);

#endif
