/* A thumbnail as the Thumbnail Managing Standard of freedesktop.org describes it: a PNG file that
 * tells whose it is. */
#ifndef UQD_THUMBNAILER_THUMBNAIL_H
#define UQD_THUMBNAILER_THUMBNAIL_H

#include "message.h"

#include <stdbool.h>
#include <stdint.h>

struct thumbnail_request {
    const char *input;  /* path or URI */
    const char *output; /* path */
    uint32_t size;      /* pixels of the longer side; smaller pictures stay as they are */
    uint32_t threads;   /* 0: as many as OpenMP gives */
    bool use_daemon;
    int64_t (*milliseconds_left)(void *cookie); /* until the picture has to be there */
    void *cookie;
};

/* Writes the thumbnail: 8-bit RGBA in the colours of sRGB. On failure the output stays as it was.
 * 0, or -1 with a message. */
int thumbnail_make(const struct thumbnail_request *request, struct message *message);

#endif
