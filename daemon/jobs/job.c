#include "jobs/job.h"

#include "jobs/schedule.h"

#include <assert.h>
#include <stdlib.h>

static void drive(struct job *job);
static void task_done(struct task *task);

/* ---- Memory ---- */

/* A job may be closed by a callback while functions still use it, and while its task is with the
 * workers. So each function that calls back holds it, and the last one to release it frees it. */
static void hold(struct job *job)
{
    job->n_holds++;
}

/* Frees a job that is neither listed nor with the workers. */
static void job_free(struct job *job)
{
    frame_cache_clear(&job->cache);
    decoding_free(job->decoding);
    share_release(job->share);
    free(job);
}

static void release(struct job *job)
{
    assert(job->n_holds > 0);
    if (--job->n_holds == 0 && job->closed && !job->in_flight)
        job_free(job);
}

/* ---- Making ---- */

int jobs_check(const struct jobs *jobs, const char *name, struct failure *failure)
{
    return limits_check_job(&jobs->limits, jobs->n_jobs, client_find(&jobs->clients, name),
                            failure);
}

static void set_up(struct job *job, const struct job_settings *settings,
                   const struct job_events *events, void *cookie)
{
    job->settings = *settings;
    job->events = events;
    job->cookie = cookie;
    job->opening = true;
    job->state = JOB_READY;
    job->extent.max_step = settings->max_step;
    job->task.decoding = job->decoding;
    job->task.workers = job->jobs->workers;
    job->task.share = job->share;
    job->task.done = task_done;
    job->task.cookie = job;
}

/* Where several programs have jobs, those who have something to look at leave the processors to
 * those who begin. */
static void stand_back(struct job *job)
{
    const struct client *first = job->jobs->clients.first;

    if (first && first->next && job->extent.steps_complete > 0)
        decoding_stand_back(job->decoding);
}

static void list(struct job *job)
{
    for (struct job *other = job->jobs->first; other; other = other->next)
        stand_back(other);
    job->next = job->jobs->first;
    job->jobs->first = job;
    job->jobs->n_jobs++;
}

int job_new(struct jobs *jobs, const char *client, const struct job_settings *settings, int fd,
            int reference_fd, const struct job_events *events, void *cookie, struct job **out,
            struct failure *failure)
{
    const struct decode_settings decode = {.max_bytes = settings->max_bytes,
                                           .max_pixels = jobs->limits.max_pixels,
                                           .max_memory =
                                               limits_most_memory(&jobs->limits, jobs->threads),
                                           .max_step = settings->max_step,
                                           .threads = jobs->threads,
                                           .region = settings->region,
                                           .with_ms_ssim = settings->ms_ssim};
    struct decoding *decoding = decoding_new(fd, reference_fd, &decode);
    struct job *job = calloc(1, sizeof *job);
    int status = jobs_check(jobs, client, failure);

    if (status == 0 &&
        (!decoding || !job || !(job->client = client_add_job(&jobs->clients, client))))
        status = failure_set_status(failure, UQD_ERR_NOMEM);
    if (status < 0) {
        decoding_free(decoding);
        free(job);
        return status;
    }
    job->jobs = jobs;
    job->decoding = decoding;
    job->share = job->client->share;
    share_hold(job->share);
    set_up(job, settings, events, cookie);
    list(job);
    drive(job);
    *out = job;
    return 0;
}

/* ---- Telling ---- */

static enum job_state current_state(const struct job *job)
{
    if (job->extent.failed)
        return JOB_FAILED;
    if (job->extent.finished)
        return JOB_FINISHED;
    if (job->paused)
        return JOB_PAUSED;
    if (!job->started)
        return JOB_READY;
    return job->waiting ? JOB_WAITING : JOB_DECODING;
}

static void tell_state(struct job *job)
{
    enum job_state state = current_state(job);

    if (job->closed || state == job->state)
        return;
    job->state = state;
    if (job->events->changed)
        job->events->changed(job->cookie);
}

static void tell_working(struct job *job, bool working)
{
    if (!job->closed && job->task.kind != TASK_OPEN && job->events->working)
        job->events->working(job->cookie, working);
}

static void tell_finished(struct job *job, enum job_result result)
{
    if (!job->closed && job->events->finished)
        job->events->finished(job->cookie, result);
}

