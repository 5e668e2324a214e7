#include "objects/job_objects.h"

#include "dbus/reply.h"
#include "job_path.h"
#include "objects/job_methods.h"
#include "objects/job_replies.h"
#include "objects/job_signals.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Finding ---- */

struct job_object *job_objects_find(const struct job_objects *objects, const char *path)
{
    struct job_object *object = objects->first;

    while (object && strcmp(object->path, path) != 0)
        object = object->next;
    return object;
}

bool job_objects_has(const struct job_objects *objects, const char *client)
{
    const struct job_object *object = objects->first;

    while (object && strcmp(object->client, client) != 0)
        object = object->next;
    return object;
}

const char **job_objects_tokens(const struct job_objects *objects, const char *client)
{
    const char **tokens = calloc(objects->jobs->n_jobs + 1u, sizeof *tokens);
    size_t n = 0;

    if (!tokens)
        return NULL;
    for (const struct job_object *object = objects->first; object; object = object->next) {
        if (strcmp(object->client, client) == 0)
            tokens[n++] = strrchr(object->path, '/') + 1;
    }
    return tokens;
}

/* ---- What jobs tell ---- */

static void fail_open(struct job_object *object, const struct failure *failure)
{
    reply_failure(object->connection, object->open_call, failure);
    dbus_message_unref(object->open_call);
    object->open_call = NULL;
}

static bool opened(void *cookie)
{
    struct job_object *object = cookie;
    bool told = job_reply_open(object, object->open_call);

    dbus_message_unref(object->open_call);
    object->open_call = NULL;
    return told;
}

static void not_opened(void *cookie, const struct failure *failure)
{
    fail_open(cookie, failure);
}

/* The requests of these jobs are calls. */
static void answered(void *cookie, void *request, const struct frame *frame,
                     const struct failure *failure)
{
    struct job_object *object = cookie;
    DBusMessage *call = request;

    if (frame)
        job_reply_frame(object, call, frame);
    else
        reply_failure(object->connection, call, failure);
    dbus_message_unref(call);
}

/* A client that has not fetched the last frame gets numbers only, until it calls again. */
static void stepped(void *cookie, const struct job_step *step)
{
    struct job_object *object = cookie;

    if (job_signal_step(object, step))
        job_want_frames(object->job, false);
}

static void working(void *cookie, bool working)
{
    struct job_object *object = cookie;
    struct loop *loop = object->objects->loop;

    if (!working)
        loop_timer_stop(loop, &object->ticker);
    else if (object->progress_ms > 0)
        loop_timer_start(loop, &object->ticker, object->progress_ms);
}

static void tick(void *cookie)
{
    struct job_object *object = cookie;

    job_tell_progress(object->job);
    loop_timer_start(object->objects->loop, &object->ticker, object->progress_ms);
}

static void progressed(void *cookie, const struct job_progress *progress)
{
    job_signal_progress(cookie, progress);
}

static void changed(void *cookie)
{
    static const char *const names[] = {PROPERTY_STATE, NULL};

    job_properties_changed(cookie, names);
}

static void finished(void *cookie, enum job_result result)
{
    job_signal_finished(cookie, result);
}

static void free_object(struct job_object *object)
{
    if (object->open_call)
        dbus_message_unref(object->open_call);
    free(object->path);
    free(object->client);
    free(object);
}

static void closed(void *cookie)
{
    struct job_object *object = cookie;
    struct job_objects *objects = object->objects;
    struct job_object **at = &objects->first;

    while (*at != object)
        at = &(*at)->next;
    *at = object->next;
    loop_timer_stop(objects->loop, &object->ticker);
    growth_unwatch(&objects->growth, &object->watch);
    peers_unwatch(&objects->peers, object->client);
    free_object(object);
    objects->changed(objects->cookie);
}

static const struct job_events events = {
    .opened = opened,
    .not_opened = not_opened,
    .answered = answered,
    .step = stepped,
    .working = working,
    .progress = progressed,
    .changed = changed,
    .finished = finished,
    .closed = closed,
};

/* ---- Opening ---- */

