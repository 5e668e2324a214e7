#include "job.h"

#include "dbus/reply.h"

#include <string.h>

static void open_done(struct task *task);
static void step_done(struct task *task);
static void frame_done(struct task *task);

static void submit(struct job *job, enum task_kind kind, enum priority priority)
{
    static void (*const dones[])(struct task *) = {
        [TASK_OPEN] = open_done,
        [TASK_STEP] = step_done,
        [TASK_FRAME] = frame_done,
    };

    job->task.decoding = job->decoding;
    job->task.models = job->daemon->models;
    job->task.done = dones[kind];
    job->task.cookie = job;
    job->in_flight = true;
    job->told = 0;
    if (kind != TASK_OPEN && job->settings.progress_ms > 0)
        loop_timer_start(job->daemon->loop, &job->ticker, job->settings.progress_ms);
    task_submit(&job->task, job->daemon->pool, kind, priority);
}

void job_tick(void *cookie)
{
    struct job *job = cookie;
    double done = task_progress(&job->task);

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
    struct job *job = task->cookie;

    job->in_flight = false;
    loop_timer_stop(job->daemon->loop, &job->ticker);
    if (!job->closed)
        return job;
    task_drop_frames(task);
    job_schedule(job);
    return NULL;
}

/* ---- Opening ---- */

static void open_done(struct task *task)
{
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

void job_submit_open(struct job *job)
{
    job->task.n_frames = 0;
    submit(job, TASK_OPEN, job->settings.priority);
}

/* ---- Steps ---- */

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

static void step_done(struct task *task)
{
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

void job_submit_step(struct job *job, enum priority priority)
{
    add_frames(job);
    submit(job, TASK_STEP, priority);
}

/* ---- Requested frames ---- */

static void frame_done(struct task *task)
{
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

void job_submit_frame(struct job *job, const struct frame_key *key, enum priority priority)
{
    job->task.n_frames = 1;
    job->task.frames[0] = (struct frame){.key = *key, .fd = -1};
    submit(job, TASK_FRAME, priority);
}
