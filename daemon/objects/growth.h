/* Tells by inotify when files that are followed may have grown, or are gone. Of a file there is
 * only a descriptor, which may be somebody else's, and inotify may refuse or not know what happens
 * on another machine: then nothing is told, and clients have to. Main thread only. */
#ifndef UQD_DAEMON_OBJECTS_GROWTH_H
#define UQD_DAEMON_OBJECTS_GROWTH_H

#include "loop.h"

#include <stdbool.h>

/* One that wants to be told; embedded in its owner. Zero-initialise, and fill in the first two. */
struct growth_watch {
    void (*changed)(void *cookie);
    void *cookie;
    struct growth_watch *next;
    int id;       /* inotify's, which is the same for all that watch one file */
    bool running; /* in the list */
    bool due;     /* to be told of what has been read */
};

/* Zero-initialise; growth_end is allowed then. */
struct growth {
    bool begun;
    int fd; /* inotify's; -1 if there is none */
    struct growth_watch *first;
};

/* The loop, which must not run any more after growth_end, calls it. */
void growth_begin(struct growth *growth, struct loop *loop);

void growth_end(struct growth *growth);

/* Begins, if the watch does not run already. It is told at least once after every change from now
 * on. */
void growth_watch(struct growth *growth, struct growth_watch *watch, int fd);

/* Ends; a watch that does not run is allowed. */
void growth_unwatch(struct growth *growth, struct growth_watch *watch);

#endif