/* No further step comes. */
static void finish(struct job *job)
{
    job->extent.finished = true;
    tell_state(job);
    tell_finished(job, job->extent.failed ? RESULT_FAILED : RESULT_DONE);
}

static void tell_not_opened(struct job *job, const struct failure *failure)
{
    job->opening = false;
    if (job->events->not_opened)
        job->events->not_opened(job->cookie, failure);
}

void job_tell_progress(struct job *job)
{
    const struct task *task = &job->task;
    struct job_progress progress = {.done = task_progress(task),
                                    .step = job->extent.steps_complete};

    if (!job->in_flight || progress.done <= job->told || !job->events->progress)
        return;
    job->told = progress.done;
    if (task->kind == TASK_FRAME) {
        progress.frame = &task->frames[0].key;
        progress.step = progress.frame->step;
    }
    job->events->progress(job->cookie, &progress);
}

/* ---- Answering ---- */

/* Takes the request out. Without a frame it has failed. */
static void answer(struct job *job, struct request *request, const struct frame *frame,
                   const struct failure *failure)
{
    void *cookie = request->cookie;

    requests_take(&job->requests, request);
    free(request);
    job->events->answered(job->cookie, cookie, frame, failure);
}

/* Answers one request whose frame is in the cache or can never be made. False if there is none. */
static bool answer_one(struct job *job)
{
    for (struct request *request = job->requests.first; request; request = request->next) {
        struct failure failure = job->failure;
        const struct frame *frame = NULL;
        struct frame_key key;
        enum outlook outlook = request_outlook(request, &job->extent, &key);

        if (outlook == FRAME_READY)
            frame = frame_cache_find(&job->cache, &key);
        if (outlook == FRAME_IMPOSSIBLE && !job->extent.failed)
            request_explain(request, &job->extent, &failure);
        if (outlook == FRAME_IMPOSSIBLE || frame) {
            answer(job, request, frame, &failure);
            return true;
        }
    }
    return false;
}

/* The first request for this frame, or any if key is NULL. */
static struct request *find_request(const struct job *job, const struct frame_key *key)
{
    struct request *request = job->requests.first;
    struct frame_key resolved;

    while (request && key &&
           (request_outlook(request, &job->extent, &resolved) != FRAME_READY ||
            !frame_key_equal(&resolved, key)))
        request = request->next;
    return request;
}

/* Answers the requests for this frame, or all if key is NULL, with a failure. */
static void fail_requests(struct job *job, const struct frame_key *key,
                          const struct failure *failure)
{
    struct request *request;

    while ((request = find_request(job, key)))
        answer(job, request, NULL, failure);
}

/* ---- Memory of workers ---- */

/* What its worker is expected to need, which one that is woken takes again without being asked. */
static void take_memory(struct job *job)
{
    if (!job->opened || job->memory > 0)
        return;
    job->memory =
        limits_memory_of(&job->decoding->info, &job->decoding->shown, job->decoding->has_reference);
    job->jobs->memory += job->memory;
    job->client->memory += job->memory;
}

static void give_memory(struct job *job)
{
    job->jobs->memory -= job->memory;
    job->client->memory -= job->memory;
    job->memory = 0;
}

/* ---- Driving ---- */

/* The frames that go with a step: at full size to be measured, and the one that is wanted. */
static void add_step_frames(struct job *job)
{
    struct task *task = &job->task;
    bool measure = job->decoding->has_reference;
    struct frame frame = {.fd = -1};

    frame.key.mode = job->settings.mode;
    frame.key.seed = job->settings.mode == UQD_MODE_ANCESTRAL ? job->settings.seed : 0;
    if (measure)
        task->frames[task->n_frames++] = frame;
    frame.key.reduce = job->reduce;
    if (job->settings.with_frames && !(measure && job->reduce == 0))
        task->frames[task->n_frames++] = frame;
}

static void submit(struct job *job, const struct plan *plan)
{
    struct task *task = &job->task;

    assert(!job->in_flight);
    job->in_flight = true;
    job->told = 0;
    stand_back(job);
    task->n_frames = 0;
    job->decoding->follows = job->settings.follow;
    if (plan->kind == TASK_STEP)
        add_step_frames(job);
    if (plan->kind == TASK_FRAME)
        task->frames[task->n_frames++] = (struct frame){.key = plan->key, .fd = -1};
    job->rested = 0;
    decoding_refresh(job->decoding);
    take_memory(job);
    task_submit(task, job->jobs->pool, plan->kind, plan->priority);
    tell_working(job, true);
}

