/* The cache of thumbnails kept in step with files that programs move, copy and delete. */
#ifndef UQD_DAEMON_THUMBNAILS_UPKEEP_H
#define UQD_DAEMON_THUMBNAILS_UPKEEP_H

#include "cache.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum upkeep_kind { UPKEEP_MOVE, UPKEEP_COPY, UPKEEP_DELETE, UPKEEP_CLEANUP };

struct upkeep {
    enum upkeep_kind kind;
    const char *const *from; /* n URIs */
    const char *const *to;   /* n URIs for moving and copying */
    size_t n;
    uint32_t since; /* for cleaning up: seconds, 0 for any time */
    atomic_bool stop;
};

/* Does it, for thumbnails of all flavors and of all types of files:
 *
 * moving, copying: those of `from` become, or are copied for, those of `to`, which is there by now;
 * if it is a directory, those of the files below;
 * deleting: those of `from` and what is noted of failures;
 * cleaning up: those of `from` and of all below, and notes of failures, of files that were changed
 * last at that time or before.
 *
 * What is not there or cannot be written is passed over. For a thread of the pool: a cache can have
 * many files. Ends early if stop is set meanwhile. */
void upkeep_run(struct upkeep *upkeep, const struct cache *cache);

#endif
