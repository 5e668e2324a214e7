#include "objects/decoder_object.h"

#include "client.h"
#include "dbus/object.h"
#include "dbus/reply.h"
#include "job.h"
#include "job_path.h"
#include "objects/descriptions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Open ---- */

struct open_arguments {
    int file, reference;
    struct job_settings settings;
};

static int read_arguments(DBusMessage *call, struct open_arguments *arguments,
                          struct failure *failure)
{
    struct job_settings *settings = &arguments->settings;
    dbus_bool_t frames_in_signal = FALSE, ms_ssim = FALSE;
    uint32_t priority = PRIORITY_INTERACTIVE;
    const struct dict_field fields[] = {
        {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &settings->token},
        {KEY_MODE, DBUS_TYPE_UINT32, &settings->mode},
        {KEY_SEED, DBUS_TYPE_UINT64, &settings->seed},
        {KEY_MAX_STEP, DBUS_TYPE_UINT32, &settings->max_step},
        {KEY_MAX_BYTES, DBUS_TYPE_UINT64, &settings->max_bytes},
        {KEY_MAX_EDGE, DBUS_TYPE_UINT32, &settings->max_edge},
        {KEY_PRIORITY, DBUS_TYPE_UINT32, &priority},
        {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &arguments->reference},
        {KEY_FRAMES_IN_SIGNAL, DBUS_TYPE_BOOLEAN, &frames_in_signal},
        {KEY_MS_SSIM, DBUS_TYPE_BOOLEAN, &ms_ssim},
        {KEY_PROGRESS, DBUS_TYPE_UINT32, &settings->progress_ms},
    };
    DBusMessageIter args;
    int status;

    dbus_message_iter_init(call, &args);
    dbus_message_iter_get_basic(&args, &arguments->file);
    dbus_message_iter_next(&args);
    status = options_read(&args, fields, sizeof fields / sizeof fields[0], failure);
    settings->priority = priority;
    settings->frames_in_signal = frames_in_signal;
    settings->ms_ssim = ms_ssim;
    return status;
}

static bool token_valid(const char *token)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(token);

    return length > 0 && length <= MAX_TOKEN && strspn(token, allowed) == length;
}

static int check_arguments(const struct open_arguments *arguments, struct failure *failure)
{
    const struct job_settings *settings = &arguments->settings;
    int status;

    if (arguments->file < 0)
        return failure_set(failure, ERROR_LIMIT, "too many open files");
    if (settings->token && !token_valid(settings->token))
        return failure_set(failure, ERROR_INVALID_ARGS,
                           "handle_token must be 1 to %u letters, digits and underscores",
                           MAX_TOKEN);
    if (settings->mode < UQD_MODE_DENOISED || settings->mode > UQD_MODE_FLOW)
        return failure_set(failure, ERROR_INVALID_ARGS, "there is no mode %u", settings->mode);
    if (settings->priority < PRIORITY_INTERACTIVE || settings->priority > PRIORITY_BACKGROUND)
        return failure_set(failure, ERROR_INVALID_ARGS, "there is no priority %u",
                           (unsigned)settings->priority);
    status = input_check(arguments->file, "the file", failure);
    if (status == 0 && arguments->reference >= 0)
        status = input_check(arguments->reference, "the reference", failure);
    return status;
}

static void call_open(void *object, DBusMessage *call)
{
    struct daemon *daemon = object;
    struct open_arguments arguments = {
        .file = -1,
        .reference = -1,
        .settings = {.mode = UQD_MODE_DENOISED, .max_step = UINT32_MAX, .max_bytes = UINT64_MAX},
    };
    struct failure failure;
    int status = read_arguments(call, &arguments, &failure);

    if (status == 0 && !daemon_accepts(daemon))
        status = failure_set(&failure, ERROR_GONE, "this daemon is about to leave");
    if (status == 0)
        status = check_arguments(&arguments, &failure);
    if (status == 0) {
        status = job_new(daemon, call, &arguments.settings, arguments.file, arguments.reference,
                         &failure);
    } else {
        if (arguments.file >= 0)
            close(arguments.file);
        if (arguments.reference >= 0)
            close(arguments.reference);
    }
    if (status < 0)
        reply_failure(daemon->bus.connection, call, &failure);
}

