#include "jobs/requests.h"

#include "decode/frame.h"
#include "plural.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- What can be done ---- */

/* What can be done at present about a picture where the file is taken to end. What lies behind all
 * that there is can never be had: then *key becomes that of everything. */
static enum outlook resolve_bytes(const struct extent *extent, struct frame_key *key)
{
    if (key->bytes <= extent->decoded)
        return FRAME_READY;
    /* The steps within these bytes are decoded, for the next one ends behind what is there. */
    if (extent->starved && key->bytes <= extent->received)
        return FRAME_READY;
    if (!extent->finished)
        return FRAME_WAITS;
    if (key->bytes < extent->received && extent->steps_complete <= extent->max_step)
        return FRAME_READY;
    key->bytes = 0;
    return FRAME_IMPOSSIBLE;
}

enum outlook request_outlook(const struct request *request, const struct extent *extent,
                             struct frame_key *key)
{
    const struct frame_key *wanted = &request->key;
    uint32_t complete = extent->steps_complete;
    /* The file was cut inside a step, and the part that is there can be shown too. */
    bool partial = extent->finished && !extent->failed && complete < extent->n_steps &&
                   complete <= extent->max_step;

    *key = *wanted;
    if (wanted->bytes > 0) {
        enum outlook outlook = resolve_bytes(extent, key);

        if (outlook != FRAME_IMPOSSIBLE)
            return outlook;
    }
    if (wanted->step < complete)
        return FRAME_READY;
    if (!extent->finished)
        return FRAME_WAITS;
    if (wanted->step != UQD_STEP_LATEST)
        return FRAME_IMPOSSIBLE;
    if (partial)
        return FRAME_READY;
    key->step = complete - 1;
    return complete > 0 ? FRAME_READY : FRAME_IMPOSSIBLE;
}

int request_explain(const struct request *request, const struct extent *extent,
                    struct failure *failure)
{
    return failure_set(
        failure, FAILURE_GONE, "there is no step %u: %s after %u step%s", request->key.step,
        extent->steps_complete > extent->max_step ? "decoding was to stop" : "the file ends",
        extent->steps_complete, plural(extent->steps_complete));
}

/* ---- Adding and taking ---- */

static struct request *find_older(const struct requests *requests, const struct frame_key *key,
                                  const char *purpose)
{
    struct request *request = requests->first;
    bool bits = key->mode == FRAME_OF_BITS;

    while (request &&
           (strcmp(request->purpose, purpose) != 0 || (request->key.mode == FRAME_OF_BITS) != bits))
        request = request->next;
    return request;
}

static void append(struct requests *requests, struct request *request)
{
    struct request **at = &requests->first;

    while (*at)
        at = &(*at)->next;
    *at = request;
    requests->n_requests++;
}

int requests_add(struct requests *requests, const struct frame_key *key, enum priority priority,
                 const char *purpose, void *cookie, struct request **older, struct failure *failure)
{
    struct request *superseded = find_older(requests, key, purpose);
    size_t size = strlen(purpose) + 1;
    struct request *request;

    if (!superseded && requests->n_requests >= MAX_REQUESTS)
        return failure_set(failure, FAILURE_LIMIT, "%u frames are requested, which is the limit",
                           requests->n_requests);
    request = malloc(sizeof *request + size);
    if (!request)
        return failure_set_status(failure, UQD_ERR_NOMEM);
    *request = (struct request){.key = *key, .priority = priority, .cookie = cookie};
    memcpy(request->purpose, purpose, size);
    append(requests, request);
    if (superseded)
        requests_take(requests, superseded);
    *older = superseded;
    return 0;
}

void requests_take(struct requests *requests, struct request *request)
{
    struct request **at = &requests->first;

    while (*at != request) {
        assert(*at);
        at = &(*at)->next;
    }
    *at = request->next;
    request->next = NULL;
    requests->n_requests--;
}

/* ---- Looking ---- */

bool requests_want(const struct requests *requests, const struct extent *extent,
                   const struct frame_key *key)
{
    struct frame_key resolved;

    for (const struct request *r = requests->first; r; r = r->next) {
        if (request_outlook(r, extent, &resolved) == FRAME_READY && frame_key_equal(&resolved, key))
            return true;
    }
    return false;
}

const struct request *requests_next(const struct requests *requests, const struct extent *extent,
                                    struct frame_key *key)
{
    const struct request *next = NULL;
    struct frame_key resolved;

    for (const struct request *r = requests->first; r; r = r->next) {
        if ((!next || r->priority < next->priority) &&
            request_outlook(r, extent, &resolved) == FRAME_READY) {
            next = r;
            *key = resolved;
        }
    }
    return next;
}

unsigned requests_waiting(const struct requests *requests, const struct extent *extent)
{
    struct frame_key resolved;
    unsigned priority = 0;

    for (const struct request *r = requests->first; r; r = r->next) {
        if ((priority == 0 || r->priority < priority) &&
            request_outlook(r, extent, &resolved) == FRAME_WAITS)
            priority = r->priority;
    }
    return priority;
}
