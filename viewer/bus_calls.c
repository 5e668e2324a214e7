#include "bus_calls.h"

#include "bus_dict.h"
#include "shared_frame.h"

#include <stdio.h>
#include <unistd.h>

#define ROOT_PATH "/org/uqd/Decoder1"

/* ---- Calls --------------------------------------------------------------------------------- */

DBusMessage *bus_new_open(int fd, const char *token)
{
    DBusMessageIter arguments;
    struct bus_dict options;
    DBusMessage *call = dbus_message_new_method_call(BUS_NAME, ROOT_PATH, BUS_NAME, "Open");
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    bool ok = dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UNIX_FD, &fd);
    bus_dict_begin(&options, &arguments);
    bus_dict_put_string(&options, "handle_token", token);
    bus_dict_put_u32(&options, "priority", 1);
    if (bus_dict_end(&options) && ok)
        return call;
    dbus_message_unref(call);
    return NULL;
}

DBusMessage *bus_new_job_call(const struct bus_job *job, const char *member)
{
    return dbus_message_new_method_call(job->owner, job->path, BUS_JOB_INTERFACE, member);
}

DBusMessage *bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                               const struct frame_key *key)
{
    static const char *const names[] = {"screen", "filmstrip", "background"};
    DBusMessageIter arguments;
    struct bus_dict options;
    DBusMessage *call = bus_new_job_call(job, "GetFrame");
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &key->step);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &key->mode);
    bus_dict_begin(&options, &arguments);
    bus_dict_put_u64(&options, "seed", key->seed);
    bus_dict_put_u32(&options, "reduce", key->reduce);
    bus_dict_put_string(&options, "purpose", names[purpose]);
    bus_dict_put_u32(&options, "priority", (uint32_t)purpose + 1);
    if (bus_dict_end(&options))
        return call;
    dbus_message_unref(call);
    return NULL;
}

void bus_predict_job(struct bus_job *job, const char *unique_name, const char *token)
{
    char node[64];
    snprintf(node, sizeof node, "%s", unique_name + 1);
    for (char *c = node; *c; c++)
        if (*c == '.')
            *c = '_';
    snprintf(job->path, sizeof job->path, ROOT_PATH "/job/%s/%s", node, token);
}

/* ---- Answers ------------------------------------------------------------------------------- */

/* Reads fd and dictionary of a reply; NULL with a message. */
static struct picture *read_picture(DBusMessage *reply, struct message *message)
{
    struct shared_frame frame = {0};
    DBusMessageIter arguments;
    int fd = -1;
    if (!dbus_message_has_signature(reply, "ha{sv}")) {
        message_set(message, "the daemon answers in an unknown form");
        return NULL;
    }
    dbus_message_iter_init(reply, &arguments);
    dbus_message_iter_get_basic(&arguments, &fd);
    dbus_message_iter_next(&arguments);
    struct picture *picture = NULL;
    if (bus_dict_get_u32(&arguments, "width", &frame.width) &&
        bus_dict_get_u32(&arguments, "height", &frame.height) &&
        bus_dict_get_u32(&arguments, "stride", &frame.stride) &&
        bus_dict_get_u64(&arguments, "offset", &frame.offset) &&
        bus_dict_get_u32(&arguments, "format", &frame.format))
        picture = shared_frame_map(fd, &frame, message);
    else
        message_set(message, "the daemon does not say what its picture looks like");
    if (fd >= 0)
        close(fd);
    return picture;
}

struct picture *bus_read_frame(DBusMessage *reply, const struct uqd_info *info, uint32_t reduce,
                               struct message *message)
{
    struct picture *picture = read_picture(reply, message);
    if (!picture || (picture->width == uqd_reduced_side(info->width, reduce) &&
                     picture->height == uqd_reduced_side(info->height, reduce) &&
                     picture->channels == info->channels))
        return picture;
    picture_unref(picture);
    message_set(message, "the daemon sent a picture of another size");
    return NULL;
}