/* The priority of decoding steps that no request waits for; 0 if that is not wanted. */
static unsigned own_priority(const struct job *job)
{
    return job->started && !job->paused ? job->settings.priority : 0;
}

/* What to do next. False if there is nothing. */
static bool make_plan(const struct job *job, struct plan *plan)
{
    if (job->opened)
        return schedule_next(&job->requests, &job->extent, own_priority(job), plan);
    plan->kind = TASK_OPEN;
    plan->priority = job->settings.priority;
    return !job->extent.starved;
}

static void answer_all(struct job *job)
{
    while (job->opened && !job->closed && answer_one(job))
        continue;
}

/* What has come goes before what may: a frame that can be rendered now would be late otherwise, as
 * long as the file grows and no step is complete. */
static bool may_look(const struct job *job)
{
    struct frame_key key;

    return job->extent.starved && !job->closed && !job->in_flight &&
           !requests_next(&job->requests, &job->extent, &key);
}

/* Ends the starving of a job whose file has grown or will not. */
static void look(struct job *job)
{
    struct failure failure;
    int status = job->settings.follow ? input_look(&job->decoding->input, &failure) : INPUT_MORE;

    job->extent.starved = status == INPUT_SAME;
    if (status < 0 && job->opening) {
        tell_not_opened(job, &failure);
        job_close(job);
    } else if (status < 0) {
        job->extent.failed = true;
        job->failure = failure;
        finish(job);
        answer_all(job);
    }
}

/* Does what can be done now. */
static void drive(struct job *job)
{
    struct plan plan;

    hold(job);
    answer_all(job);
    if (may_look(job))
        look(job);
    if (!job->closed && !job->in_flight && make_plan(job, &plan))
        submit(job, &plan);
    else if (!job->closed && job->in_flight &&
             schedule_gives_way(&job->requests, &job->extent, &job->task))
        task_call_back(&job->task);
    release(job);
}

/* ---- What the workers give back ---- */

/* 0, or -1 with a failure if there is no room for so large a picture. */
static int check_memory(const struct job *job, struct failure *failure)
{
    const uint64_t bytes =
        limits_memory_of(&job->decoding->info, &job->decoding->shown, job->decoding->has_reference);

    return limits_check_memory(&job->jobs->limits, job->jobs->memory, job->client, bytes, failure);
}

static void open_done(struct job *job)
{
    struct task *task = &job->task;

    job->extent.starved = task->status == UQD_NEED_DATA;
    if (job->extent.starved)
        return;
    if (task->status < 0 || check_memory(job, &task->failure) < 0) {
        tell_not_opened(job, &task->failure);
        job_close(job);
        return;
    }
    job->opening = false;
    job->opened = true;
    take_memory(job);
    job->extent.n_steps = job->decoding->info.n_steps;
    job->reduce = frame_reduce_for(&job->decoding->shown, job->settings.max_edge);
    if (job->events->opened && !job->events->opened(job->cookie))
        job_close(job);
}

/* The cache takes over what has been rendered. */
static void step_complete(struct job *job)
{
    struct task *task = &job->task;
    struct job_step step = {.index = job->extent.steps_complete - 1, .seconds = task->seconds};

    for (unsigned i = 0; i < task->n_frames; i++) {
        const struct frame *frame = &task->frames[i];

        if (frame->fd >= 0 && frame->measured)
            step.measured = frame;
        if (frame->fd >= 0 && job->settings.with_frames && frame->key.reduce == job->reduce)
            step.shown = frame;
    }
    if (step.measured)
        job->decoding->steps[step.index].psnr = step.measured->psnr;
    if (job->events->step)
        job->events->step(job->cookie, &step);
    for (unsigned i = 0; i < task->n_frames; i++) {
        if (task->frames[i].fd >= 0)
            frame_cache_add(&job->cache, &task->frames[i]);
    }
}

static void step_done(struct job *job)
{
    const struct task *task = &job->task;
    struct extent *extent = &job->extent;

    extent->steps_complete = job->decoding->steps_complete;
    extent->decoded = job->decoding->decoded;
    extent->received = job->decoding->input.offset;
    if (task->status == UQD_OK)
        step_complete(job);
    if (task->status < 0) {
        extent->failed = true;
        job->failure = task->failure;
    }
    extent->starved = task->status == UQD_NEED_DATA && !job->decoding->ended;
    job->waiting = extent->starved;
    if (extent->failed || job->decoding->ended)
        finish(job);
    else
        tell_state(job);
}

