/* What a job does next: decisions only, nothing is changed. */
#ifndef UQD_DAEMON_JOBS_SCHEDULE_H
#define UQD_DAEMON_JOBS_SCHEDULE_H

#include "bus_names.h"
#include "frame_key.h"
#include "jobs/requests.h"
#include "jobs/task.h"

#include <stdbool.h>

/* The task to submit. */
struct plan {
    enum task_kind kind;
    enum priority priority;
    struct frame_key key; /* of the frame to render */
};

/* What follows from the requests when no task is at the workers. own is the priority of decoding
 * steps without any request, 0 if that is not wanted. Between a request and the next step of equal
 * priority, the request goes first. False if there is nothing to do. */
bool schedule_next(const struct requests *requests, const struct extent *extent, unsigned own,
                   struct plan *plan);

/* How urgent the next step is, with own as above; 0 if it is not wanted. */
unsigned schedule_step(const struct requests *requests, const struct extent *extent, unsigned own);

/* Whether the task at the workers is better called back: it renders a frame that nobody waits for
 * any more, or that keeps something more urgent waiting, other than itself, and then it is rendered
 * later. Steps are not called back: they would begin anew. */
bool schedule_gives_way(const struct requests *requests, const struct extent *extent,
                        const struct task *task);

#endif
