/* One thumbnail being made, from the file to the cache: the pool's side of the queue. A thread of
 * the pool calls maker_run, which has a worker decode the file; meanwhile the main thread may call
 * maker_stop, and nothing else. */
#ifndef UQD_DAEMON_THUMBNAILS_MAKER_H
#define UQD_DAEMON_THUMBNAILS_MAKER_H

#include "cache.h"
#include "workers/thumbnailing.h"

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
    struct workers *workers;
    const struct decode_settings *settings; /* of which threads and memory count */
    const char *uri;
    const struct flavor *flavor;
    enum stage stage;

    struct thumbnailing thumbnailing;

    /* Why it failed. */
    enum thumbnail_error error;
    struct message message;

    int64_t end; /* of the time that it may take; milliseconds of the monotonic clock */
};

/* The rest is to be set by the caller. */
void maker_init(struct maker *maker);

/* It does not run. */
void maker_end(struct maker *maker);

/* Before a run: its result is wanted. */
void maker_expect(struct maker *maker);

/* The result is not wanted any more: the run fails, and the process that decodes for it ends at
 * once. */
void maker_stop(struct maker *maker);

/* The process that decodes for it, now or in the next run, leaves the processors to others. */
void maker_stand_back(struct maker *maker);

/* Puts the thumbnail into the cache, unless it is there. 0; MAKER_COARSE if it is a coarse one, to
 * be replaced by another run for the next stage; or -1 with the error and message. A file whose
 * data is bad is noted in the cache, and refused at once until it changes. */
int maker_run(struct maker *maker);

#endif
