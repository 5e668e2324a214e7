#include "source/bus_calls.h"

#include "dict.h"
#include "shared_frame.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- Calls --------------------------------------------------------------------------------- */

DBusMessage *bus_new_open(int fd, const char *token, uint32_t progress_ms)
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
    dict_add_u32(&options, KEY_PROGRESS, progress_ms);
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
    static const struct {
        const char *name;
        enum priority priority;
    } purposes[SOURCE_N_UQD_PURPOSES] = {{"preview", PRIORITY_INTERACTIVE},
                                         {"screen", PRIORITY_INTERACTIVE},
                                         {"filmstrip", PRIORITY_PREFETCH},
                                         {"background", PRIORITY_BACKGROUND}};
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
    dict_add_string(&options, KEY_PURPOSE, purposes[purpose].name);
    dict_add_u32(&options, KEY_PRIORITY, purposes[purpose].priority);
    if (dict_end(&options))
        return call;
    dbus_message_unref(call);
    return NULL;
}

DBusMessage *bus_new_get_bits(const struct bus_job *job, uint32_t step)
{
    DBusMessageIter arguments;
    struct dict options;
    DBusMessage *call = bus_new_job_call(job, METHOD_GET_BITS);
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &step);
    dict_begin(&options, &arguments);
    dict_add_u32(&options, KEY_PRIORITY, PRIORITY_BACKGROUND);
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

/* Finds the descriptor, which becomes the caller's, and the dictionary of a reply. */
static int read_memory(DBusMessage *reply, int *fd, DBusMessageIter *dict, struct message *message)
{
    if (!dbus_message_has_signature(reply, "ha{sv}"))
        return message_set(message, "the daemon answers in an unknown form");
    dbus_message_iter_init(reply, dict);
    dbus_message_iter_get_basic(dict, fd);
    dbus_message_iter_next(dict);
    return 0;
}

/* Reads fd and dictionary of a reply; NULL with a message. */
static struct picture *read_picture(DBusMessage *reply, struct message *message)
{
    struct shared_frame frame;
    DBusMessageIter arguments;
    int fd = -1;
    if (read_memory(reply, &fd, &arguments, message) < 0)
        return NULL;
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

/* Fills the map from the memory, in which its numbers lie like pixels of four bytes. */
static int copy_bits(int fd, const DBusMessageIter *dict, struct bits_map *map,
                     struct message *message)
{
    struct shared_frame shape = {.stride = 4 * map->width, .format = SHARED_FRAME_RGB_ALPHA};
    size_t size;
    if (!dict_get_u32(dict, KEY_WIDTH, &shape.width) ||
        !dict_get_u32(dict, KEY_HEIGHT, &shape.height) ||
        !dict_get_u64(dict, KEY_OFFSET, &shape.offset) || shape.width != map->width ||
        shape.height != map->height)
        return message_set(message, "the daemon sent a map of bits of another size");
    uint8_t *mapping = shared_frame_map(fd, &shape, &size, message);
    if (!mapping)
        return -1;
    memcpy(map->bits, mapping + shape.offset, (size_t)shape.stride * shape.height);
    munmap(mapping, size);
    return 0;
}

struct bits_map *bus_read_bits(DBusMessage *reply, const struct uqd_info *info,
                               struct message *message)
{
    DBusMessageIter dict;
    struct bits_map *map;
    int fd = -1;
    if (read_memory(reply, &fd, &dict, message) < 0)
        return NULL;
    map = bits_map_new(uqd_reduced_side(info->width, 3), uqd_reduced_side(info->height, 3));
    if (!map)
        message_set(message, "out of memory");
    if (map && copy_bits(fd, &dict, map, message) < 0) {
        bits_map_unref(map);
        map = NULL;
    }
    if (fd >= 0)
        close(fd);
    return map;
}
