/* Tells when files change: they grow while they are downloaded, are cut, are written anew, or go.
 *
 * A thread of its own learns of changes from inotify, at the file and at its directory, so that
 * another file that is renamed over it is seen. Where there is no inotify, or no more of it to be
 * had, it looks every 500 ms. What happened is decided by comparing what stat(2) says with what it
 * said before, never by what inotify says. Changes that another machine makes on a network's file
 * system are seen only with the next local one.
 *
 * Many changes between two calls of watch_take are one event. All functions are for one thread. */
#ifndef UQD_VIEWER_SOURCE_WATCH_H
#define UQD_VIEWER_SOURCE_WATCH_H

#include <stdint.h>
#include <sys/stat.h>

enum watch_kind {
    WATCH_NOTHING,
    WATCH_GREW,     /* the same file is longer: most likely more was appended, but it may as well
                       have been written anew: only its bytes can tell */
    WATCH_REPLACED, /* there is another file, or one again, or the same was written anew */
    WATCH_CUT,      /* the same file is shorter */
    WATCH_GONE,     /* there is no file of that name, or it is no regular file any more */
};

struct watch_event {
    int id; /* of the file */
    enum watch_kind kind;
    uint64_t size; /* bytes of the file now; 0 if it is gone */
};

struct watch;

/* notify is called from the thread when there is something to take, and not again before
 * watch_take was called. NULL if there is no memory or no thread. */
struct watch *watch_new(void (*notify)(void *cookie), void *cookie);

/* Stops the thread and waits for it. NULL is allowed. */
void watch_free(struct watch *watch);

/* Watches the file of this name, which is copied and is taken from the current directory as it is
 * in each moment, so an absolute one is better. Changes count from `seen`, which fstat(2) said when
 * the file was opened, so that nothing is missed that happened since; or, if it is NULL, from what
 * is there now, which may be nothing. A number from 1 on, or -1 without memory. */
int watch_add(struct watch *watch, const char *path, const struct stat *seen);

/* No events of this file come from now on. */
void watch_remove(struct watch *watch, int id);

/* Takes what has happened to the next file; its kind is WATCH_NOTHING if there is nothing. */
void watch_take(struct watch *watch, struct watch_event *event);

#endif
