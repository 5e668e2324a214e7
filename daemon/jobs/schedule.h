/* What a job does next: decisions only, nothing is changed. */
#ifndef UQD_DAEMON_JOBS_SCHEDULE_H
#define UQD_DAEMON_JOBS_SCHEDULE_H

#include "jobs/job.h"

/* The task to submit. */
struct plan {
    enum task_kind kind;
    enum priority priority;
    struct frame_key key; /* of the frame to render */
};

/* What an open job without a task at the workers has to do. False if it is nothing. */
bool schedule_next(const struct job *job, struct plan *plan);

/* Whether the task at the workers is better called back: it renders a frame that nobody waits for
 * any more, or that keeps something more urgent waiting, other than itself, and then it is rendered
 * later. Steps are not called back: they would begin anew. */
bool schedule_gives_way(const struct job *job);

/* How urgent the next step is; 0 if it is not wanted. */
unsigned schedule_step(const struct job *job);

#endif
