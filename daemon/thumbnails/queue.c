#include "thumbnails/queue.h"

#include "plural.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void queue_init(struct queue *queue, struct pool *pool, struct workers *workers,
                const struct cache *cache, const struct decode_settings *settings,
                unsigned max_running)
{
    assert(max_running > 0);
    *queue = (struct queue){.pool = pool,
                            .workers = workers,
                            .cache = cache,
                            .settings = *settings,
                            .max_running = max_running};
    thumbnail_set_init(&queue->thumbnails);
}

/* ---- Requests in the list ---- */

static struct thumbnail_request *find_request(const struct queue *queue, uint32_t handle)
{
    struct thumbnail_request *request = queue->requests;

    while (request && request->handle != handle)
        request = request->next;
    return request;
}

static uint32_t new_handle(struct queue *queue)
{
    do {
        queue->last_handle++;
    } while (queue->last_handle == 0 || find_request(queue, queue->last_handle));
    return queue->last_handle;
}

static void list(struct queue *queue, struct thumbnail_request *request)
{
    request->handle = new_handle(queue);
    request->next = queue->requests;
    queue->requests = request;
    queue->n_waited_for += request->n_wishes;
}

/* Takes it out of the list. */
static void end_request(struct queue *queue, struct thumbnail_request *request, bool tell)
{
    struct thumbnail_request **at = &queue->requests;

    assert(request->n_left == 0);
    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    queue->n_waited_for -= request->n_wishes;
    if (tell)
        thumbnail_request_finish(request);
    thumbnail_request_free(request);
}

/* ---- Driving ---- */

static void run(struct work *work)
{
    struct thumbnail *thumbnail = (struct thumbnail *)work; /* its first member */

    thumbnail->status = maker_run(&thumbnail->maker);
}

static void done(struct work *work);

static enum stage stage_of(const struct thumbnail *thumbnail)
{
    if (thumbnail->has_coarse)
        return STAGE_FINE;
    return thumbnail_is_in_background(thumbnail) ? STAGE_WHOLE : STAGE_COARSE;
}

/* Of those that want it, the one to be served first; NULL if nobody does, or nobody that is known.
 */
static struct share *share_for(const struct queue *queue, const struct thumbnail *thumbnail)
{
    struct share *first = NULL;
    const struct wish *wish;

    LIST_FOREACH(wish, &thumbnail->wishes, entry)
    {
        struct share *share = wish->request->share;

        if (share && share != first && (!first || share_goes_first(queue->pool, share, first)))
            first = share;
    }
    return first;
}

static bool has_several_shares(const struct queue *queue)
{
    const struct thumbnail_request *request = queue->requests;

    while (request && request->share == queue->requests->share)
        request = request->next;
    return request;
}

/* What is to be done first, or NULL. */
static struct thumbnail *choose(const struct queue *queue)
{
    struct thumbnail *first = thumbnail_set_first(&queue->thumbnails), *other = first;
    struct share *best = first ? share_for(queue, first) : NULL;

    if (!has_several_shares(queue))
        return first;
    while (other && (other = TAILQ_NEXT(other, entry))) {
        struct share *share = share_for(queue, other);

        if (share && share != best && (!best || share_goes_first(queue->pool, share, best))) {
            first = other;
            best = share;
        }
    }
    return first;
}

static void submit(struct queue *queue, struct thumbnail *thumbnail)
{
    bool first = thumbnail->wait == WAIT_FOREGROUND;
    struct wish *wish;

    thumbnail_run(thumbnail);
    thumbnail->called_back = false;
    thumbnail->cookie = queue;
    thumbnail->work = (struct work){
        .priority = first ? PRIORITY_PREFETCH : PRIORITY_BACKGROUND,
        .share = share_for(queue, thumbnail),
        .run = run,
        .done = done,
    };
    if (thumbnail->work.share)
        share_hold(thumbnail->work.share);
    thumbnail->maker.cache = queue->cache;
    thumbnail->maker.workers = queue->workers;
    thumbnail->maker.settings = &queue->settings;
    thumbnail->maker.stage = stage_of(thumbnail);
    maker_expect(&thumbnail->maker);
    if (queue->stands_back)
        maker_stand_back(&thumbnail->maker);
    LIST_FOREACH(wish, &thumbnail->wishes, entry)
    {
        thumbnail_request_start(wish->request);
    }
    queue->n_running++;
    pool_submit(queue->pool, &thumbnail->work);
}

static void drive(struct queue *queue)
{
    struct thumbnail *thumbnail;

    while (queue->n_running < queue->max_running && (thumbnail = choose(queue)))
        submit(queue, thumbnail);
}

/* ---- What the pool gives back ---- */

/* Another daemon may have made the final one by now. */
static void drop_coarse(const struct queue *queue, const struct thumbnail *thumbnail)
{
    if (thumbnail->has_coarse)
        cache_remove_coarse(queue->cache, thumbnail->maker.flavor, thumbnail->uri);
}

