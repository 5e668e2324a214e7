#include "objects/job_replies.h"

#include "dbus/reply.h"
#include "dict.h"
#include "objects/frame_dict.h"

#include <stdlib.h>

/* Above this, byte arrays belong in shared memory; such profiles are not worth it. */
#define MAX_ICC_SIZE (64u << 10)

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

static bool append_info(DBusMessageIter *args, const struct job *job)
{
    const struct uqd_info *info = &job->decoding->info;
    struct dict dict;

    dict_begin(&dict, args);
    dict_add_u32(&dict, KEY_WIDTH, info->width);
    dict_add_u32(&dict, KEY_HEIGHT, info->height);
    dict_add_region(&dict, KEY_REGION, &job->decoding->shown);
    dict_add_u32(&dict, KEY_CHANNELS, info->channels);
    dict_add_u32(&dict, KEY_STEPS, info->n_steps);
    dict_add_bool(&dict, KEY_LOSSLESS, info->lossless);
    dict_add_bool(&dict, KEY_SOLID, info->solid);
    dict_add_u64(&dict, KEY_MODEL_ID, info->model_id);
    dict_add_string(&dict, KEY_MODEL, job->decoding->model_name);
    dict_add_u32(&dict, KEY_DITHER, info->dither);
    dict_add_u64(&dict, KEY_DITHER_SEED, info->seed);
    dict_add_u64(&dict, KEY_HEADER_SIZE, info->header_size);
    dict_add_u64(&dict, KEY_FILE_SIZE, info->file_size);
    dict_add_u64(&dict, KEY_AVAILABLE, input_size(&job->decoding->input));
    dict_add_u32(&dict, KEY_REDUCE, job->reduce);
    dict_add_string(&dict, KEY_COLOUR, colour_of(job->decoding));
    if (job->decoding->icc && job->decoding->icc_size <= MAX_ICC_SIZE)
        dict_add_array(&dict, KEY_ICC, DBUS_TYPE_BYTE, job->decoding->icc, job->decoding->icc_size);
    add_steps(&dict, job->decoding);
    return dict_end(&dict);
}

bool job_reply_open(const struct job_object *object, DBusMessage *call)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter args;
    bool complete;

    if (reply)
        dbus_message_iter_init_append(reply, &args);
    complete = reply &&
               dbus_message_iter_append_basic(&args, DBUS_TYPE_OBJECT_PATH, &object->path) &&
               append_info(&args, object->job);
    reply_complete(object->connection, call, reply, complete);
    return complete;
}

/* ---- GetFrame and GetBits ---- */

static bool append_frame(DBusMessageIter *args, const struct job *job, const struct frame *frame)
{
    struct dict dict;

    if (!dbus_message_iter_append_basic(args, DBUS_TYPE_UNIX_FD, &frame->fd))
        return false;
    dict_begin(&dict, args);
    frame_dict_put(&dict, frame, colour_of(job->decoding));
    dict_add_u32(&dict, KEY_STEP, frame->key.step);
    dict_add_u64(&dict, KEY_BYTES, frame->bytes);
    if (frame->measured)
        frame_dict_put_measured(&dict, frame);
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

void job_reply_frame(const struct job_object *object, DBusMessage *call, const struct frame *frame)
{
    DBusConnection *connection = object->connection;
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter args;
    bool bits = frame->key.mode == FRAME_OF_BITS;

    if (reply)
        dbus_message_iter_init_append(reply, &args);
    if (reply && (bits ? append_bits(&args, frame) : append_frame(&args, object->job, frame))) {
        reply_send(connection, call, reply);
        return;
    }
    if (reply)
        dbus_message_unref(reply);
    reply_error(connection, call, ERROR_LIMIT, "no descriptor or memory left to pass the frame");
}
