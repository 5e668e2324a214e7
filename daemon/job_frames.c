#include "job.h"

#include "dbus/reply.h"

#include <stdlib.h>
#include <string.h>

#define MAX_REQUESTS 64

enum outlook { FRAME_READY, FRAME_WAITS, FRAME_IMPOSSIBLE };

/* What can be done at present about a picture where the file is taken to end. What lies behind all
 * that there is can never be had: then *key becomes that of everything. */
static enum outlook resolve_bytes(const struct job *job, struct frame_key *key)
{
    if (key->bytes <= job->decoded)
        return FRAME_READY;
    if (!job->finished)
        return FRAME_WAITS;
    if (key->bytes < job->received && job->steps_complete <= job->settings.max_step)
        return FRAME_READY;
    key->bytes = 0;
    return FRAME_IMPOSSIBLE;
}

/* What can be done about a requested frame at present; *key is what to render if it is ready. */
static enum outlook resolve(const struct job *job, const struct frame_key *wanted,
                            struct frame_key *key)
{
    uint32_t complete = job->steps_complete;
    /* The file was cut inside a step, and the part that is there can be shown too. */
    bool partial = job->finished && !job->failed && complete < job->decoding->info.n_steps &&
                   complete <= job->settings.max_step;

    *key = *wanted;
    if (wanted->bytes > 0) {
        enum outlook outlook = resolve_bytes(job, key);

        if (outlook != FRAME_IMPOSSIBLE)
            return outlook;
    }
    if (wanted->step < complete)
        return FRAME_READY;
    if (!job->finished)
        return FRAME_WAITS;
    if (wanted->step != UQD_STEP_LATEST)
        return FRAME_IMPOSSIBLE;
    if (partial)
        return FRAME_READY;
    key->step = complete - 1;
    return complete > 0 ? FRAME_READY : FRAME_IMPOSSIBLE;
}

static void drop(struct job *job, struct frame_request *request)
{
    struct frame_request **at = &job->requests;

    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    job->n_requests--;
    dbus_message_unref(request->call);
    free(request);
}

static void fail(struct job *job, struct frame_request *request, const struct failure *failure)
{
    reply_failure(job->daemon->bus.connection, request->call, failure);
    drop(job, request);
}

static void fail_impossible(struct job *job, struct frame_request *request)
{
    struct failure failure = job->failure;

    if (!job->failed)
        failure_set(
            &failure, ERROR_GONE, "there is no step %u: %s after %u steps", request->key.step,
            job->steps_complete > job->settings.max_step ? "decoding was to stop" : "the file ends",
            job->steps_complete);
    fail(job, request, &failure);
}

/* ---- Adding ---- */

static struct frame_request *find_older(const struct job *job, const struct frame_key *key,
                                        const char *purpose)
{
    struct frame_request *request = job->requests;
    bool bits = key->mode == FRAME_OF_BITS;

    while (request &&
           (strcmp(request->purpose, purpose) != 0 || (request->key.mode == FRAME_OF_BITS) != bits))
        request = request->next;
    return request;
}

static void append(struct job *job, struct frame_request *request)
{
    struct frame_request **at = &job->requests;

    while (*at)
        at = &(*at)->next;
    *at = request;
    job->n_requests++;
}

int requests_add(struct job *job, DBusMessage *call, const struct frame_key *key,
                 enum priority priority, const char *purpose, struct failure *failure)
{
    struct frame_request *older = find_older(job, key, purpose);
    size_t size = strlen(purpose) + 1;
    struct frame_request *request;
    struct failure superseded;

    if (!older && job->n_requests >= MAX_REQUESTS)
        return failure_set(failure, ERROR_LIMIT, "%u frames are requested, which is the limit",
                           job->n_requests);
    request = malloc(sizeof *request + size);
    if (!request)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    *request = (struct frame_request){.key = *key, .priority = priority};
    request->call = dbus_message_ref(call);
    memcpy(request->purpose, purpose, size);
    append(job, request);
    if (older) {
        failure_set(&superseded, ERROR_CANCELLED, "a newer request has taken its place");
        fail(job, older, &superseded);
    }
    return 0;
}

/* ---- Looking ---- */

bool requests_want(const struct job *job, const struct frame_key *key)
{
    struct frame_key resolved;

    for (const struct frame_request *r = job->requests; r; r = r->next) {
        if (resolve(job, &r->key, &resolved) == FRAME_READY && frame_key_equal(&resolved, key))
            return true;
    }
    return false;
}

const struct frame_request *requests_next(const struct job *job, struct frame_key *key)
{
    const struct frame_request *next = NULL;
    struct frame_key resolved;

    for (const struct frame_request *r = job->requests; r; r = r->next) {
        if ((!next || r->priority < next->priority) &&
            resolve(job, &r->key, &resolved) == FRAME_READY) {
            next = r;
            *key = resolved;
        }
    }
    return next;
}

unsigned requests_waiting(const struct job *job)
{
    struct frame_key resolved;
    unsigned priority = 0;

    for (const struct frame_request *r = job->requests; r; r = r->next) {
        if ((priority == 0 || r->priority < priority) &&
            resolve(job, &r->key, &resolved) == FRAME_WAITS)
            priority = r->priority;
    }
    return priority;
}

/* ---- Answering ---- */

static void answer(struct job *job, struct frame_request *request)
{
    struct frame_key key;
    enum outlook outlook = resolve(job, &request->key, &key);
    const struct frame *frame;

    if (outlook == FRAME_IMPOSSIBLE) {
        fail_impossible(job, request);
    } else if (outlook == FRAME_READY && (frame = frame_cache_find(&job->cache, &key))) {
        job_reply_frame(job, request->call, frame);
        drop(job, request);
    }
}

void requests_answer(struct job *job)
{
    struct frame_request *next;

    for (struct frame_request *request = job->requests; request; request = next) {
        next = request->next;
        answer(job, request);
    }
}

void requests_fail(struct job *job, const struct frame_key *key, const struct failure *failure)
{
    struct frame_request *next;
    struct frame_key resolved;

    for (struct frame_request *request = job->requests; request; request = next) {
        next = request->next;
        if (!key || (resolve(job, &request->key, &resolved) == FRAME_READY &&
                     frame_key_equal(&resolved, key)))
            fail(job, request, failure);
    }
}
