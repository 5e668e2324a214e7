/* A pool of threads that run pieces of work for the main thread.
 *
 * The main thread submits work; a thread calls work->run; the main thread, woken by the pool's
 * event descriptor, calls work->done from pool_collect. Between submission and done the work and
 * what it points to belong to that thread. Nothing in this file or below it touches libdbus. */
#ifndef UQD_DAEMON_BASE_POOL_H
#define UQD_DAEMON_BASE_POOL_H

#include "bus_names.h"

#include <stdbool.h>

struct work {
    struct work *next;
    enum priority priority;
    void (*run)(struct work *work);  /* in a thread of the pool */
    void (*done)(struct work *work); /* in the main thread */
};

struct pool;

/* Starts the threads, at least two: the first one takes interactive work only, so that the others'
 * long background work never keeps a user waiting. 0, or -1 with errno. */
int pool_new(struct pool **pool, unsigned n_threads);

/* Becomes readable when there is something to collect. Owned by the pool. */
int pool_fd(const struct pool *pool);

/* Main thread only. Work of equal priority runs in the order of submission. */
void pool_submit(struct pool *pool, struct work *work);

/* Calls done for all work that has been run. Main thread only. */
void pool_collect(struct pool *pool);

/* No work is submitted that has not been collected. Main thread only. */
bool pool_idle(const struct pool *pool);

/* Joins the threads; the pool must be idle. NULL is allowed. */
void pool_free(struct pool *pool);

#endif
