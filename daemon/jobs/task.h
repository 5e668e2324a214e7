/* The piece of work of a job that is with the workers. A decoding has one at a time. */
#ifndef UQD_DAEMON_JOBS_TASK_H
#define UQD_DAEMON_JOBS_TASK_H

#include "base/failure.h"
#include "base/pool.h"
#include "decode/frame.h"
#include "workers/decoding.h"

enum task_kind { TASK_OPEN, TASK_STEP, TASK_FRAME };

/* While it is with the pool a thread writes to it and to the decoding; the main thread reads what
 * does not change then. */
struct task {
    struct work work;
    struct decoding *decoding;
    struct workers *workers;
    struct share *share;             /* of the pool */
    void (*done)(struct task *task); /* in the main thread: the workers have given it back */
    void *cookie;
    enum task_kind kind;
    /* To be rendered, by their keys: after a step, whose number is filled in, or as requested. */
    struct frame frames[2];
    unsigned n_frames; /* those without memory could not be rendered */
    int status;        /* of the task; the failure is set if it is negative */
    struct failure failure;
    double seconds; /* that decoding the step took */
};

/* Has the workers do it. Decoding, workers, share, done, cookie and what is to be rendered must be
 * set. Main thread only. */
void task_submit(struct task *task, struct pool *pool, enum task_kind kind, enum priority priority);

/* Asks the workers to give it back soon; then it has failed with FAILURE_CANCELLED. Main thread
 * only. */
void task_call_back(struct task *task);

/* How far it has come, from 0 to 1. */
double task_progress(const struct task *task);

/* Closes the frames, which nobody has taken over. Main thread only. */
void task_drop_frames(struct task *task);

#endif