/* A cancelled frame was superseded; if it is wanted again by now, it is rendered again. */
static void frame_done(struct job *job)
{
    const struct task *task = &job->task;

    if (task->status == 0)
        frame_cache_add(&job->cache, &task->frames[0]);
    else if (task->failure.kind != FAILURE_CANCELLED)
        fail_requests(job, &task->frames[0].key, &task->failure);
}

static void task_done(struct task *task)
{
    static void (*const dones[])(struct job *) = {
        [TASK_OPEN] = open_done,
        [TASK_STEP] = step_done,
        [TASK_FRAME] = frame_done,
    };
    struct job *job = task->cookie;

    hold(job);
    job->in_flight = false;
    tell_working(job, false);
    if (job->closed)
        task_drop_frames(task);
    else
        dones[task->kind](job);
    if (!job->closed)
        drive(job);
    release(job);
}

/* ---- What is asked of it ---- */

void job_start(struct job *job)
{
    assert(job->opened && !job->closed);
    hold(job);
    job->started = true;
    job->paused = false;
    tell_state(job);
    if (!job->closed)
        drive(job);
    release(job);
}

void job_pause(struct job *job)
{
    assert(job->opened && !job->closed);
    hold(job);
    job->paused = true;
    tell_state(job);
    release(job);
}

void job_set_mode(struct job *job, uint32_t mode, uint64_t seed)
{
    assert(mode >= UQD_MODE_DENOISED && mode <= UQD_MODE_FLOW);
    job->settings.mode = mode;
    job->settings.seed = seed;
}

void job_want_frames(struct job *job, bool wanted)
{
    job->settings.with_frames = wanted;
}

void job_grown(struct job *job)
{
    drive(job);
}

void job_set_follow(struct job *job, bool follow)
{
    job->settings.follow = follow;
    drive(job);
}

int job_request(struct job *job, const struct frame_key *key, enum priority priority,
                const char *purpose, void *cookie, struct failure *failure)
{
    struct request *older;
    struct failure superseded;
    int status;

    assert(job->opened && !job->closed);
    assert(key->step == UQD_STEP_LATEST || key->step < job->extent.n_steps);
    status = requests_add(&job->requests, key, priority, purpose, cookie, &older, failure);
    if (status < 0)
        return status;
    hold(job);
    if (older) {
        void *older_cookie = older->cookie;

        free(older);
        failure_set(&superseded, FAILURE_CANCELLED, "a newer request has taken its place");
        job->events->answered(job->cookie, older_cookie, NULL, &superseded);
    }
    drive(job);
    release(job);
    return 0;
}

bool job_busy(const struct job *job)
{
    return job->in_flight || (job->requests.first && !job->extent.starved) ||
           schedule_step(&job->requests, &job->extent, own_priority(job)) > 0;
}

void job_rest(struct job *job)
{
    if (!job->opened || job->in_flight || job->settings.follow || job_busy(job)) {
        job->rested = 0;
        return;
    }
    if (++job->rested < JOB_REST_TURNS)
        return;
    decoding_sleep(job->decoding);
    if (decoding_sleeps(job->decoding))
        give_memory(job);
}

/* ---- Ending ---- */

static void unlist(struct job *job)
{
    struct job **at = &job->jobs->first;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->jobs->n_jobs--;
    give_memory(job);
    client_remove_job(&job->jobs->clients, job->client);
    job->client = NULL;
}

void job_close(struct job *job)
{
    struct failure failure;

    if (job->closed)
        return;
    hold(job);
    job->closed = true;
    decoding_kill(job->decoding); /* whatever it is doing, nobody waits for it any more */
    failure_set(&failure, FAILURE_CANCELLED, "the job has been closed");
    fail_requests(job, NULL, &failure);
    if (job->opening)
        tell_not_opened(job, &failure);
    unlist(job);
    if (job->events->closed)
        job->events->closed(job->cookie);
    release(job);
}

void job_cancel(struct job *job)
{
    hold(job);
    if (job->opened && job->started && !job->extent.finished)
        tell_finished(job, RESULT_CANCELLED);
    job_close(job);
    release(job);
}
