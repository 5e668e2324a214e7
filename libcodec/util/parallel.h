/* Threads of one context, and how it is cancelled: whoever works looks between rows, the thread
 * that owns the context asks the callback every so often, and what it says is seen by all threads.
 */
#ifndef UQD_UTIL_PARALLEL_H
#define UQD_UTIL_PARALLEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* How a context computes: threads (at least 1), and whom to tell about it. */
struct uqd_work {
    uint32_t threads;
    uqd_progress progress; /* or NULL */
    void *cookie;
    double done, total; /* in multiply-accumulates, or whatever the user of this struct counts */
    pthread_t owner;    /* asks the callback */
    size_t unasked;     /* samples that the owner has worked on since it asked */
    atomic_int cancelled;
};

/* Starts a piece of work of so much, which the calling thread then owns. */
void uqd_work_begin(struct uqd_work *work, double total);

/* Adds to the work done, by any thread; the owner reports it. UQD_OK or UQD_ERR_CANCELLED. */
int uqd_work_add(struct uqd_work *work, double amount);

/* To be called by every thread after each row or block of so many samples (at most some hundred
 * thousand, of which each takes nanoseconds), in parallel regions too: UQD_OK, or UQD_ERR_CANCELLED
 * from then on. Costs a relaxed load, and the owner a call of the callback now and then. work: NULL
 * if nobody can cancel. */
int uqd_work_look(struct uqd_work *work, size_t samples);

/* memcpy and memset of any size, with looks. What is cancelled is undefined. */
int uqd_work_copy(struct uqd_work *work, void *to, const void *from, size_t size);
int uqd_work_clear(struct uqd_work *work, void *to, size_t size);

#endif