/* Somebody who looks is told; for the others, the final one is early enough. */
static void coarse_done(struct queue *queue, struct thumbnail *thumbnail)
{
    struct wish *wish;

    thumbnail->has_coarse = true;
    LIST_FOREACH(wish, &thumbnail->wishes, entry)
    {
        if (wish->request->scheduler == SCHEDULER_FOREGROUND)
            thumbnail_request_ready(wish->request, thumbnail->uri);
    }
    if (queue->cancelled) {
        drop_coarse(queue, thumbnail);
        thumbnail_free(thumbnail);
    } else {
        thumbnail_wait_last(thumbnail, thumbnail_is_in_background(thumbnail) ? WAIT_FINE_BACKGROUND
                                                                             : WAIT_FINE);
    }
}

/* A coarse one stays where the final one fails for other reasons than its file. */
static bool keeps_coarse(const struct queue *queue, const struct thumbnail *thumbnail)
{
    enum thumbnail_error error = thumbnail->maker.error;

    return thumbnail->has_coarse && !queue->cancelled &&
           (error == THUMBNAIL_ERR_SAVE || error == THUMBNAIL_ERR_OTHER);
}

static void whole_done(struct queue *queue, struct thumbnail *thumbnail)
{
    bool failed = thumbnail->status < 0 && !keeps_coarse(queue, thumbnail);
    const char *uri = thumbnail->uri;

    if (failed)
        drop_coarse(queue, thumbnail);
    while (!LIST_EMPTY(&thumbnail->wishes)) {
        struct wish *wish = LIST_FIRST(&thumbnail->wishes);
        struct thumbnail_request *request = wish->request;

        thumbnail_remove_wish(wish);
        if (failed)
            thumbnail_request_fail(request, &uri, 1, thumbnail->maker.error,
                                   thumbnail->maker.message.text);
        else
            thumbnail_request_ready(request, uri);
        if (request->n_left == 0)
            end_request(queue, request, true);
    }
    thumbnail_free(thumbnail);
}

/* What was called back may be wanted again by now. */
static void done(struct work *work)
{
    struct thumbnail *thumbnail = (struct thumbnail *)work;
    struct queue *queue = thumbnail->cookie;

    queue->n_running--;
    share_release(work->share);
    thumbnail_come_back(thumbnail);
    if (thumbnail->status == MAKER_COARSE)
        coarse_done(queue, thumbnail);
    else if (thumbnail->status < 0 && thumbnail->called_back && !LIST_EMPTY(&thumbnail->wishes))
        thumbnail_wait_early(thumbnail, WAIT_FOREGROUND, NULL);
    else
        whole_done(queue, thumbnail);
    drive(queue);
}

/* ---- Giving up ---- */

static void call_back(struct thumbnail *thumbnail)
{
    thumbnail->called_back = true;
    maker_stop(&thumbnail->maker);
}

/* Nobody wants it any more. */
static void abandon(struct thumbnail *thumbnail)
{
    if (thumbnail->running && !thumbnail->has_coarse)
        call_back(thumbnail);
    else if (!thumbnail->running && thumbnail->has_coarse)
        thumbnail_wait_last(thumbnail, WAIT_FINE_BACKGROUND);
    else if (!thumbnail->running)
        thumbnail_free(thumbnail);
}

static void give_up(struct thumbnail_request *request)
{
    for (size_t i = 0; i < request->n_wishes; i++) {
        struct thumbnail *thumbnail = request->wishes[i].thumbnail;

        if (!thumbnail)
            continue;
        thumbnail_remove_wish(&request->wishes[i]);
        if (LIST_EMPTY(&thumbnail->wishes))
            abandon(thumbnail);
    }
}

void queue_remove(struct queue *queue, uint32_t handle, bool tell)
{
    struct thumbnail_request *request = find_request(queue, handle);

    if (!request)
        return;
    give_up(request);
    end_request(queue, request, tell);
    drive(queue);
}

/* ---- Asking ---- */

/* Whether it can be tried; if not, why. */
static bool can_make(const struct queue_order *order, size_t i, const char **why)
{
    const char *type = order->mime_types[i];

    *why = NULL;
    if (strncasecmp(order->uris[i], "file:/", strlen("file:/")) != 0)
        *why = "only files of this machine have thumbnails here";
    else if (*type && strcasecmp(type, MIME_TYPE) != 0)
        *why = "only pictures of the type " MIME_TYPE " have thumbnails here";
    else if (strlen(order->uris[i]) > MAX_URI)
        *why = "the URI is longer than any path";
    return !*why;
}

/* -1 without memory. */
static int make_wishes(struct queue *queue, struct thumbnail_request *request,
                       const struct queue_order *order)
{
    const char *why;

    for (size_t i = 0; order->flavor && i < order->n; i++) {
        struct thumbnail *thumbnail;

        if (!can_make(order, i, &why))
            continue;
        thumbnail = thumbnail_find_or_make(&queue->thumbnails, order->flavor, order->uris[i]);
        if (!thumbnail)
            return -1;
        thumbnail_add_wish(thumbnail, &request->wishes[i]);
    }
    return 0;
}

