#include "job.h"

#include "client.h"
#include "dbus/reply.h"
#include "dict.h"
#include "shared_frame.h"

#include <math.h>
#include <stdlib.h>

/* Above this, byte arrays belong in shared memory; such profiles are not worth it. */
#define MAX_ICC_SIZE (64u << 10)

/* With so much unsent, the bus is not keeping up: signals carry numbers only. */
#define MAX_OUTGOING (1l << 20)

static DBusMessage *new_signal(const struct job *job, const char *name)
{
    DBusMessage *signal = dbus_message_new_signal(job->path, JOB_INTERFACE, name);

    if (signal && dbus_message_set_destination(signal, job->client->name))
        return signal;
    if (signal)
        dbus_message_unref(signal);
    return NULL;
}

/* ---- Open ---- */

static void add_steps(struct dict *dict, const struct decoding *decoding)
{
    uint32_t n = decoding->info.n_steps;
    const char **names = calloc(n + 1u, sizeof *names);
    uint64_t *bytes = calloc(n + 1u, sizeof *bytes);

    dict->ok = dict->ok && names && bytes;
    for (uint32_t i = 0; dict->ok && i < n; i++) {
        names[i] = decoding->steps[i].name;
        bytes[i] = decoding->steps[i].bytes;
    }
    if (dict->ok) {
        dict_add_strings(dict, KEY_STEP_NAMES, names, n);
        dict_add_array(dict, KEY_STEP_BYTES, DBUS_TYPE_UINT64, bytes, n);
    }
    free(names);
    free(bytes);
}

static const char *colour(const struct job *job)
{
    return job->decoding->icc.size > 0 ? COLOUR_ICC : COLOUR_SRGB;
}

static bool append_info(DBusMessageIter *args, const struct job *job)
{
    const struct uqd_info *info = &job->decoding->info;
    const struct uqd_metadata *icc = &job->decoding->icc;
    struct dict dict;

    dict_begin(&dict, args);
    dict_add_u32(&dict, KEY_WIDTH, info->width);
    dict_add_u32(&dict, KEY_HEIGHT, info->height);
    dict_add_u32(&dict, KEY_CHANNELS, info->channels);
    dict_add_u32(&dict, KEY_STEPS, info->n_steps);
    dict_add_bool(&dict, KEY_LOSSLESS, info->lossless);
    dict_add_u64(&dict, KEY_MODEL_ID, info->model_id);
    dict_add_string(&dict, KEY_MODEL, job->decoding->model_name);
    dict_add_u32(&dict, KEY_DITHER, info->dither);
    dict_add_u64(&dict, KEY_DITHER_SEED, info->seed);
    dict_add_u64(&dict, KEY_HEADER_SIZE, info->header_size);
    dict_add_u64(&dict, KEY_FILE_SIZE, info->file_size);
    dict_add_u64(&dict, KEY_AVAILABLE, input_size(&job->decoding->input));
    dict_add_u32(&dict, KEY_REDUCE, job->reduce);
    dict_add_string(&dict, KEY_COLOUR, colour(job));
    if (icc->size > 0 && icc->size <= MAX_ICC_SIZE)
        dict_add_array(&dict, KEY_ICC, DBUS_TYPE_BYTE, icc->data, icc->size);
    add_steps(&dict, job->decoding);
    return dict_end(&dict);
}

bool job_reply_open(struct job *job)
{
    DBusConnection *connection = job->daemon->bus.connection;
    DBusMessage *reply = dbus_message_new_method_return(job->open_call);
    DBusMessageIter args;
    bool complete;

    if (reply)
        dbus_message_iter_init_append(reply, &args);
    complete = reply && dbus_message_iter_append_basic(&args, DBUS_TYPE_OBJECT_PATH, &job->path) &&
               append_info(&args, job);
    reply_complete(connection, job->open_call, reply, complete);
    dbus_message_unref(job->open_call);
    job->open_call = NULL;
    return complete;
}

/* ---- Frames ---- */

static void add_geometry(struct dict *dict, const struct job *job, const struct frame *frame)
{
    shared_frame_put(dict, &frame->shape);
    dict_add_string(dict, KEY_COLOUR, colour(job));
    dict_add_u32(dict, KEY_MODE, frame->key.mode);
    dict_add_u64(dict, KEY_SEED, frame->key.seed);
    dict_add_u32(dict, KEY_REDUCE, frame->key.reduce);
}

static void add_measured(struct dict *dict, const struct frame *frame)
{
    dict_add_double(dict, KEY_PSNR, frame->psnr);
    dict_add_double(dict, KEY_MSE, frame->mse);
    if (!isnan(frame->ms_ssim))
        dict_add_double(dict, KEY_MS_SSIM, frame->ms_ssim);
}

static bool append_frame(DBusMessageIter *args, const struct job *job, const struct frame *frame)
{
    struct dict dict;

    if (!dbus_message_iter_append_basic(args, DBUS_TYPE_UNIX_FD, &frame->fd))
        return false;
    dict_begin(&dict, args);
    add_geometry(&dict, job, frame);
    dict_add_u32(&dict, KEY_STEP, frame->key.step);
    dict_add_u64(&dict, KEY_BYTES, frame->bytes);
    if (frame->measured)
        add_measured(&dict, frame);
    return dict_end(&dict);
}

