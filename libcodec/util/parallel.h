/* Threads of one context. */
#ifndef UQD_UTIL_PARALLEL_H
#define UQD_UTIL_PARALLEL_H

#include <stdint.h>
#include <uqd/uqd.h>

/* How a context computes: threads (at least 1), and whom to tell about it. */
struct uqd_work {
    uint32_t threads;
    uqd_progress progress; /* or NULL */
    void *cookie;
    double done, total; /* in multiply-accumulates, or whatever the user of this struct counts */
};

/* Starts a piece of work of so much. */
static inline void uqd_work_begin(struct uqd_work *work, double total)
{
    work->done = 0;
    work->total = total;
}

/* Adds to the work done and reports it. UQD_OK or UQD_ERR_CANCELLED. To be called by the thread
 * that owns the context, outside of parallel regions. */
int uqd_work_add(struct uqd_work *work, double amount);

#endif
