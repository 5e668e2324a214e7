#include "objects/decoder_object.h"

#include "dbus/object.h"
#include "dbus/reply.h"
#include "decode/input.h"
#include "job_path.h"
#include "objects/descriptions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static DBusConnection *connection_of(const struct decoder_object *decoder)
{
    return decoder->objects.connection;
}

/* ---- Open ---- */

struct open_arguments {
    int file, reference;
    bool has_region;
    struct job_options options;
};

static int read_arguments(DBusMessage *call, struct open_arguments *arguments,
                          struct failure *failure)
{
    struct job_options *options = &arguments->options;
    struct job_settings *settings = &options->settings;
    dbus_bool_t frames_in_signal = FALSE, ms_ssim = FALSE, follow = FALSE;
    uint32_t priority = PRIORITY_INTERACTIVE;
    const struct dict_field fields[] = {
        {KEY_HANDLE_TOKEN, DBUS_TYPE_STRING, &options->token},
        {KEY_MODE, DBUS_TYPE_UINT32, &settings->mode},
        {KEY_SEED, DBUS_TYPE_UINT64, &settings->seed},
        {KEY_MAX_STEP, DBUS_TYPE_UINT32, &settings->max_step},
        {KEY_MAX_BYTES, DBUS_TYPE_UINT64, &settings->max_bytes},
        {KEY_MAX_EDGE, DBUS_TYPE_UINT32, &settings->max_edge},
        {KEY_PRIORITY, DBUS_TYPE_UINT32, &priority},
        {KEY_REFERENCE, DBUS_TYPE_UNIX_FD, &arguments->reference},
        {KEY_FRAMES_IN_SIGNAL, DBUS_TYPE_BOOLEAN, &frames_in_signal},
        {KEY_MS_SSIM, DBUS_TYPE_BOOLEAN, &ms_ssim},
        {KEY_PROGRESS, DBUS_TYPE_UINT32, &options->progress_ms},
        {KEY_FOLLOW, DBUS_TYPE_BOOLEAN, &follow},
        {KEY_REGION, DICT_TYPE_REGION, &settings->region},
    };
    DBusMessageIter args, region;
    int status;

    dbus_message_iter_init(call, &args);
    status = descriptor_read(&args, "the file", &arguments->file, failure);
    dbus_message_iter_next(&args);
    if (status == 0)
        status = options_read(&args, fields, sizeof fields / sizeof fields[0], failure);
    arguments->has_region = dict_find(&args, KEY_REGION, &region);
    settings->priority = priority;
    options->frames_in_signal = frames_in_signal;
    settings->ms_ssim = ms_ssim;
    settings->follow = follow;
    return status;
}

static bool token_valid(const char *token)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(token);

    return length > 0 && length <= MAX_TOKEN && strspn(token, allowed) == length;
}

/* Whether it lies in the picture can be said when that is known. */
static int check_region(const struct uqd_region *region, struct failure *failure)
{
    if (region->width > 0 && region->height > 0)
        return 0;
    return failure_set(failure, FAILURE_INVALID_ARGUMENT, "the region %u,%u,%u,%u has no pixels",
                       region->x, region->y, region->width, region->height);
}

static int check_arguments(const struct open_arguments *arguments, struct failure *failure)
{
    const struct job_options *options = &arguments->options;
    const struct job_settings *settings = &options->settings;
    int status;

    if (options->token && !token_valid(options->token))
        return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                           "handle_token must be 1 to %u letters, digits and underscores",
                           MAX_TOKEN);
    if (settings->mode < UQD_MODE_DENOISED || settings->mode > UQD_MODE_FLOW)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "there is no mode %u",
                           settings->mode);
    if (settings->priority < PRIORITY_INTERACTIVE || settings->priority > PRIORITY_BACKGROUND)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "there is no priority %u",
                           (unsigned)settings->priority);
    if (arguments->has_region && check_region(&settings->region, failure) < 0)
        return -1;
    status = input_check(arguments->file, "the file", failure);
    if (status == 0 && arguments->reference >= 0)
        status = input_check(arguments->reference, "the reference", failure);
    return status;
}

static void call_open(void *object, DBusMessage *call)
{
    struct decoder_object *decoder = object;
    struct open_arguments arguments = {
        .file = -1,
        .reference = -1,
        .options.settings = {.mode = UQD_MODE_DENOISED,
                             .max_step = UINT32_MAX,
                             .max_bytes = UINT64_MAX},
    };
    struct failure failure;
    int status = read_arguments(call, &arguments, &failure);

    if (status == 0 && decoder->refuses)
        status = failure_set(&failure, FAILURE_GONE, "this daemon is about to leave");
    if (status == 0)
        status = check_arguments(&arguments, &failure);
    if (status == 0) {
        status = job_objects_open(&decoder->objects, call, &arguments.options, arguments.file,
                                  arguments.reference, &failure);
    } else {
        if (arguments.file >= 0)
            close(arguments.file);
        if (arguments.reference >= 0)
            close(arguments.reference);
    }
    if (status < 0)
        reply_failure(connection_of(decoder), call, &failure);
}

