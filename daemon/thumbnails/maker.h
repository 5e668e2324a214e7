/* One thumbnail being made: the worker's side of the queue. maker_run is called in a worker;
 * meanwhile the main thread may set `stop`, and nothing else. */
#ifndef UQD_DAEMON_THUMBNAILS_MAKER_H
#define UQD_DAEMON_THUMBNAILS_MAKER_H

#include "cache.h"
#include "decode/models.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The codes of the signal Error: those of the standard, then those that tumbler has added. */
enum thumbnail_error {
    THUMBNAIL_ERR_UNSUPPORTED = 0, /* scheme of the URI, or type of the file */
    THUMBNAIL_ERR_CONNECTION = 1,  /* the file cannot be read */
    THUMBNAIL_ERR_DATA = 2,        /* it is damaged, or no picture of ours */
    THUMBNAIL_ERR_THUMBNAIL = 3,   /* it is a thumbnail itself */
    THUMBNAIL_ERR_SAVE = 4,        /* the thumbnail cannot be written */
    THUMBNAIL_ERR_FLAVOR = 5,
    THUMBNAIL_ERR_SHUTTING_DOWN = 7,
    THUMBNAIL_ERR_OTHER = 8,
};

enum stage {
    STAGE_COARSE, /* a coarse thumbnail where the final one takes much longer, else that one */
    STAGE_WHOLE,  /* the final one */
    STAGE_FINE,   /* the final one in place of a coarse one */
};

enum { MAKER_COARSE = 1 };

struct maker {
    /* What is asked; borrowed. */
    const struct cache *cache;
    struct models *models;
    uint32_t threads;
    const char *uri;
    const struct flavor *flavor;
    enum stage stage;
    atomic_bool stop; /* the result is not wanted any more */

    /* Why it failed. */
    enum thumbnail_error error;
    struct message message;

    int64_t end; /* of the time that it may take; milliseconds of the monotonic clock */
};

/* Puts the thumbnail into the cache, unless it is there. 0; MAKER_COARSE if it is a coarse one, to
 * be replaced by another run for the next stage; or -1 with the error and message. A file whose
 * data is bad is noted in the cache, and refused at once until it changes. */
int maker_run(struct maker *maker);

#endif
