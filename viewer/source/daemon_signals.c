/* What the daemon and the bus tell without being asked. */
#include "dict.h"
#include "source/daemon.h"

#include <string.h>

static void take_step(struct remote *remote, DBusMessage *signal)
{
    dbus_uint32_t step;
    if (dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &step, DBUS_TYPE_INVALID) &&
        step < UINT32_MAX)
        source_post_step(&remote->source, SOURCE_STEP, step + 1, "");
}

static void take_progress(struct remote *remote, DBusMessage *signal)
{
    const struct in_flight *screen = &remote->frames[SOURCE_SCREEN];
    DBusMessageIter arguments;
    struct frame_key key = {0};
    double done;
    if (!dbus_message_has_signature(signal, "uda{sv}"))
        return;
    dbus_message_iter_init(signal, &arguments);
    dbus_message_iter_get_basic(&arguments, &key.step);
    dbus_message_iter_next(&arguments);
    dbus_message_iter_get_basic(&arguments, &done);
    dbus_message_iter_next(&arguments);
    if (!dict_get_u32(&arguments, KEY_MODE, &key.mode))
        source_post_progress(&remote->source, NULL, done);
    else if (dict_get_u64(&arguments, KEY_SEED, &key.seed) &&
             dict_get_u32(&arguments, KEY_REDUCE, &key.reduce) &&
             dict_get_u64(&arguments, KEY_BYTES, &key.bytes) && screen->call &&
             frame_key_equal(&key, &screen->key))
        source_post_progress(&remote->source, &key, done);
}

static void take_finished(struct remote *remote, DBusMessage *signal)
{
    DBusMessageIter arguments;
    dbus_uint32_t status;
    const char *text = "";
    if (!dbus_message_has_signature(signal, "ua{sv}"))
        return;
    dbus_message_iter_init(signal, &arguments);
    dbus_message_iter_get_basic(&arguments, &status);
    dbus_message_iter_next(&arguments);
    remote->decoding = false;
    if (status == RESULT_CANCELLED) {
        remote_lose(remote);
        return;
    }
    if (status != RESULT_DONE && !dict_get_string(&arguments, KEY_MESSAGE, &text))
        text = "decoding failed";
    source_post_text(&remote->source, SOURCE_END, text);
}

static void take_owner_change(struct remote *remote, DBusMessage *signal)
{
    const char *name, *old, *new;
    if (!dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &old,
                               DBUS_TYPE_STRING, &new, DBUS_TYPE_INVALID))
        return;
    if (remote->phase == OPEN && !strcmp(name, remote->job.owner) && !*new)
        remote_lose(remote);
    else if (remote->phase == STARTING && !strcmp(name, BUS_NAME) && *new)
        remote_open(remote);
}

DBusHandlerResult remote_on_message(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    struct remote *remote = cookie;
    (void)connection;
    if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
        take_owner_change(remote, message);
    else if (!dbus_message_has_path(message, remote->job.path))
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    else if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_STEP_READY))
        take_step(remote, message);
    else if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_PROGRESS))
        take_progress(remote, message);
    else if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_FINISHED))
        take_finished(remote, message);
    else
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    return DBUS_HANDLER_RESULT_HANDLED;
}