static int check(const struct queue *queue, const struct queue_order *order,
                 struct failure *failure)
{
    if (queue->cancelled)
        return failure_set(failure, FAILURE_GONE, "this daemon is about to leave");
    if (order->n > MAX_THUMBNAILS - queue->n_waited_for)
        return failure_set(failure, FAILURE_LIMIT,
                           "%zu thumbnail%s %s waited for, and %zu more %s too many",
                           queue->n_waited_for, plural(queue->n_waited_for),
                           plural_are(queue->n_waited_for), order->n, plural_are(order->n));
    return 0;
}

uint32_t queue_add(struct queue *queue, const struct queue_order *order,
                   const struct request_events *events, void *cookie, struct failure *failure)
{
    struct thumbnail_request *request;

    if (check(queue, order, failure) < 0)
        return 0;
    request = thumbnail_request_new(order->n);
    if (!request || make_wishes(queue, request, order) < 0) {
        failure_set_status(failure, UQD_ERR_NOMEM);
        if (request) {
            give_up(request);
            thumbnail_request_free(request);
        }
        return 0;
    }
    request->scheduler = order->scheduler;
    request->share = order->share;
    if (request->share)
        share_hold(request->share);
    request->events = events;
    request->cookie = cookie;
    list(queue, request);
    return request->handle;
}

static void tell_refused(struct thumbnail_request *request, const struct queue_order *order)
{
    const char *why;

    if (!order->flavor && order->n > 0)
        thumbnail_request_fail(request, order->uris, order->n, THUMBNAIL_ERR_FLAVOR,
                               "there are no thumbnails of this flavor");
    for (size_t i = 0; order->flavor && i < order->n; i++) {
        if (!can_make(order, i, &why))
            thumbnail_request_fail(request, &order->uris[i], 1, THUMBNAIL_ERR_UNSUPPORTED, why);
    }
}

/* The newest request goes first, its files in the order of the call. */
static void place_in_foreground(struct thumbnail_request *request)
{
    struct thumbnail *previous = NULL;

    for (size_t i = 0; i < request->n_wishes; i++) {
        struct thumbnail *thumbnail = request->wishes[i].thumbnail;

        if (!thumbnail || thumbnail == previous)
            continue;
        if (thumbnail->has_coarse)
            thumbnail_request_ready(request, thumbnail->uri);
        if (thumbnail->running)
            continue;
        if (thumbnail->has_coarse) {
            thumbnail_wait_early(thumbnail, WAIT_FINE, NULL);
        } else {
            thumbnail_wait_early(thumbnail, WAIT_FOREGROUND, previous);
            previous = thumbnail;
        }
    }
}

static void place_in_background(struct thumbnail_request *request)
{
    for (size_t i = 0; i < request->n_wishes; i++) {
        struct thumbnail *thumbnail = request->wishes[i].thumbnail;

        if (thumbnail && !thumbnail->running && !thumbnail->waits)
            thumbnail_wait_last(thumbnail, WAIT_BACKGROUND);
    }
}

void queue_begin(struct queue *queue, uint32_t handle, const struct queue_order *order)
{
    struct thumbnail_request *request = find_request(queue, handle);

    assert(request);
    tell_refused(request, order);
    if (request->scheduler == SCHEDULER_FOREGROUND)
        place_in_foreground(request);
    else
        place_in_background(request);
    if (request->n_left == 0) {
        thumbnail_request_start(request);
        end_request(queue, request, true);
    }
    drive(queue);
}

/* ---- Beside others ---- */

void queue_stand_back(struct queue *queue, bool stands_back)
{
    struct thumbnail *thumbnail;

    queue->stands_back = stands_back;
    if (!stands_back)
        return;
    TAILQ_FOREACH(thumbnail, &queue->thumbnails.running, entry)
    {
        maker_stand_back(&thumbnail->maker);
    }
}

/* ---- The end ---- */

bool queue_busy(const struct queue *queue)
{
    return queue->n_running > 0 || thumbnail_set_first(&queue->thumbnails);
}

/* Tells what is left of a request. */
static void cancel(struct queue *queue, struct thumbnail_request *request)
{
    for (size_t i = 0; i < request->n_wishes; i++) {
        struct thumbnail *thumbnail = request->wishes[i].thumbnail;
        const char *uri;

        if (!thumbnail)
            continue;
        uri = thumbnail->uri;
        thumbnail_request_fail(request, &uri, 1, THUMBNAIL_ERR_SHUTTING_DOWN,
                               "this daemon is about to leave");
    }
    give_up(request);
    end_request(queue, request, true);
}

void queue_cancel(struct queue *queue)
{
    struct thumbnail *thumbnail;

    queue->cancelled = true;
    while (queue->requests)
        cancel(queue, queue->requests);
    while ((thumbnail = thumbnail_set_first(&queue->thumbnails))) {
        drop_coarse(queue, thumbnail);
        thumbnail_free(thumbnail);
    }
    TAILQ_FOREACH(thumbnail, &queue->thumbnails.running, entry)
    {
        drop_coarse(queue, thumbnail);
        call_back(thumbnail);
    }
}
