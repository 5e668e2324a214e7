/* A thread that makes what takes long, so that the window does not wait for it. All functions are
 * for one other thread. */
#ifndef UQD_VIEWER_SESSION_WORKER_H
#define UQD_VIEWER_SESSION_WORKER_H

#include <stdint.h>

/* What is made of no more pixels is made at once: it takes less than a frame. */
#define WORKER_PIXELS_AT_ONCE (1u << 20)

/* What is made. For each there is one job at a time. */
enum worker_place {
    WORKER_PANES, /* and as many more as there can be panes */
    WORKER_DIFFERENCE = WORKER_PANES + 4,
    WORKER_HISTOGRAM,
    WORKER_N_PLACES
};

struct job;

struct job_type {
    void (*run)(struct job *job);  /* in the worker's thread */
    void (*free)(struct job *job); /* in any */
};

/* The first member of every job. */
struct job {
    const struct job_type *type;
};

struct worker;

/* notify is called from the thread when something can be taken. NULL if there is no memory or no
 * thread. */
struct worker *worker_new(void (*notify)(void *cookie), void *cookie);

/* Finishes what is being done and waits for the thread. NULL is allowed. */
void worker_free(struct worker *worker);

/* Orders a job, in place of one that was ordered for the same and is not begun. Takes it over. */
void worker_order(struct worker *worker, unsigned place, struct job *job);

/* The last job that was done there and not taken yet; it is the caller's, who frees it. NULL: none.
 */
struct job *worker_take(struct worker *worker, unsigned place);

/* Drops what is ordered, what is being done and what was done there. */
void worker_drop(struct worker *worker, unsigned place);

#endif