/* ---- Properties ---- */

static const struct jobs *jobs_of(const void *object)
{
    return ((const struct decoder_object *)object)->objects.jobs;
}

static void get_version(const void *object, union object_value *value)
{
    (void)object;
    value->basic.str = (char *)uqd_version();
}

static void get_max_jobs(const void *object, union object_value *value)
{
    value->basic.u32 = jobs_of(object)->limits.max_jobs;
}

static void get_threads(const void *object, union object_value *value)
{
    value->basic.u32 = jobs_of(object)->threads;
}

static void get_jobs(const void *object, union object_value *value)
{
    value->basic.u32 = jobs_of(object)->n_jobs;
}

static void get_confinement(const void *object, union object_value *value)
{
    const struct decoder_object *decoder = object;
    struct confine_posture posture;

    if (workers_posture(jobs_of(decoder)->workers, &posture))
        confine_describe(&posture, decoder->confinement);
    else
        message_set(decoder->confinement, "not known");
    value->basic.str = decoder->confinement->text;
}

static const struct object_method methods[] = {
    {METHOD_OPEN, "ha{sv}", call_open},
    {NULL, NULL, NULL},
};

static const struct object_property properties[] = {
    {PROPERTY_VERSION, DBUS_TYPE_STRING, get_version},
    {PROPERTY_MAX_JOBS, DBUS_TYPE_UINT32, get_max_jobs},
    {PROPERTY_THREADS, DBUS_TYPE_UINT32, get_threads},
    {PROPERTY_CONFINEMENT, DBUS_TYPE_STRING, get_confinement},
    {PROPERTY_JOBS, DBUS_TYPE_UINT32, get_jobs},
    {NULL, 0, NULL},
};

static const struct object_class class = {ROOT_INTERFACE, interface_decoder_xml, methods,
                                          properties};

static void jobs_changed(void *cookie)
{
    static const char *const names[] = {PROPERTY_JOBS, NULL};
    const struct decoder_object *decoder = cookie;

    queue_stand_back(decoder->thumbnails, decoder->objects.jobs->n_jobs > 0);
    object_properties_changed(connection_of(decoder), &class, decoder, ROOT_PATH, NULL, names);
}

/* ---- Paths ---- */

/* The node of the caller's jobs: its children are their tokens. */
static void call_jobs_node(const struct decoder_object *decoder, const char *client,
                           DBusMessage *call)
{
    const char **tokens = job_objects_tokens(&decoder->objects, client);

    if (tokens)
        object_call_node(connection_of(decoder), tokens, call);
    else
        reply_error(connection_of(decoder), call, DBUS_ERROR_NO_MEMORY, "out of memory");
    free(tokens);
}

/* Callers see nodes of their own jobs only. */
static void route(void *cookie, const char *path, DBusMessage *call)
{
    struct decoder_object *decoder = cookie;
    DBusConnection *connection = connection_of(decoder);
    const char *sender = dbus_message_get_sender(call);
    bool is_client = job_objects_has(&decoder->objects, sender);
    char node[SENDER_NODE_SIZE], jobs_node[JOB_PATH_SIZE];
    struct job_object *job = job_objects_find(&decoder->objects, path);

    job_path_sender(node, sizeof node, sender);
    snprintf(jobs_node, sizeof jobs_node, JOBS_PATH "/%s", node);
    if (strcmp(path, ROOT_PATH) == 0)
        object_call(connection, &class, decoder,
                    (const char *[]){is_client ? JOBS_NODE : NULL, NULL}, call);
    else if (job)
        job_object_call(job, call);
    else if (is_client && strcmp(path, JOBS_PATH) == 0)
        object_call_node(connection, (const char *[]){node, NULL}, call);
    else if (is_client && strcmp(path, jobs_node) == 0)
        call_jobs_node(decoder, sender, call);
    else
        reply_error(connection, call, DBUS_ERROR_UNKNOWN_OBJECT, "there is no such object");
}

/* ---- Beginning and end ---- */

int decoder_object_begin(struct decoder_object *decoder, struct bus *bus, struct loop *loop,
                         struct jobs *jobs, struct queue *thumbnails)
{
    decoder->refuses = false;
    decoder->thumbnails = thumbnails;
    decoder->confinement = calloc(1, sizeof *decoder->confinement);
    if (!decoder->confinement || job_objects_begin(&decoder->objects, bus->connection, loop, jobs,
                                                   jobs_changed, decoder) < 0)
        return -1;
    return bus_serve(bus, ROOT_PATH, route, decoder);
}

void decoder_object_refuse(struct decoder_object *decoder)
{
    decoder->refuses = true;
}

void decoder_object_end(struct decoder_object *decoder)
{
    job_objects_end(&decoder->objects);
    free(decoder->confinement);
}
