#include "remote.h"

#include "bus_names.h"
#include "dict.h"
#include "file.h"

#include <unistd.h>

/* ---- Calls --------------------------------------------------------------------------------- */

DBusMessage *remote_new_call(const struct remote *remote, const char *method)
{
    return dbus_message_new_method_call(remote->owner, remote->job, JOB_INTERFACE, method);
}

/* What was refused or took too long is about the file; that the bus has ended is not. */
static void explain(const struct remote *remote, const struct message *cause,
                    struct message *message)
{
    if (remote->session->was_refused || remote->session->is_late)
        message_set(message, "%s: %s", remote->name, cause->text);
    else
        *message = *cause;
}

DBusMessage *remote_call(struct remote *remote, DBusMessage *call, const char *signature,
                         struct message *message)
{
    struct message cause;
    DBusMessage *reply = session_call(remote->session, call, signature, &cause);
    if (!reply)
        explain(remote, &cause, message);
    return reply;
}

DBusMessage *remote_signal(struct remote *remote, struct message *message)
{
    struct message cause;
    DBusMessage *signal = session_signal(remote->session, remote->owner, &cause);
    if (!signal)
        explain(remote, &cause, message);
    return signal;
}

/* ---- Opening ------------------------------------------------------------------------------- */

static bool append_options(DBusMessageIter *arguments, const struct remote_options *options,
                           int reference_fd)
{
    struct dict dict;
    dict_begin(&dict, arguments);
    if (options && options->mode)
        dict_add_u32(&dict, KEY_MODE, options->mode);
    if (options && options->seed)
        dict_add_u64(&dict, KEY_SEED, options->seed);
    if (options && options->progress_ms)
        dict_add_u32(&dict, KEY_PROGRESS, options->progress_ms);
    if (options && options->follow)
        dict_add_bool(&dict, KEY_FOLLOW, true);
    if (options && options->region.width > 0)
        dict_add_region(&dict, KEY_REGION, &options->region);
    if (reference_fd >= 0)
        dict_add_fd(&dict, KEY_REFERENCE, reference_fd);
    return dict_end(&dict);
}

/* NULL without memory. */
static DBusMessage *new_open(int fd, const struct remote_options *options, int reference_fd)
{
    DBusMessageIter arguments;
    DBusMessage *call =
        dbus_message_new_method_call(BUS_NAME, ROOT_PATH, ROOT_INTERFACE, METHOD_OPEN);
    if (!call)
        return NULL;
    dbus_message_iter_init_append(call, &arguments);
    if (dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UNIX_FD, &fd) &&
        append_options(&arguments, options, reference_fd))
        return call;
    dbus_message_unref(call);
    return NULL;
}

static int ask_to_open(struct remote *remote, const struct remote_options *options,
                       struct message *message)
{
    const char *reference = options ? options->reference : NULL;
    int reference_fd = -1;
    if (reference && (reference_fd = file_open_regular(reference, reference, message)) < 0)
        return -1;
    remote->opened =
        remote_call(remote, new_open(remote->fd, options, reference_fd), "oa{sv}", message);
    if (reference_fd >= 0)
        close(reference_fd);
    return remote->opened ? 0 : -1;
}

/* One that knows of no regions passes over the option, and decodes the whole picture. */
static int check_region(const struct remote *remote, const struct uqd_region *wanted,
                        struct message *message)
{
    struct uqd_region told;
    if (dict_get_region(&remote->info, KEY_REGION, &told) && told.x == wanted->x &&
        told.y == wanted->y && told.width == wanted->width && told.height == wanted->height)
        return 0;
    return message_set(message, "%s: the daemon that is running decodes no region alone",
                       remote->name);
}

int remote_open(struct remote *remote, struct session *session, const char *path,
                const struct remote_options *options, struct message *message)
{
    *remote = (struct remote){.session = session, .name = path};
    remote->fd = file_open_regular(path, path, message);
    if (remote->fd < 0 || ask_to_open(remote, options, message) < 0)
        return -1;
    remote->owner = dbus_message_get_sender(remote->opened);
    dbus_message_iter_init(remote->opened, &remote->info);
    dbus_message_iter_get_basic(&remote->info, &remote->job);
    dbus_message_iter_next(&remote->info);
    return options && options->region.width > 0 ? check_region(remote, &options->region, message)
                                                : 0;
}

void remote_close(struct remote *remote)
{
    if (remote->opened)
        dbus_message_unref(remote->opened);
    if (remote->session && remote->fd >= 0)
        close(remote->fd);
    *remote = (struct remote){0};
}
