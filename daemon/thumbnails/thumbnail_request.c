#include "thumbnails/thumbnail_request.h"

#include <stdlib.h>
#include <string.h>

struct thumbnail_request *thumbnail_request_new(size_t n_wishes)
{
    struct thumbnail_request *request =
        calloc(1, sizeof *request + n_wishes * sizeof request->wishes[0]);

    if (!request)
        return NULL;
    request->n_wishes = n_wishes;
    for (size_t i = 0; i < n_wishes; i++)
        request->wishes[i].request = request;
    return request;
}

static void empty_group(struct thumbnail_request *request)
{
    while (request->n_group > 0)
        free(request->group[--request->n_group]);
}

void thumbnail_request_free(struct thumbnail_request *request)
{
    empty_group(request);
    share_release(request->share);
    free(request);
}

void thumbnail_request_start(struct thumbnail_request *request)
{
    if (!request->told_started)
        request->events->started(request->cookie);
    request->told_started = true;
}

static void tell_group(struct thumbnail_request *request)
{
    if (request->n_group > 0)
        request->events->ready(request->cookie, (const char *const *)request->group,
                               request->n_group);
    empty_group(request);
}

/* One that finds no place in the group is told of at once. */
void thumbnail_request_ready(struct thumbnail_request *request, const char *uri)
{
    char *copy = request->scheduler == SCHEDULER_BACKGROUND ? strdup(uri) : NULL;

    thumbnail_request_start(request);
    if (!copy) {
        request->events->ready(request->cookie, &uri, 1);
        return;
    }
    request->group[request->n_group++] = copy;
    if (request->n_group == REQUEST_GROUP)
        tell_group(request);
}

void thumbnail_request_fail(struct thumbnail_request *request, const char *const *uris, size_t n,
                            enum thumbnail_error error, const char *text)
{
    thumbnail_request_start(request);
    request->events->failed(request->cookie, uris, n, error, text);
}

void thumbnail_request_finish(struct thumbnail_request *request)
{
    tell_group(request);
    request->events->finished(request->cookie);
}
