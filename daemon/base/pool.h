/* A pool of threads that run pieces of work for the main thread.
 *
 * The main thread submits work; a thread calls work->run; the main thread, woken by the pool's
 * event descriptor, calls work->done from pool_collect. Between submission and done the work and
 * what it points to belong to that thread. Nothing in this file or below it touches libdbus.
 *
 * Of what waits the most urgent goes first; of equal priority what begins something for a share
 * that has had less than a second; then that of the share with the least work running, then that of
 * the one for which less time has been spent, then the oldest. So whoever asks for much waits for
 * himself. */
#ifndef UQD_DAEMON_BASE_POOL_H
#define UQD_DAEMON_BASE_POOL_H

#include "bus_names.h"

#include <stdbool.h>
#include <stdint.h>

/* Whose work it is: shares of one pool are served alike. */
struct share;

struct work {
    struct work *next;
    enum priority priority;
    bool begins;                     /* something that nobody has seen anything of */
    struct share *share;             /* NULL: of nobody, which counts as one that had no time yet */
    void (*run)(struct work *work);  /* in a thread of the pool */
    void (*done)(struct work *work); /* in the main thread */
    int64_t began;                   /* of the pool: milliseconds of the monotonic clock */
};

struct pool;

/* Starts n threads, at least two, and one more. The first one takes interactive work only, so that
 * the others' long background work never keeps a user waiting; the one more takes interactive work
 * that begins something for a share that has had less than a second and of which nothing is
 * running, when the others are busy: whoever begins does not wait for those who are at it. 0, or -1
 * with errno. */
int pool_new(struct pool **pool, unsigned n_threads);

/* A share that is held once, NULL without memory. Main thread only, as all of these. */
struct share *share_new(void);
void share_hold(struct share *share);

/* The last release frees it; none of its work may be in the pool then. NULL is allowed. */
void share_release(struct share *share);

/* Whether work of one share is to be submitted before that of another, by those who keep work back
 * until there is room: less of it is in the pool, or less time has been spent for it. */
bool share_goes_first(struct pool *pool, const struct share *share, const struct share *other);

/* Becomes readable when there is something to collect. Owned by the pool. */
int pool_fd(const struct pool *pool);

/* Main thread only. */
void pool_submit(struct pool *pool, struct work *work);

/* Calls done for all work that has been run. Main thread only. */
void pool_collect(struct pool *pool);

/* No work is submitted that has not been collected. Main thread only. */
bool pool_idle(const struct pool *pool);

/* Joins the threads; the pool must be idle. NULL is allowed. */
void pool_free(struct pool *pool);

#endif
