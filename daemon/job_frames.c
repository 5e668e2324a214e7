#include "job.h"

#include "dbus/reply.h"

#include <stdlib.h>

/* Of a request that has been taken out. */
static void fail(struct job *job, struct request *request, const struct failure *failure)
{
    DBusMessage *call = request->cookie;

    reply_failure(job->daemon->bus.connection, call, failure);
    dbus_message_unref(call);
    free(request);
}

int job_request(struct job *job, DBusMessage *call, const struct frame_key *key,
                enum priority priority, const char *purpose, struct failure *failure)
{
    struct request *older;
    struct failure superseded;
    int status = requests_add(&job->requests, key, priority, purpose, call, &older, failure);

    if (status < 0)
        return status;
    dbus_message_ref(call);
    if (older) {
        failure_set(&superseded, ERROR_CANCELLED, "a newer request has taken its place");
        fail(job, older, &superseded);
    }
    return 0;
}

static void answer(struct job *job, struct request *request)
{
    struct frame_key key;
    enum outlook outlook = request_outlook(request, &job->extent, &key);
    struct failure failure = job->failure;
    const struct frame *frame;

    if (outlook == FRAME_IMPOSSIBLE) {
        if (!job->extent.failed)
            request_explain(request, &job->extent, &failure);
        requests_take(&job->requests, request);
        fail(job, request, &failure);
    } else if (outlook == FRAME_READY && (frame = frame_cache_find(&job->cache, &key))) {
        requests_take(&job->requests, request);
        job_reply_frame(job, request->cookie, frame);
        dbus_message_unref(request->cookie);
        free(request);
    }
}

void job_answer_requests(struct job *job)
{
    struct request *next;

    for (struct request *request = job->requests.first; request; request = next) {
        next = request->next;
        answer(job, request);
    }
}

void job_fail_requests(struct job *job, const struct frame_key *key, const struct failure *failure)
{
    struct request *next;
    struct frame_key resolved;

    for (struct request *request = job->requests.first; request; request = next) {
        next = request->next;
        if (!key || (request_outlook(request, &job->extent, &resolved) == FRAME_READY &&
                     frame_key_equal(&resolved, key))) {
            requests_take(&job->requests, request);
            fail(job, request, failure);
        }
    }
}
