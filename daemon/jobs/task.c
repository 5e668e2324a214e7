#include "jobs/task.h"

#include <stddef.h>
#include <time.h>

static struct task *task_of(struct work *work)
{
    return (struct task *)((char *)work - offsetof(struct task, work));
}

/* ---- In a thread of the pool ---- */

static void open_run(struct work *work)
{
    struct task *task = task_of(work);

    task->status = decoding_open(task->decoding, task->workers, &task->failure);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void step_run(struct work *work)
{
    struct task *task = task_of(work);
    struct decoding *decoding = task->decoding;
    struct failure ignored;
    double began = now();

    task->status = decoding_advance(decoding, &task->failure);
    task->seconds = now() - began;
    for (unsigned i = 0; i < task->n_frames; i++) {
        struct frame *frame = &task->frames[i];

        frame->fd = -1;
        frame->key.step = decoding->steps_complete - 1;
        if (task->status == UQD_OK)
            decoding_render(decoding, frame, &ignored);
    }
}

static void frame_run(struct work *work)
{
    struct task *task = task_of(work);

    task->status = decoding_render(task->decoding, &task->frames[0], &task->failure);
}

/* ---- In the main thread ---- */

static void work_done(struct work *work)
{
    struct task *task = task_of(work);

    task->done(task);
}

void task_submit(struct task *task, struct pool *pool, enum task_kind kind, enum priority priority)
{
    static void (*const runs[])(struct work *) = {
        [TASK_OPEN] = open_run,
        [TASK_STEP] = step_run,
        [TASK_FRAME] = frame_run,
    };

    const bool begins =
        kind == TASK_OPEN || (kind == TASK_STEP && task->decoding->steps_complete == 0);

    task->kind = kind;
    task->work = (struct work){.priority = priority,
                               .begins = begins,
                               .share = task->share,
                               .run = runs[kind],
                               .done = work_done};
    decoding_expect(task->decoding);
    pool_submit(pool, &task->work);
}

void task_call_back(struct task *task)
{
    decoding_call_back(task->decoding);
}

double task_progress(const struct task *task)
{
    return decoding_progress(task->decoding);
}

void task_drop_frames(struct task *task)
{
    for (unsigned i = 0; i < task->n_frames; i++)
        frame_close(&task->frames[i]);
    task->n_frames = 0;
}
