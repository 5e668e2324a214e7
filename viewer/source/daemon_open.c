/* Opening the file with the daemon, which may have to be started first. */
#include "dict.h"
#include "source/daemon.h"
#include "source/daemon_start.h"
#include "source/pending_call.h"

#include <stdio.h>

/* Milliseconds. */
#define START_MS 5000
#define RETRY_MS 100 /* before asking a daemon again that is about to leave */

static void post_lossless(struct remote *remote, const DBusMessageIter *info)
{
    bool is_lossless = false;
    if (dict_get_bool(info, KEY_LOSSLESS, &is_lossless) && is_lossless)
        source_post_text(&remote->source, SOURCE_LOSSLESS, "");
}

static void post_step_names(struct remote *remote, const DBusMessageIter *info)
{
    DBusMessageIter names;
    if (!dict_get_strings(info, KEY_STEP_NAMES, &names))
        return;
    for (uint32_t step = 0; dbus_message_iter_get_arg_type(&names) == DBUS_TYPE_STRING; step++) {
        const char *name;
        dbus_message_iter_get_basic(&names, &name);
        source_post_step(&remote->source, SOURCE_STEP_NAME, step, name);
        dbus_message_iter_next(&names);
    }
}

static void start_job(struct remote *remote, DBusMessage *reply)
{
    DBusMessageIter arguments;
    const char *path;
    dbus_message_iter_init(reply, &arguments);
    dbus_message_iter_get_basic(&arguments, &path);
    dbus_message_iter_next(&arguments);
    snprintf(remote->job.path, sizeof remote->job.path, "%s", path);
    snprintf(remote->job.owner, sizeof remote->job.owner, "%s", dbus_message_get_sender(reply));
    post_lossless(remote, &arguments);
    post_step_names(remote, &arguments);
    DBusMessage *call = bus_new_job_call(&remote->job, METHOD_START);
    if (!call) {
        remote_give_up(remote, "out of memory");
        return;
    }
    dbus_message_set_no_reply(call, TRUE);
    dbus_connection_send(remote->connection, call, NULL);
    dbus_message_unref(call);
    remote->phase = OPEN;
    remote->open_failed = false;
    remote->decoding = true;
    loop_timer_stop(remote->loop, &remote->patience);
}

/* The bus does not know the daemon: it is started from here, once per opening. */
static void start_daemon(struct remote *remote)
{
    remote->process = remote->start_tried ? -1 : daemon_start();
    remote->start_tried = true;
    if (remote->process < 0) {
        remote_give_up(remote, "the daemon cannot be started");
        return;
    }
    remote->phase = STARTING;
    loop_timer_start(remote->loop, &remote->patience, START_MS);
}

static void open_file(struct remote *remote);

void remote_open(struct remote *remote)
{
    loop_timer_stop(remote->loop, &remote->retry);
    loop_timer_start(remote->loop, &remote->patience,
                     remote->watchdog.limit ? START_MS : REMOTE_OPEN_MS);
    remote->seen = false;
    open_file(remote);
}

void remote_on_retry(void *cookie)
{
    open_file(cookie);
}

/* The daemon has been replaced or is idle: it takes no new files. */
static void try_again(struct remote *remote)
{
    remote->phase = STARTING;
    loop_timer_start(remote->loop, &remote->retry, RETRY_MS);
}

/* The daemon lives: it gets the time to read the weights. */
void remote_on_alive(void *cookie)
{
    struct remote *remote = cookie;
    if (remote->phase != OPENING || remote->seen)
        return;
    remote->seen = true;
    loop_timer_start(remote->loop, &remote->patience, REMOTE_OPEN_MS);
}

/* Another daemon may do better than the one that died, but two that die are no accident. */
static void on_death_while_opening(struct remote *remote)
{
    if (remote->open_failed) {
        remote_give_up(remote, "the daemon dies when it opens the file");
        return;
    }
    remote->open_failed = true;
    remote_open(remote);
}

static void on_open(DBusPendingCall *call, void *cookie)
{
    struct remote *remote = cookie;
    DBusMessage *reply = pending_call_take(&remote->call);
    (void)call;
    if (dbus_message_is_error(reply, DBUS_ERROR_SERVICE_UNKNOWN))
        start_daemon(remote);
    else if (remote_is_death(reply))
        on_death_while_opening(remote);
    else if (dbus_message_is_error(reply, ERROR_GONE))
        try_again(remote);
    else if (dbus_message_has_signature(reply, "oa{sv}") && dbus_message_get_sender(reply))
        start_job(remote, reply);
    else if (!dbus_connection_get_is_connected(remote->connection))
        remote_give_up(remote, remote_bus_gone);
    else if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR)
        remote_give_up(remote, remote_error_text(reply));
    else
        remote_give_up(remote, "the daemon answers in an unknown form");
    dbus_message_unref(reply);
}

static void open_file(struct remote *remote)
{
    char token[BUS_TOKEN_SIZE];
    snprintf(token, sizeof token, "view%u", ++remote->n_jobs);
    if (!remote_send(remote,
                     bus_new_open(remote->source.config.file->fd, token, SOURCE_PROGRESS_MS),
                     &remote->call, on_open, remote)) {
        remote_give_up(remote, "the daemon cannot be asked");
        return;
    }
    /* Its signals may arrive before the reply. */
    job_path(remote->job.path, sizeof remote->job.path,
             dbus_bus_get_unique_name(remote->connection), token);
    remote->phase = OPENING;
}