/* ---- Properties ---- */

static void get_version(const void *object, DBusBasicValue *value)
{
    (void)object;
    value->str = (char *)uqd_version();
}

static void get_max_jobs(const void *object, DBusBasicValue *value)
{
    value->u32 = ((const struct daemon *)object)->arguments.max_jobs;
}

static void get_threads(const void *object, DBusBasicValue *value)
{
    value->u32 = ((const struct daemon *)object)->arguments.threads;
}

static void get_jobs(const void *object, DBusBasicValue *value)
{
    value->u32 = ((const struct daemon *)object)->n_jobs;
}

static const struct object_method methods[] = {
    {METHOD_OPEN, "ha{sv}", call_open},
    {NULL, NULL, NULL},
};

static const struct object_property properties[] = {
    {PROPERTY_VERSION, DBUS_TYPE_STRING, get_version},
    {PROPERTY_MAX_JOBS, DBUS_TYPE_UINT32, get_max_jobs},
    {PROPERTY_THREADS, DBUS_TYPE_UINT32, get_threads},
    {PROPERTY_JOBS, DBUS_TYPE_UINT32, get_jobs},
    {NULL, 0, NULL},
};

static const struct object_class class = {ROOT_INTERFACE, interface_decoder_xml, methods,
                                          properties};

void root_jobs_changed(struct daemon *daemon)
{
    static const char *const names[] = {PROPERTY_JOBS, NULL};

    object_properties_changed(daemon->bus.connection, &class, daemon, ROOT_PATH, NULL, names);
}

/* ---- Paths ---- */

/* The node of the caller's jobs: its children are their tokens. */
static void call_jobs_node(struct daemon *daemon, const struct client *client, DBusMessage *call)
{
    const char **tokens = calloc(client->n_jobs + 1u, sizeof *tokens);
    size_t n = 0;

    if (!tokens) {
        reply_error(daemon->bus.connection, call, DBUS_ERROR_NO_MEMORY, "out of memory");
        return;
    }
    for (const struct job *job = daemon->jobs; job; job = job->next) {
        if (job->client == client)
            tokens[n++] = strrchr(job->path, '/') + 1;
    }
    object_call_node(daemon->bus.connection, tokens, call);
    free(tokens);
}

static void call_job(struct daemon *daemon, struct job *job, DBusMessage *call)
{
    if (strcmp(dbus_message_get_sender(call), job->client->name) != 0)
        reply_error(daemon->bus.connection, call, DBUS_ERROR_ACCESS_DENIED,
                    "this job belongs to another program");
    else if (!job->opened)
        reply_error(daemon->bus.connection, call, DBUS_ERROR_UNKNOWN_OBJECT,
                    "the job is still being opened");
    else
        job_call(job, call);
}

/* Callers see nodes of their own jobs only. */
static void route(void *cookie, const char *path, DBusMessage *call)
{
    struct daemon *daemon = cookie;
    const char *sender = dbus_message_get_sender(call);
    const struct client *client = client_find(daemon, sender);
    char node[SENDER_NODE_SIZE], jobs_node[JOB_PATH_SIZE];
    struct job *job = job_find(daemon, path);

    job_path_sender(node, sizeof node, sender);
    snprintf(jobs_node, sizeof jobs_node, JOBS_PATH "/%s", node);
    if (strcmp(path, ROOT_PATH) == 0)
        object_call(daemon->bus.connection, &class, daemon,
                    (const char *[]){client ? JOBS_NODE : NULL, NULL}, call);
    else if (job)
        call_job(daemon, job, call);
    else if (client && strcmp(path, JOBS_PATH) == 0)
        object_call_node(daemon->bus.connection, (const char *[]){node, NULL}, call);
    else if (client && strcmp(path, jobs_node) == 0)
        call_jobs_node(daemon, client, call);
    else
        reply_error(daemon->bus.connection, call, DBUS_ERROR_UNKNOWN_OBJECT,
                    "there is no such object");
}

int root_register(struct daemon *daemon)
{
    return bus_serve(&daemon->bus, ROOT_PATH, route, daemon);
}
