#include "source/bus_calls.h"

#include "dict.h"
#include "shared_frame.h"

#include <sys/mman.h>
#include <unistd.h>

/* ---- Calls --------------------------------------------------------------------------------- */

DBusMessage *bus_new_open(int fd, const char *token)
{
    DBusMessageIter arguments;
    struct dict options;
    DBusMessage *call =
        dbus_message_new_method_call(BUS_NAME, ROOT_PATH, ROOT_INTERFACE, METHOD_OPEN);
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    bool ok = dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UNIX_FD, &fd);
    dict_begin(&options, &arguments);
    dict_add_string(&options, KEY_HANDLE_TOKEN, token);
    dict_add_u32(&options, KEY_PRIORITY, PRIORITY_INTERACTIVE);
    if (dict_end(&options) && ok)
        return call;
    dbus_message_unref(call);
    return NULL;
}

DBusMessage *bus_new_job_call(const struct bus_job *job, const char *member)
{
    return dbus_message_new_method_call(job->owner, job->path, JOB_INTERFACE, member);
}

DBusMessage *bus_new_get_frame(const struct bus_job *job, enum source_purpose purpose,
                               const struct frame_key *key)
{
    static const char *const names[] = {"screen", "filmstrip", "background"};
    DBusMessageIter arguments;
    struct dict options;
    DBusMessage *call = bus_new_job_call(job, METHOD_GET_FRAME);
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &key->step);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &key->mode);
    dict_begin(&options, &arguments);
    dict_add_u64(&options, KEY_SEED, key->seed);
    dict_add_u32(&options, KEY_REDUCE, key->reduce);
    if (key->bytes > 0)
        dict_add_u64(&options, KEY_BYTES, key->bytes);
    dict_add_string(&options, KEY_PURPOSE, names[purpose]);
    dict_add_u32(&options, KEY_PRIORITY, (uint32_t)purpose + 1);
    if (dict_end(&options))
        return call;
    dbus_message_unref(call);
    return NULL;
}

/* ---- Answers ------------------------------------------------------------------------------- */

static struct picture *map_picture(int fd, const struct shared_frame *frame,
                                   struct message *message)
{
    struct uqd_image shape = {.width = frame->width,
                              .height = frame->height,
                              .channels = shared_frame_channels(frame),
                              .stride = frame->stride};
    size_t size;
    void *mapping = shared_frame_map(fd, frame, &size, message);
    if (!mapping)
        return NULL;
    struct picture *picture = picture_new_mapped(mapping, size, (size_t)frame->offset, &shape);
    if (!picture) {
        munmap(mapping, size);
        message_set(message, "out of memory");
    }
    return picture;
}

/* Reads fd and dictionary of a reply; NULL with a message. */
static struct picture *read_picture(DBusMessage *reply, struct message *message)
{
    struct shared_frame frame;
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
    if (shared_frame_get(&arguments, &frame))
        picture = map_picture(fd, &frame, message);
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
