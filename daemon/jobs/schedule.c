#include "jobs/schedule.h"

unsigned schedule_step(const struct requests *requests, const struct extent *extent, unsigned own)
{
    unsigned waiting = requests_waiting(requests, extent);

    if (extent->finished || extent->starved)
        return 0;
    if (own == 0 || (waiting > 0 && waiting < own))
        return waiting;
    return own;
}

bool schedule_next(const struct requests *requests, const struct extent *extent, unsigned own,
                   struct plan *plan)
{
    const struct request *request = requests_next(requests, extent, &plan->key);
    unsigned step = schedule_step(requests, extent, own);

    if (request && (step == 0 || request->priority <= step)) {
        plan->kind = TASK_FRAME;
        plan->priority = request->priority;
        return true;
    }
    plan->kind = TASK_STEP;
    plan->priority = step;
    return step > 0;
}

bool schedule_gives_way(const struct requests *requests, const struct extent *extent,
                        const struct task *task)
{
    const struct frame_key *rendered = &task->frames[0].key;
    const struct request *next;
    struct frame_key key;

    if (task->kind != TASK_FRAME)
        return false;
    if (!requests_want(requests, extent, rendered))
        return true;
    next = requests_next(requests, extent, &key);
    return next && next->priority < task->work.priority && !frame_key_equal(&key, rendered);
}
