#include "job.h"

#include "client.h"
#include "dbus/reply.h"
#include "job_path.h"
#include "objects/decoder_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_JOBS_PER_CLIENT 16

/* ---- Making and finding ---- */

struct job *job_find(const struct daemon *daemon, const char *path)
{
    struct job *job = daemon->jobs;

    while (job && strcmp(job->path, path) != 0)
        job = job->next;
    return job;
}

struct job *job_of_client(const struct daemon *daemon, const struct client *client)
{
    struct job *job = daemon->jobs;

    while (job && job->client != client)
        job = job->next;
    return job;
}

/* A free path for the job, malloc'ed; NULL without memory or if the client's token is in use. */
static char *make_path(struct daemon *daemon, const char *sender, const char *token)
{
    char path[JOB_PATH_SIZE], made_up[16];

    do {
        if (!token)
            snprintf(made_up, sizeof made_up, "t%u", ++daemon->n_tokens);
        job_path(path, sizeof path, sender, token ? token : made_up);
        if (!job_find(daemon, path))
            return strdup(path);
    } while (!token);
    return NULL;
}

static int check_limits(const struct daemon *daemon, const char *sender, struct failure *failure)
{
    const struct client *client = client_find(daemon, sender);

    if (daemon->n_jobs >= daemon->arguments.max_jobs)
        return failure_set(failure, ERROR_LIMIT, "%u files are open, which is the limit",
                           daemon->n_jobs);
    if (client && client->n_jobs >= MAX_JOBS_PER_CLIENT)
        return failure_set(failure, ERROR_LIMIT,
                           "this program has %u files open, which is its limit", client->n_jobs);
    return 0;
}

/* Frees a job that is neither listed nor with the workers. */
static void job_free(struct job *job)
{
    frame_cache_clear(&job->cache);
    decoding_free(job->decoding);
    free(job->path);
    free(job);
}

static void jobs_changed(struct daemon *daemon, int change)
{
    daemon->n_jobs += (unsigned)change;
    root_jobs_changed(daemon);
}

int job_new(struct daemon *daemon, DBusMessage *open_call, const struct job_settings *settings,
            int fd, int reference_fd, struct failure *failure)
{
    const char *sender = dbus_message_get_sender(open_call);
    struct decoding *decoding = decoding_new(fd, reference_fd, settings->max_bytes);
    struct job *job = calloc(1, sizeof *job);

    if (!decoding || !job) {
        decoding_free(decoding);
        free(job);
        return failure_set_status(failure, UQD_ERR_NOMEM);
    }
    job->daemon = daemon;
    job->decoding = decoding;
    job->settings = *settings;
    job->ticker = (struct loop_timer){.fire = job_tick, .cookie = job};
    if (check_limits(daemon, sender, failure) < 0)
        goto fail;
    job->path = make_path(daemon, sender, settings->token);
    if (!job->path) {
        failure_set(failure, DBUS_ERROR_OBJECT_PATH_IN_USE, "this handle_token is in use");
        goto fail;
    }
    job->client = client_add_job(daemon, sender);
    if (!job->client) {
        failure_set_status(failure, UQD_ERR_NOMEM);
        goto fail;
    }
    job->extent.max_step = settings->max_step;
    decoding->max_step = settings->max_step;
    decoding->with_ms_ssim = settings->ms_ssim;
    decoding->threads = daemon->arguments.threads;
    job->settings.token = NULL;
    job->open_call = dbus_message_ref(open_call);
    job->next = daemon->jobs;
    daemon->jobs = job;
    jobs_changed(daemon, 1);
    job_schedule(job);
    return 0;
fail:
    job_free(job);
    return -1;
}

/* ---- Driving ---- */

static enum job_state current_state(const struct job *job)
{
    if (job->extent.failed)
        return JOB_FAILED;
    if (job->extent.finished)
        return JOB_FINISHED;
    if (job->paused)
        return JOB_PAUSED;
    return job->started ? JOB_DECODING : JOB_READY;
}

void job_update_state(struct job *job)
{
    static const char *const names[] = {PROPERTY_STATE, NULL};
    enum job_state state = current_state(job);

    if (state == job->state)
        return;
    job->state = state;
    job_properties_changed(job, names);
}

/* How urgent the next step is; 0 if it is not wanted. */
static unsigned step_priority(const struct job *job)
{
    unsigned waiting = requests_waiting(&job->requests, &job->extent);
    unsigned own = job->started && !job->paused ? job->settings.priority : 0;

    if (job->extent.finished)
        return 0;
    if (own == 0 || (waiting > 0 && waiting < own))
        return waiting;
    return own;
}

/* Calls back the rendering of a frame that nobody waits for any more, or that keeps something more
 * urgent waiting, other than itself; then it is rendered later. Steps are not interrupted: they
 * would begin anew. */
static void reconsider(struct job *job)
{
    const struct task *task = &job->task;
    const struct request *next;
    struct frame_key key;
    bool outrun;

    if (task->kind != TASK_FRAME)
        return;
    next = requests_next(&job->requests, &job->extent, &key);
    outrun = next && next->priority < task->work.priority &&
             !frame_key_equal(&key, &task->frames[0].key);
    if (outrun || !requests_want(&job->requests, &job->extent, &task->frames[0].key))
        task_call_back(&job->task);
}

static void schedule_decoding(struct job *job)
{
    struct frame_key key;
    const struct request *request = requests_next(&job->requests, &job->extent, &key);
    unsigned step = step_priority(job);

    if (request && (step == 0 || request->priority <= step))
        job_submit_frame(job, &key, request->priority);
    else if (step > 0)
        job_submit_step(job, step);
}

void job_schedule(struct job *job)
{
    if (job->opened && !job->closed)
        job_answer_requests(job);
    if (job->in_flight)
        reconsider(job);
    else if (job->closed)
        job_free(job);
    else if (!job->opened)
        job_submit_open(job);
    else
        schedule_decoding(job);
}

bool job_busy(const struct job *job)
{
    return job->in_flight || job->requests.first || step_priority(job) > 0;
}

/* ---- Ending ---- */

void job_cancelled(struct job *job)
{
    if (job->opened && job->started && !job->extent.finished)
        job_signal_finished(job, RESULT_CANCELLED);
}

static void unlist(struct job *job)
{
    struct job **at = &job->daemon->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    client_remove_job(job->daemon, job->client);
    job->client = NULL;
}

void job_close(struct job *job)
{
    struct failure failure;

    failure_set(&failure, ERROR_CANCELLED, "the job has been closed");
    job_fail_requests(job, NULL, &failure);
    if (job->open_call) {
        reply_failure(job->daemon->bus.connection, job->open_call, &failure);
        dbus_message_unref(job->open_call);
    }
    unlist(job);
    jobs_changed(job->daemon, -1);
    job->closed = true;
    task_call_back(&job->task);
    job_schedule(job);
}
