#include "picture.h"

#include "bus_names.h"
#include "dict.h"
#include "profile.h"
#include "shared_frame.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- Asking -------------------------------------------------------------------------------- */

static bool append_request(DBusMessage *call, const struct picture_request *request)
{
    DBusMessageIter arguments;
    struct dict dict;
    dbus_message_iter_init_append(call, &arguments);
    const bool ok = dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &request->step) &&
                    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &request->mode);
    dict_begin(&dict, &arguments);
    dict_add_u64(&dict, KEY_SEED, request->seed);
    dict_add_u32(&dict, KEY_REDUCE, request->reduce);
    dict_add_u64(&dict, KEY_BYTES, request->bytes);
    return dict_end(&dict) && ok;
}

static DBusMessage *ask(struct remote *remote, const struct picture_request *request,
                        struct message *message)
{
    DBusMessage *call = remote_new_call(remote, METHOD_GET_FRAME);
    if (call && !append_request(call, request)) {
        dbus_message_unref(call);
        call = NULL;
    }
    return remote_call(remote, call, "ha{sv}", message);
}

/* ---- Pixels -------------------------------------------------------------------------------- */

/* What is mapped has been checked to hold all rows, so that their size fits a size_t. */
static int copy_rows(const uint8_t *memory, const struct shared_frame *shared,
                     struct pixels *pixels, struct message *message)
{
    pixels->width = shared->width;
    pixels->height = shared->height;
    pixels->channels = shared_frame_channels(shared);
    const size_t row = (size_t)pixels->width * pixels->channels;
    pixels->data = malloc(row * pixels->height);
    if (!pixels->data)
        return message_set(message, "out of memory");
    for (uint32_t y = 0; y < pixels->height; y++)
        memcpy(pixels->data + y * row, memory + shared->offset + (size_t)y * shared->stride, row);
    return 0;
}

static int copy_frame(int fd, const DBusMessageIter *dict, struct pixels *pixels,
                      struct message *message)
{
    struct shared_frame shared;
    size_t size;
    if (!shared_frame_get(dict, &shared) || shared.width > UQD_MAX_SIDE ||
        shared.height > UQD_MAX_SIDE)
        return message_set(message, "the daemon sent a picture without a description");
    void *memory = shared_frame_map(fd, &shared, &size, message);
    if (!memory)
        return -1;
    const int result = copy_rows(memory, &shared, pixels, message);
    munmap(memory, size);
    return result;
}

static int read_reply(DBusMessage *reply, struct pixels *pixels, struct message *message)
{
    DBusMessageIter arguments;
    int fd = -1;
    dbus_message_iter_init(reply, &arguments);
    dbus_message_iter_get_basic(&arguments, &fd);
    dbus_message_iter_next(&arguments);
    if (fd < 0)
        return message_set(message, "too many open files");
    const int result = copy_frame(fd, &arguments, pixels, message);
    close(fd);
    return result;
}

/* ---- All of it ------------------------------------------------------------------------------ */

int picture_get(struct remote *remote, const struct picture_request *request, struct pixels *pixels,
                struct message *message)
{
    *pixels = (struct pixels){0};
    DBusMessage *reply = ask(remote, request, message);
    if (!reply)
        return -1;
    int result = read_reply(reply, pixels, message);
    dbus_message_unref(reply);
    if (result == 0)
        result = profile_add(remote, pixels, message);
    return result;
}