/* A free path for a job, malloc'ed; NULL without memory or if the client's token is in use. */
static char *make_path(struct job_objects *objects, const char *client, const char *token)
{
    char path[JOB_PATH_SIZE], made_up[16];

    do {
        if (!token)
            snprintf(made_up, sizeof made_up, "t%u", ++objects->n_tokens);
        job_path(path, sizeof path, client, token ? token : made_up);
        if (!job_objects_find(objects, path))
            return strdup(path);
    } while (!token);
    return NULL;
}

static void grown(void *cookie)
{
    struct job_object *object = cookie;

    job_grown(object->job);
}

/* An object without a job, whose client is watched; NULL with a failure. */
static struct job_object *make_object(struct job_objects *objects, DBusMessage *call,
                                      const struct job_options *options, struct failure *failure)
{
    const char *client = dbus_message_get_sender(call);
    struct job_object *object = calloc(1, sizeof *object);

    if (!object || !(object->client = strdup(client)) || peers_watch(&objects->peers, client) < 0) {
        failure_set_status(failure, UQD_ERR_NOMEM);
        goto fail;
    }
    object->path = make_path(objects, client, options->token);
    if (!object->path) {
        failure_set(failure, FAILURE_IN_USE, "this handle_token is in use");
        peers_unwatch(&objects->peers, client);
        goto fail;
    }
    object->objects = objects;
    object->connection = objects->connection;
    object->open_call = dbus_message_ref(call);
    object->progress_ms = options->progress_ms;
    object->frames_in_signal = options->frames_in_signal;
    object->growth = &objects->growth;
    object->watch = (struct growth_watch){.changed = grown, .cookie = object};
    object->ticker = (struct loop_timer){.fire = tick, .cookie = object};
    return object;
fail:
    if (object)
        free_object(object);
    return NULL;
}

int job_objects_open(struct job_objects *objects, DBusMessage *call,
                     const struct job_options *options, int fd, int reference_fd,
                     struct failure *failure)
{
    struct job_settings settings = options->settings;
    struct job_object *object = NULL;

    settings.with_frames = options->frames_in_signal;
    if (jobs_check(objects->jobs, dbus_message_get_sender(call), failure) == 0)
        object = make_object(objects, call, options, failure);
    if (!object) {
        close(fd);
        if (reference_fd >= 0)
            close(reference_fd);
        return -1;
    }
    if (job_new(objects->jobs, object->client, &settings, fd, reference_fd, &events, object,
                &object->job, failure) < 0) {
        peers_unwatch(&objects->peers, object->client);
        free_object(object);
        return -1;
    }
    /* What came before that is seen when the job looks at the end that it has met. */
    if (settings.follow)
        growth_watch(&objects->growth, &object->watch, fd);
    object->next = objects->first;
    objects->first = object;
    objects->changed(objects->cookie);
    return 0;
}

/* ---- Calls ---- */

void job_object_call(struct job_object *object, DBusMessage *call)
{
    DBusConnection *connection = object->connection;

    if (strcmp(dbus_message_get_sender(call), object->client) != 0) {
        reply_error(connection, call, DBUS_ERROR_ACCESS_DENIED,
                    "this job belongs to another program");
    } else if (!object->job->opened && !job_methods_are_early(call)) {
        reply_error(connection, call, DBUS_ERROR_UNKNOWN_OBJECT, "the job is still being opened");
    } else {
        job_want_frames(object->job, object->frames_in_signal);
        job_methods_call(object, call);
    }
}

/* ---- Beginning and end ---- */

static void client_gone(void *cookie, const char *name)
{
    struct job_objects *objects = cookie;

    jobs_close_client(objects->jobs, name);
}

int job_objects_begin(struct job_objects *objects, DBusConnection *connection, struct loop *loop,
                      struct jobs *jobs, void (*changed_cb)(void *cookie), void *cookie)
{
    *objects = (struct job_objects){
        .connection = connection,
        .loop = loop,
        .jobs = jobs,
        .changed = changed_cb,
        .cookie = cookie,
    };
    growth_begin(&objects->growth, loop);
    return peers_begin(&objects->peers, connection, client_gone, objects);
}

void job_objects_end(struct job_objects *objects)
{
    assert(!objects->first);
    growth_end(&objects->growth);
    peers_end(&objects->peers);
}
