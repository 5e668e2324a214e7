#include "daemon.h"

#include "bus_names.h"
#include "dict.h"
#include "monotonic.h"
#include "session_bus.h"
#include "shared_frame.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Milliseconds that the bus has for its greeting, and the daemon to open the file: a busy one
 * answers at once, too. */
enum { PATIENCE = 1000 };

/* ---- Calls --------------------------------------------------------------------------------- */

static DBusMessage *new_open(int fd)
{
    DBusMessageIter arguments;
    struct dict options;
    DBusMessage *call =
        dbus_message_new_method_call(BUS_NAME, ROOT_PATH, ROOT_INTERFACE, METHOD_OPEN);
    if (!call)
        return NULL;
    dbus_message_set_auto_start(call, FALSE);
    dbus_message_iter_init_append(call, &arguments);
    const bool ok = dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UNIX_FD, &fd);
    dict_begin(&options, &arguments);
    dict_add_u32(&options, KEY_PRIORITY, PRIORITY_BACKGROUND);
    if (dict_end(&options) && ok)
        return call;
    dbus_message_unref(call);
    return NULL;
}

/* For the job of a reply to Open. */
static DBusMessage *new_get_frame(DBusMessage *opened, const struct daemon_frame *frame)
{
    const uint32_t mode = UQD_MODE_DENOISED;
    DBusMessageIter arguments;
    struct dict options;
    const char *job;
    dbus_message_iter_init(opened, &arguments);
    dbus_message_iter_get_basic(&arguments, &job);
    DBusMessage *call = dbus_message_new_method_call(dbus_message_get_sender(opened), job,
                                                     JOB_INTERFACE, METHOD_GET_FRAME);
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    bool ok = dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &frame->step) &&
              dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UINT32, &mode);
    dict_begin(&options, &arguments);
    dict_add_u32(&options, KEY_REDUCE, frame->reduce);
    if (dict_end(&options) && ok)
        return call;
    dbus_message_unref(call);
    return NULL;
}

/* Sends the call, which is dropped and may be NULL. NULL without a reply of that signature. */
static DBusMessage *ask(DBusConnection *connection, DBusMessage *call, int milliseconds,
                        const char *signature)
{
    if (!call)
        return NULL;
    DBusMessage *reply =
        dbus_connection_send_with_reply_and_block(connection, call, milliseconds, NULL);
    dbus_message_unref(call);
    if (!reply || (dbus_message_has_signature(reply, signature) && dbus_message_get_sender(reply)))
        return reply;
    dbus_message_unref(reply);
    return NULL;
}

/* ---- The picture --------------------------------------------------------------------------- */

static int copy_rows(const uint8_t *memory, const struct shared_frame *shared,
                     struct pixels *pixels)
{
    const size_t row = (size_t)pixels->width * pixels->channels;
    pixels->data = malloc(row * pixels->height);
    if (!pixels->data)
        return -1;
    for (uint32_t y = 0; y < pixels->height; y++)
        memcpy(pixels->data + y * row, memory + shared->offset + (size_t)y * shared->stride, row);
    return 0;
}

static int copy_frame(int fd, const DBusMessageIter *dict, const struct daemon_frame *frame,
                      struct pixels *pixels)
{
    struct shared_frame shared;
    struct message message;
    size_t size;
    pixels->width = uqd_reduced_side(frame->info->width, frame->reduce);
    pixels->height = uqd_reduced_side(frame->info->height, frame->reduce);
    pixels->channels = frame->info->channels;
    if (!shared_frame_get(dict, &shared) || shared.width != pixels->width ||
        shared.height != pixels->height || shared_frame_channels(&shared) != pixels->channels)
        return -1;
    void *memory = shared_frame_map(fd, &shared, &size, &message);
    if (!memory)
        return -1;
    const int result = copy_rows(memory, &shared, pixels);
    munmap(memory, size);
    return result;
}

static int read_frame(DBusMessage *reply, const struct daemon_frame *frame, struct pixels *pixels)
{
    DBusMessageIter arguments;
    int fd = -1;
    dbus_message_iter_init(reply, &arguments);
    dbus_message_iter_get_basic(&arguments, &fd);
    dbus_message_iter_next(&arguments);
    if (fd < 0)
        return -1;
    const int result = copy_frame(fd, &arguments, frame, pixels);
    close(fd);
    return result;
}

/* ---- All of it ----------------------------------------------------------------------------- */

/* Milliseconds until the end, but no more than most. */
static int left(int64_t end, int most)
{
    const int64_t milliseconds = end - monotonic_ms();
    return milliseconds < 0 ? 0 : milliseconds < most ? (int)milliseconds : most;
}

static bool greet(DBusConnection *connection, int64_t end)
{
    DBusMessage *reply = ask(connection, session_bus_new_hello(), left(end, PATIENCE), "s");
    const bool ok = reply && session_bus_take_hello(connection, reply);
    if (reply)
        dbus_message_unref(reply);
    return ok;
}

static int get_frame(DBusConnection *connection, int fd, const struct daemon_frame *frame,
                     int64_t end, struct pixels *pixels)
{
    int result = -1;
    DBusMessage *opened = ask(connection, new_open(fd), left(end, PATIENCE), "oa{sv}");
    if (!opened)
        return -1;
    DBusMessage *reply =
        ask(connection, new_get_frame(opened, frame), left(end, INT32_MAX), "ha{sv}");
    if (reply) {
        result = read_frame(reply, frame, pixels);
        dbus_message_unref(reply);
    }
    dbus_message_unref(opened);
    return result;
}

int daemon_get_frame(int fd, const struct daemon_frame *frame, int64_t milliseconds,
                     struct pixels *pixels)
{
    const int64_t end = monotonic_ms() + milliseconds;
    int result = -1;
    DBusConnection *connection = session_bus_exists() ? session_bus_connect() : NULL;
    if (!connection)
        return -1;
    if (greet(connection, end))
        result = get_frame(connection, fd, frame, end, pixels);
    dbus_connection_close(connection); /* which ends the job */
    dbus_connection_unref(connection);
    return result;
}
