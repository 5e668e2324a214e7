#include "objects/job_signals.h"

#include "dbus/reply.h"
#include "dict.h"
#include "objects/frame_dict.h"

#include <math.h>

/* With so much unsent, the bus is not keeping up: signals carry numbers only. */
#define MAX_OUTGOING (1l << 20)

static DBusMessage *new_signal(const struct job_object *object, const char *name)
{
    return signal_new(object->path, JOB_INTERFACE, name, object->client);
}

static bool append_metrics(DBusMessageIter *args, const struct decoding *decoding,
                           const struct job_step *told, const struct frame *shown)
{
    const struct step *step = &decoding->steps[told->index];
    const struct frame *measured = told->measured;
    struct dict dict;

    dict_begin(&dict, args);
    dict_add_string(&dict, KEY_NAME, step->name);
    dict_add_double(&dict, KEY_SECONDS, told->seconds);
    dict_add_bool(&dict, KEY_MEASURED, measured);
    if (measured)
        frame_dict_put_measured(&dict, measured);
    else if (!isnan(step->psnr))
        dict_add_double(&dict, KEY_PSNR, step->psnr);
    if (shown) {
        frame_dict_put(&dict, shown, colour_of(decoding));
        dict_add_fd(&dict, KEY_PIXELS, shown->fd);
    }
    return dict_end(&dict);
}

/* NULL if it cannot be made. */
static DBusMessage *make_step_signal(const struct job_object *object, const struct job_step *step,
                                     const struct frame *shown)
{
    const struct decoding *decoding = object->job->decoding;
    DBusMessage *signal = new_signal(object, SIGNAL_STEP_READY);
    DBusMessageIter args;

    if (!signal)
        return NULL;
    dbus_message_iter_init_append(signal, &args);
    if (dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &step->index) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &decoding->info.n_steps) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT64,
                                       &decoding->steps[step->index].bytes) &&
        append_metrics(&args, decoding, step, shown))
        return signal;
    dbus_message_unref(signal);
    return NULL;
}

bool job_signal_step(const struct job_object *object, const struct job_step *step)
{
    DBusConnection *connection = object->connection;
    DBusMessage *signal = NULL;
    bool with_frame;

    if (step->shown && dbus_connection_get_outgoing_size(connection) <= MAX_OUTGOING)
        signal = make_step_signal(object, step, step->shown);
    with_frame = signal;
    if (!signal)
        signal = make_step_signal(object, step, NULL);
    message_send(connection, signal);
    return with_frame;
}

/* Of a frame, which one; of a step, nothing. */
static bool append_key(DBusMessageIter *args, const struct frame_key *key)
{
    struct dict dict;

    dict_begin(&dict, args);
    if (key) {
        dict_add_u32(&dict, KEY_MODE, key->mode);
        dict_add_u64(&dict, KEY_SEED, key->seed);
        dict_add_u32(&dict, KEY_REDUCE, key->reduce);
        dict_add_u64(&dict, KEY_BYTES, key->bytes);
    }
    return dict_end(&dict);
}

void job_signal_progress(const struct job_object *object, const struct job_progress *progress)
{
    DBusMessage *signal = new_signal(object, SIGNAL_PROGRESS);
    DBusMessageIter args;

    if (!signal)
        return;
    dbus_message_iter_init_append(signal, &args);
    if (dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &progress->step) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_DOUBLE, &progress->done) &&
        append_key(&args, progress->frame))
        message_send(object->connection, signal);
    else
        dbus_message_unref(signal);
}

static bool append_results(DBusMessageIter *args, const struct job *job, enum job_result result)
{
    const struct decoding *decoding = job->decoding;
    uint32_t n = job->extent.steps_complete;
    struct dict dict;

    dict_begin(&dict, args);
    dict_add_u32(&dict, KEY_STEPS, n);
    dict_add_u64(&dict, KEY_BYTES,
                 n > 0 ? decoding->steps[n - 1].bytes : decoding->info.header_size);
    dict_add_u64(&dict, KEY_RECEIVED, job->extent.received);
    dict_add_bool(&dict, KEY_COMPLETE, n == decoding->info.n_steps);
    if (result == RESULT_FAILED) {
        dict_add_string(&dict, KEY_ERROR, failure_error_name(&job->failure));
        dict_add_string(&dict, KEY_MESSAGE, job->failure.text);
    }
    return dict_end(&dict);
}

void job_signal_finished(const struct job_object *object, enum job_result result)
{
    uint32_t status = result;
    DBusMessage *signal = new_signal(object, SIGNAL_FINISHED);
    DBusMessageIter args;

    if (!signal)
        return;
    dbus_message_iter_init_append(signal, &args);
    if (dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &status) &&
        append_results(&args, object->job, result))
        message_send(object->connection, signal);
    else
        dbus_message_unref(signal);
}
