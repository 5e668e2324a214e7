#include "job.h"

#include "dbus/reply.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

static struct task *task_of(struct work *work)
{
    return (struct task *)((char *)work - offsetof(struct task, work));
}

static void submit(struct job *job, enum task_kind kind, enum priority priority,
                   void (*run)(struct work *), void (*done)(struct work *))
{
    struct task *task = &job->task;

    task->work = (struct work){.priority = priority, .run = run, .done = done};
    task->job = job;
    task->kind = kind;
    job->in_flight = true;
    job->told = 0;
    atomic_store(&job->decoding->stop, false);
    atomic_store(&job->decoding->done, 0);
    if (kind != TASK_OPEN && job->settings.progress_ms > 0)
        loop_timer_start(job->daemon->loop, &job->ticker, job->settings.progress_ms);
    pool_submit(job->daemon->pool, &task->work);
}

void task_tick(void *cookie)
{
    struct job *job = cookie;
    double done = atomic_load(&job->decoding->done);

    if (job->closed)
        return;
    if (done > job->told)
        job_signal_progress(job, done);
    job->told = done;
    loop_timer_start(job->daemon->loop, &job->ticker, job->settings.progress_ms);
}

/* The job as the workers give it back; NULL if it was closed meanwhile and is freed. */
static struct job *take_back(struct task *task)
{
    struct job *job = task->job;

    job->in_flight = false;
    loop_timer_stop(job->daemon->loop, &job->ticker);
    if (!job->closed)
        return job;
    for (unsigned i = 0; i < task->n_frames; i++)
        frame_close(&task->frames[i]);
    job_schedule(job);
    return NULL;
}

/* ---- Opening ---- */

static void open_run(struct work *work)
{
    struct task *task = task_of(work);
    struct job *job = task->job;

    task->status = decoding_open(job->decoding, job->daemon->models, &task->failure);
}

static void open_done(struct work *work)
{
    struct task *task = task_of(work);
    struct job *job = take_back(task);

    if (!job)
        return;
    if (task->status < 0) {
        reply_failure(job->daemon->bus.connection, job->open_call, &task->failure);
        dbus_message_unref(job->open_call);
        job->open_call = NULL;
        job_close(job);
        return;
    }
    job->opened = true;
    job->extent.n_steps = job->decoding->info.n_steps;
    job->state = JOB_READY;
    job->reduce = decoding_reduce_for(job->decoding, job->settings.max_edge);
    if (job_reply_open(job))
        job_schedule(job);
    else
        job_close(job);
}

void task_open(struct job *job)
{
    job->task.n_frames = 0;
    submit(job, TASK_OPEN, job->settings.priority, open_run, open_done);
}

/* ---- Steps ---- */

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void step_run(struct work *work)
{
    struct task *task = task_of(work);
    struct decoding *decoding = task->job->decoding;
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

/* A client that has not fetched the last frame gets numbers only, until it calls again. */
static bool wants_frame(const struct job *job)
{
    return job->settings.frames_in_signal && !job->frame_unfetched;
}

static void step_complete(struct job *job)
{
    struct task *task = &job->task;
    const struct frame *measured = NULL, *shown = NULL;

    for (unsigned i = 0; i < task->n_frames; i++) {
        const struct frame *frame = &task->frames[i];

        if (frame->fd >= 0 && frame->measured)
            measured = frame;
        if (frame->fd >= 0 && wants_frame(job) && frame->key.reduce == job->reduce)
            shown = frame;
    }
    if (measured)
        job->decoding->steps[measured->key.step].psnr = measured->psnr;
    job_signal_step(job, task->seconds, measured, shown);
    for (unsigned i = 0; i < task->n_frames; i++) {
        if (task->frames[i].fd >= 0)
            frame_cache_add(&job->cache, &task->frames[i]);
    }
}

static void step_done(struct work *work)
{
    struct task *task = task_of(work);
    struct job *job = take_back(task);

    if (!job)
        return;
    job->extent.steps_complete = job->decoding->steps_complete;
    job->extent.decoded = job->decoding->decoded;
    job->extent.received = job->decoding->input.offset;
    if (task->status == UQD_OK)
        step_complete(job);
    if (task->status < 0) {
        job->extent.failed = true;
        job->failure = task->failure;
    }
    job->extent.finished = job->extent.failed || job->decoding->ended;
    job_update_state(job);
    if (job->extent.finished)
        job_signal_finished(job, job->extent.failed ? RESULT_FAILED : RESULT_DONE);
    job_schedule(job);
}

/* The frames that go with a step: at full size to be measured, and the one for the signal. */
static void add_frames(struct job *job)
{
    struct task *task = &job->task;
    bool measure = job->decoding->reference.data;
    bool show = wants_frame(job);
    struct frame frame = {.fd = -1};

    frame.key.mode = job->settings.mode;
    frame.key.seed = job->settings.mode == UQD_MODE_ANCESTRAL ? job->settings.seed : 0;
    task->n_frames = 0;
    if (measure)
        task->frames[task->n_frames++] = frame;
    frame.key.reduce = job->reduce;
    if (show && !(measure && job->reduce == 0))
        task->frames[task->n_frames++] = frame;
}

void task_step(struct job *job, enum priority priority)
{
    add_frames(job);
    submit(job, TASK_STEP, priority, step_run, step_done);
}

/* ---- Requested frames ---- */

static void frame_run(struct work *work)
{
    struct task *task = task_of(work);

    task->status = decoding_render(task->job->decoding, &task->frames[0], &task->failure);
}

static void frame_done(struct work *work)
{
    struct task *task = task_of(work);
    struct job *job = take_back(task);

    if (!job)
        return;
    /* A cancelled one was superseded; if it is wanted again by now, it is rendered again. */
    if (task->status == 0)
        frame_cache_add(&job->cache, &task->frames[0]);
    else if (strcmp(task->failure.name, ERROR_CANCELLED) != 0)
        job_fail_requests(job, &task->frames[0].key, &task->failure);
    job_schedule(job);
}

void task_frame(struct job *job, const struct frame_key *key, enum priority priority)
{
    job->task.n_frames = 1;
    job->task.frames[0] = (struct frame){.key = *key, .fd = -1};
    submit(job, TASK_FRAME, priority, frame_run, frame_done);
}
