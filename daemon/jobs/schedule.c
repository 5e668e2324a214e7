#include "jobs/schedule.h"

unsigned schedule_step(const struct job *job)
{
    unsigned waiting = requests_waiting(&job->requests, &job->extent);
    unsigned own = job->started && !job->paused ? job->settings.priority : 0;

    if (job->extent.finished)
        return 0;
    if (own == 0 || (waiting > 0 && waiting < own))
        return waiting;
    return own;
}

bool schedule_gives_way(const struct job *job)
{
    const struct task *task = &job->task;
    const struct frame_key *rendered = &task->frames[0].key;
    const struct request *next;
    struct frame_key key;

    if (task->kind != TASK_FRAME)
        return false;
    if (!requests_want(&job->requests, &job->extent, rendered))
        return true;
    next = requests_next(&job->requests, &job->extent, &key);
    return next && next->priority < task->work.priority && !frame_key_equal(&key, rendered);
}

bool schedule_next(const struct job *job, struct plan *plan)
{
    const struct request *request = requests_next(&job->requests, &job->extent, &plan->key);
    unsigned step = schedule_step(job);

    if (!job->opened) {
        plan->kind = TASK_OPEN;
        plan->priority = job->settings.priority;
    } else if (request && (step == 0 || request->priority <= step)) {
        plan->kind = TASK_FRAME;
        plan->priority = request->priority;
    } else {
        plan->kind = TASK_STEP;
        plan->priority = step;
        return step > 0;
    }
    return true;
}
