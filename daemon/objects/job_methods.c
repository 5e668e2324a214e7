#include "objects/job_methods.h"

#include "dbus/object.h"
#include "dbus/reply.h"
#include "dict.h"
#include "objects/descriptions.h"

#include <string.h>

/* ---- Methods ---- */

static void call_start(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;

    reply_done(object->connection, call);
    job_start(object->job);
}

static void call_pause(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;

    reply_done(object->connection, call);
    job_pause(object->job);
}

static void call_close(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;
    DBusConnection *connection = object->connection;

    job_close(object->job);
    reply_done(connection, call);
}

static void call_set_mode(void *cookie, DBusMessage *call)
{
    static const char *const names[] = {PROPERTY_MODE, PROPERTY_SEED, NULL};
    struct job_object *object = cookie;
    uint32_t mode = 0;
    dbus_uint64_t seed = 0;

    dbus_message_get_args(call, NULL, DBUS_TYPE_UINT32, &mode, DBUS_TYPE_UINT64, &seed,
                          DBUS_TYPE_INVALID);
    if (mode < UQD_MODE_DENOISED || mode > UQD_MODE_FLOW) {
        reply_error(object->connection, call, DBUS_ERROR_INVALID_ARGS, "there is no such mode");
        return;
    }
    job_set_mode(object->job, mode, seed);
    reply_done(object->connection, call);
    job_properties_changed(object, names);
}

static void call_grown(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;

    reply_done(object->connection, call);
    job_grown(object->job);
}

static void call_set_follow(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;
    dbus_bool_t follow = FALSE;

    dbus_message_get_args(call, NULL, DBUS_TYPE_BOOLEAN, &follow, DBUS_TYPE_INVALID);
    reply_done(object->connection, call);
    if (follow)
        growth_watch(object->growth, &object->watch, object->job->decoding->input.fd);
    else
        growth_unwatch(object->growth, &object->watch);
    job_set_follow(object->job, follow);
}

static bool append_step(DBusMessageIter *array, uint32_t index, const struct step *step)
{
    DBusMessageIter entry = DBUS_MESSAGE_ITER_INIT_CLOSED;
    bool ok = dbus_message_iter_open_container(array, DBUS_TYPE_STRUCT, NULL, &entry) &&
              dbus_message_iter_append_basic(&entry, DBUS_TYPE_UINT32, &index) &&
              dbus_message_iter_append_basic(&entry, DBUS_TYPE_UINT64, &step->bytes) &&
              dbus_message_iter_append_basic(&entry, DBUS_TYPE_DOUBLE, &step->psnr) &&
              dbus_message_iter_close_container(array, &entry);

    if (!ok)
        dbus_message_iter_abandon_container_if_open(array, &entry);
    return ok;
}

static bool append_table(DBusMessage *reply, const struct decoding *decoding)
{
    DBusMessageIter args, array = DBUS_MESSAGE_ITER_INIT_CLOSED;
    bool ok;

    dbus_message_iter_init_append(reply, &args);
    ok = dbus_message_iter_open_container(&args, DBUS_TYPE_ARRAY, "(utd)", &array);
    for (uint32_t i = 0; ok && i < decoding->info.n_steps; i++)
        ok = append_step(&array, i, &decoding->steps[i]);
    ok = ok && dbus_message_iter_close_container(&args, &array);
    if (!ok)
        dbus_message_iter_abandon_container_if_open(&args, &array);
    return ok;
}

static void call_get_step_table(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;
    DBusMessage *reply = dbus_message_new_method_return(call);

    reply_complete(object->connection, call, reply,
                   reply && append_table(reply, object->job->decoding));
}

/* ---- GetFrame ---- */

static int check_step(const struct job *job, uint32_t step, struct failure *failure)
{
    uint32_t n_steps = job->decoding->info.n_steps;

    if (step >= n_steps)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                           "there is no step %u: the file has %u", step, n_steps);
    return 0;
}

static int check_urgency(uint32_t priority, const char *purpose, struct failure *failure)
{
    if (priority < PRIORITY_INTERACTIVE || priority > PRIORITY_BACKGROUND)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "there is no priority %u", priority);
    if (strlen(purpose) > MAX_PURPOSE)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "the purpose is longer than %u bytes",
                           MAX_PURPOSE);
    return 0;
}

static int check_frame(const struct job *job, const struct frame_key *key, struct failure *failure)
{
    if (key->step != UQD_STEP_LATEST && check_step(job, key->step, failure) < 0)
        return -1;
    if (key->bytes > 0 && key->step != UQD_STEP_LATEST)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT,
                           "bytes goes with step %u only, not with %u", UQD_STEP_LATEST, key->step);
    if (key->mode < UQD_MODE_DENOISED || key->mode > UQD_MODE_FLOW)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "there is no mode %u", key->mode);
    if (key->reduce > UQD_MAX_REDUCE)
        return failure_set(failure, FAILURE_INVALID_ARGUMENT, "reduce must not exceed %d",
                           UQD_MAX_REDUCE);
    return 0;
}

/* The job keeps a reference to the call until it answers. */
static int request(struct job *job, DBusMessage *call, const struct frame_key *key,
                   uint32_t priority, const char *purpose, struct failure *failure)
{
    int status = check_urgency(priority, purpose, failure);

    if (status < 0)
        return status;
    dbus_message_ref(call);
    status = job_request(job, key, priority, purpose, call, failure);
    if (status < 0)
        dbus_message_unref(call);
    return status;
}

