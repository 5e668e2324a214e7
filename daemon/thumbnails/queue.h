/* The thumbnails that programs wait for: who wants which, and in what order they are made. Knows
 * nothing of the bus. Main thread only.
 *
 * A *request* is what one program asks for at once: many files in one flavor. A *thumbnail* is one
 * file in one flavor; requests that want the same share it. At most max_running are with the
 * pool. Which one comes next is decided when one of these is back: those of the foreground first,
 * then those of the background, and then the final ones in place of coarse ones. Among these the
 * share goes first that has the least with the pool, or the least time; and of one share the newest
 * foreground request, or the oldest one of the background. */
#ifndef UQD_DAEMON_THUMBNAILS_QUEUE_H
#define UQD_DAEMON_THUMBNAILS_QUEUE_H

#include "base/failure.h"
#include "base/pool.h"
#include "cache.h"
#include "thumbnails/thumbnail.h"
#include "thumbnails/thumbnail_request.h"
#include "workers/workers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits of all clients together; a URI may be any path with all its bytes escaped. */
enum { MAX_THUMBNAILS = 1 << 16, MAX_URI = 3 * 4096 + 64 };

struct queue {
    struct pool *pool;
    struct workers *workers;
    const struct cache *cache;
    struct decode_settings settings;
    unsigned max_running;
    bool cancelled;
    bool stands_back;
    struct thumbnail_set thumbnails;
    size_t n_waited_for; /* wishes of all requests when they were made */
    unsigned n_running;
    uint32_t last_handle;
    struct thumbnail_request *requests;
};

struct queue_order {
    const char *const *uris;
    const char *const *mime_types; /* one for each; empty where the caller does not know it */
    size_t n;
    const struct flavor *flavor; /* NULL for one that does not exist */
    enum scheduler scheduler;
    struct share *share; /* the program's, which the request holds; NULL: of nobody */
};

/* Threads and memory of the settings are those of one worker. All else that is pointed to must
 * outlive the queue. At least one runs at a time. */
void queue_init(struct queue *queue, struct pool *pool, struct workers *workers,
                const struct cache *cache, const struct decode_settings *settings,
                unsigned max_running);

/* Makes a request, to be begun by queue_begin: nothing is told before. Its handle, which is never
 * 0, or 0 with a failure. */
uint32_t queue_add(struct queue *queue, const struct queue_order *order,
                   const struct request_events *events, void *cookie, struct failure *failure);

/* Tells what cannot be made of the order that the request was made by, and lets the rest begin. The
 * request may have finished when this returns. */
void queue_begin(struct queue *queue, uint32_t handle, const struct queue_order *order);

/* Ends a request, which tells that it has finished if tell is set, and nothing else. Work for it
 * alone is called back; but what had a coarse thumbnail gets its final one. */
void queue_remove(struct queue *queue, uint32_t handle, bool tell);

/* Whether from now on what makes thumbnails leaves the processors to others, as those who wait for
 * pictures on the screen; what is being made does so to its end. */
void queue_stand_back(struct queue *queue, bool stands_back);

/* A thumbnail is being made, or waits to be. */
bool queue_busy(const struct queue *queue);

/* Ends all requests; they tell what will not come. Coarse thumbnails that wait for final ones are
 * taken out of the cache, lest they stay. Work comes back later: the queue must stay until the pool
 * is idle. */
void queue_cancel(struct queue *queue);

#endif