static bool append_bits(DBusMessageIter *args, const struct frame *frame)
{
    struct dict dict;

    if (!dbus_message_iter_append_basic(args, DBUS_TYPE_UNIX_FD, &frame->fd))
        return false;
    dict_begin(&dict, args);
    dict_add_u32(&dict, KEY_STEP, frame->key.step);
    dict_add_u32(&dict, KEY_WIDTH, frame->shape.width);
    dict_add_u32(&dict, KEY_HEIGHT, frame->shape.height);
    dict_add_u64(&dict, KEY_OFFSET, frame->shape.offset);
    dict_add_u64(&dict, KEY_SIZE, frame->shape.size);
    return dict_end(&dict);
}

void job_reply_frame(struct job *job, DBusMessage *call, const struct frame *frame)
{
    DBusConnection *connection = job->daemon->bus.connection;
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter args;
    bool bits = frame->key.mode == FRAME_OF_BITS;

    if (reply)
        dbus_message_iter_init_append(reply, &args);
    if (reply && (bits ? append_bits(&args, frame) : append_frame(&args, job, frame))) {
        reply_send(connection, call, reply);
        return;
    }
    if (reply)
        dbus_message_unref(reply);
    reply_error(connection, call, ERROR_LIMIT, "no descriptor or memory left to pass the frame");
}

/* ---- Signals ---- */

static bool append_metrics(DBusMessageIter *args, const struct job *job, const struct step *step,
                           double seconds, const struct frame *measured, const struct frame *shown)
{
    struct dict dict;

    dict_begin(&dict, args);
    dict_add_string(&dict, KEY_NAME, step->name);
    dict_add_double(&dict, KEY_SECONDS, seconds);
    dict_add_bool(&dict, KEY_MEASURED, measured);
    if (measured)
        add_measured(&dict, measured);
    else if (!isnan(step->psnr))
        dict_add_double(&dict, KEY_PSNR, step->psnr);
    if (shown) {
        add_geometry(&dict, job, shown);
        dict_add_fd(&dict, KEY_PIXELS, shown->fd);
    }
    return dict_end(&dict);
}

/* NULL if it cannot be made. */
static DBusMessage *make_step_signal(const struct job *job, double seconds,
                                     const struct frame *measured, const struct frame *shown)
{
    uint32_t index = job->extent.steps_complete - 1;
    const struct step *step = &job->decoding->steps[index];
    DBusMessage *signal = new_signal(job, SIGNAL_STEP_READY);
    DBusMessageIter args;

    if (!signal)
        return NULL;
    dbus_message_iter_init_append(signal, &args);
    if (dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &index) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &job->decoding->info.n_steps) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT64, &step->bytes) &&
        append_metrics(&args, job, step, seconds, measured, shown))
        return signal;
    dbus_message_unref(signal);
    return NULL;
}

void job_signal_step(struct job *job, double seconds, const struct frame *measured,
                     const struct frame *shown)
{
    DBusConnection *connection = job->daemon->bus.connection;
    DBusMessage *signal = NULL;

    if (shown && dbus_connection_get_outgoing_size(connection) <= MAX_OUTGOING)
        signal = make_step_signal(job, seconds, measured, shown);
    if (signal)
        job->frame_unfetched = true;
    else
        signal = make_step_signal(job, seconds, measured, NULL);
    message_send(connection, signal);
}

/* Of a frame, which one; of a step, nothing. */
static bool append_task(DBusMessageIter *args, const struct task *task)
{
    const struct frame_key *key = &task->frames[0].key;
    struct dict dict;

    dict_begin(&dict, args);
    if (task->kind == TASK_FRAME) {
        dict_add_u32(&dict, KEY_MODE, key->mode);
        dict_add_u64(&dict, KEY_SEED, key->seed);
        dict_add_u32(&dict, KEY_REDUCE, key->reduce);
        dict_add_u64(&dict, KEY_BYTES, key->bytes);
    }
    return dict_end(&dict);
}

void job_signal_progress(struct job *job, double done)
{
    const struct task *task = &job->task;
    uint32_t step =
        task->kind == TASK_FRAME ? task->frames[0].key.step : job->extent.steps_complete;
    DBusMessage *signal = new_signal(job, SIGNAL_PROGRESS);
    DBusMessageIter args;

    if (!signal)
        return;
    dbus_message_iter_init_append(signal, &args);
    if (dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &step) &&
        dbus_message_iter_append_basic(&args, DBUS_TYPE_DOUBLE, &done) && append_task(&args, task))
        message_send(job->daemon->bus.connection, signal);
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
        dict_add_string(&dict, KEY_ERROR, job->failure.name);
        dict_add_string(&dict, KEY_MESSAGE, job->failure.text);
    }
    return dict_end(&dict);
}

void job_signal_finished(struct job *job, enum job_result result)
{
    uint32_t status = result;
    DBusMessage *signal = new_signal(job, SIGNAL_FINISHED);
    DBusMessageIter args;

    if (!signal)
        return;
    dbus_message_iter_init_append(signal, &args);
    if (dbus_message_iter_append_basic(&args, DBUS_TYPE_UINT32, &status) &&
        append_results(&args, job, result))
        message_send(job->daemon->bus.connection, signal);
    else
        dbus_message_unref(signal);
}