static int request_frame(struct job *job, DBusMessage *call, struct failure *failure)
{
    struct frame_key key = {.seed = job->settings.seed, .reduce = job->reduce};
    uint32_t priority = job->settings.priority;
    const char *purpose = "";
    const struct dict_field fields[] = {
        {KEY_SEED, DBUS_TYPE_UINT64, &key.seed},     {KEY_REDUCE, DBUS_TYPE_UINT32, &key.reduce},
        {KEY_BYTES, DBUS_TYPE_UINT64, &key.bytes},   {KEY_PURPOSE, DBUS_TYPE_STRING, &purpose},
        {KEY_PRIORITY, DBUS_TYPE_UINT32, &priority},
    };
    DBusMessageIter args;
    int status;

    dbus_message_iter_init(call, &args);
    dbus_message_iter_get_basic(&args, &key.step);
    dbus_message_iter_next(&args);
    dbus_message_iter_get_basic(&args, &key.mode);
    dbus_message_iter_next(&args);
    status = options_read(&args, fields, sizeof fields / sizeof fields[0], failure);
    if (status < 0)
        return status;
    if (key.mode == 0)
        key.mode = job->settings.mode;
    if (key.mode != UQD_MODE_ANCESTRAL)
        key.seed = 0;
    status = check_frame(job, &key, failure);
    if (status < 0)
        return status;
    return request(job, call, &key, priority, purpose, failure);
}

static void call_get_frame(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;
    struct failure failure;

    if (request_frame(object->job, call, &failure) < 0)
        reply_failure(object->connection, call, &failure);
}

/* ---- GetBits ---- */

static int request_bits(struct job *job, DBusMessage *call, struct failure *failure)
{
    struct frame_key key = {.mode = FRAME_OF_BITS};
    uint32_t priority = job->settings.priority;
    const char *purpose = "";
    const struct dict_field fields[] = {
        {KEY_PURPOSE, DBUS_TYPE_STRING, &purpose},
        {KEY_PRIORITY, DBUS_TYPE_UINT32, &priority},
    };
    DBusMessageIter args;
    int status;

    dbus_message_iter_init(call, &args);
    dbus_message_iter_get_basic(&args, &key.step);
    dbus_message_iter_next(&args);
    status = options_read(&args, fields, sizeof fields / sizeof fields[0], failure);
    if (status == 0)
        status = check_step(job, key.step, failure);
    if (status == 0 && job->settings.region.width > 0)
        status = failure_set(failure, FAILURE_INVALID_ARGUMENT,
                             "bits are counted for all of a picture, and this job is of a region");
    if (status < 0)
        return status;
    return request(job, call, &key, priority, purpose, failure);
}

static void call_get_bits(void *cookie, DBusMessage *call)
{
    struct job_object *object = cookie;
    struct failure failure;

    if (request_bits(object->job, call, &failure) < 0)
        reply_failure(object->connection, call, &failure);
}

/* ---- Properties ---- */

static const struct job *job_of(const void *object)
{
    return ((const struct job_object *)object)->job;
}

static void get_state(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->state;
}

static void get_mode(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->settings.mode;
}

static void get_seed(const void *object, union object_value *value)
{
    value->basic.u64 = job_of(object)->settings.seed;
}

static void get_width(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->decoding->info.width;
}

static void get_height(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->decoding->info.height;
}

static void get_region(const void *object, union object_value *value)
{
    value->region = job_of(object)->decoding->shown;
}

static void get_steps(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->decoding->info.n_steps;
}

static void get_steps_complete(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->extent.steps_complete;
}

static void get_priority(const void *object, union object_value *value)
{
    value->basic.u32 = job_of(object)->settings.priority;
}

/* ---- The object ---- */

static const struct object_method methods[] = {
    {METHOD_START, "", call_start},
    {METHOD_PAUSE, "", call_pause},
    {METHOD_GET_FRAME, "uua{sv}", call_get_frame},
    {METHOD_GET_BITS, "ua{sv}", call_get_bits},
    {METHOD_GET_STEP_TABLE, "", call_get_step_table},
    {METHOD_SET_MODE, "ut", call_set_mode},
    {METHOD_GROWN, "", call_grown},
    {METHOD_SET_FOLLOW, "b", call_set_follow},
    {METHOD_CLOSE, "", call_close},
    {NULL, NULL, NULL},
};

static const struct object_property properties[] = {
    {PROPERTY_STATE, DBUS_TYPE_UINT32, get_state},
    {PROPERTY_MODE, DBUS_TYPE_UINT32, get_mode},
    {PROPERTY_SEED, DBUS_TYPE_UINT64, get_seed},
    {PROPERTY_WIDTH, DBUS_TYPE_UINT32, get_width},
    {PROPERTY_HEIGHT, DBUS_TYPE_UINT32, get_height},
    {PROPERTY_REGION, DICT_TYPE_REGION, get_region},
    {PROPERTY_STEPS, DBUS_TYPE_UINT32, get_steps},
    {PROPERTY_STEPS_COMPLETE, DBUS_TYPE_UINT32, get_steps_complete},
    {PROPERTY_PRIORITY, DBUS_TYPE_UINT32, get_priority},
    {NULL, 0, NULL},
};

static const struct object_class class = {JOB_INTERFACE, interface_job_xml, methods, properties};

bool job_methods_are_early(DBusMessage *call)
{
    static const char *const names[] = {METHOD_GROWN, METHOD_SET_FOLLOW, METHOD_CLOSE};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (dbus_message_has_member(call, names[i]))
            return true;
    }
    return false;
}

void job_methods_call(struct job_object *object, DBusMessage *call)
{
    object_call(object->connection, &class, object, NULL, call);
}

void job_properties_changed(const struct job_object *object, const char *const *names)
{
    object_properties_changed(object->connection, &class, object, object->path, object->client,
                              names);
}
