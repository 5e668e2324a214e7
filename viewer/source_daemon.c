/* Pictures decoded by the daemon. This thread alone touches libdbus; it sleeps in poll() on the
 * connection and on an eventfd that the main thread writes to.
 *
 * CLOSED --request--> OPENING --reply to Open--> OPEN --daemon gone--> CLOSED. Where the bus cannot
 * activate the daemon, OPENING goes through STARTING: the daemon is started from here, and the file
 * opened once the name has an owner. Frames are asked for only while OPEN. */
#include "bus_calls.h"
#include "daemon_start.h"
#include "dict.h"
#include "source_private.h"

#include <dbus/dbus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPEN_SECONDS  30 /* the daemon reads the weights before it answers */
#define START_SECONDS 5

enum phase { CLOSED, STARTING, OPENING, OPEN };

struct in_flight {
    struct remote *remote;
    DBusPendingCall *call; /* NULL: nothing is asked */
    struct frame_key key;
};

struct remote {
    struct source source;
    int wakeup; /* eventfd */
    DBusConnection *connection;
    enum phase phase;
    time_t deadline;  /* of OPENING and STARTING, monotonic seconds */
    bool start_tried; /* the daemon was started from here */
    pid_t process;    /* of that daemon, or 0 */
    unsigned n_jobs;  /* counts handle tokens */
    struct bus_job job;
    DBusPendingCall *open_call;
    struct in_flight frames[SOURCE_N_PURPOSES];
    bool unavailable;
};

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* ---- Trouble ------------------------------------------------------------------------------- */

static void drop_calls(struct remote *remote)
{
    if (remote->open_call) {
        dbus_pending_call_cancel(remote->open_call);
        dbus_pending_call_unref(remote->open_call);
        remote->open_call = NULL;
    }
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        DBusPendingCall *call = remote->frames[purpose].call;
        if (!call)
            continue;
        dbus_pending_call_cancel(call);
        dbus_pending_call_unref(call);
        remote->frames[purpose].call = NULL;
    }
}

/* Nothing can be had from the daemon; the viewer goes on without this source. */
static void give_up(struct remote *remote, const char *text)
{
    struct source_event event = {.type = SOURCE_FAILED, .unavailable = true};
    if (remote->unavailable)
        return;
    remote->unavailable = true;
    drop_calls(remote);
    snprintf(event.text, sizeof event.text, "%s", text);
    source_post(&remote->source, &event);
}

static void lose(struct remote *remote)
{
    drop_calls(remote);
    remote->phase = CLOSED;
    remote->start_tried = false;
    if (remote->process > 0 && waitpid(remote->process, NULL, WNOHANG) > 0)
        remote->process = 0;
    source_post_text(&remote->source, SOURCE_LOST,
                     "The decoding daemon has ended; the next step or mode starts it again");
}

/* ---- Frames -------------------------------------------------------------------------------- */

static const char *error_text(DBusMessage *reply)
{
    const char *text = NULL;
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
    return text ? text : dbus_message_get_error_name(reply);
}

static void take_frame(struct remote *remote, enum source_purpose purpose,
                       const struct frame_key *key, DBusMessage *reply)
{
    struct message message;
    if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR) {
        source_post_refused(&remote->source, purpose, key, error_text(reply));
        return;
    }
    struct picture *picture =
        bus_read_frame(reply, &remote->source.config.file->info, key->reduce, &message);
    if (picture)
        source_post_picture(&remote->source, purpose, key, picture);
    else
        source_post_refused(&remote->source, purpose, key, message.text);
}

static void on_frame(DBusPendingCall *call, void *cookie)
{
    struct in_flight *frame = cookie;
    struct remote *remote = frame->remote;
    struct frame_key key = frame->key;
    DBusMessage *reply = dbus_pending_call_steal_reply(call);
    dbus_pending_call_unref(frame->call);
    frame->call = NULL;
    take_frame(remote, (enum source_purpose)(frame - remote->frames), &key, reply);
    dbus_message_unref(reply);
}

static void ask_frame(struct remote *remote, enum source_purpose purpose,
                      const struct frame_key *key)
{
    struct in_flight *frame = &remote->frames[purpose];
    DBusMessage *call = bus_new_get_frame(&remote->job, purpose, key);
    if (frame->call) {
        dbus_pending_call_cancel(frame->call);
        dbus_pending_call_unref(frame->call);
        frame->call = NULL;
    }
    frame->key = *key;
    if (!call ||
        !dbus_connection_send_with_reply(remote->connection, call, &frame->call,
                                         DBUS_TIMEOUT_INFINITE) ||
        !frame->call || !dbus_pending_call_set_notify(frame->call, on_frame, frame, NULL))
        source_post_refused(&remote->source, purpose, key, "the daemon cannot be asked");
    if (call)
        dbus_message_unref(call);
}

/* ---- Opening ------------------------------------------------------------------------------- */

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
    post_step_names(remote, &arguments);
    DBusMessage *call = bus_new_job_call(&remote->job, METHOD_START);
    if (!call) {
        give_up(remote, "out of memory");
        return;
    }
    dbus_message_set_no_reply(call, TRUE);
    dbus_connection_send(remote->connection, call, NULL);
    dbus_message_unref(call);
    remote->phase = OPEN;
}

/* The bus does not know the daemon: it is started from here, once per opening. */
static void start_daemon(struct remote *remote)
{
    remote->process = remote->start_tried ? -1 : daemon_start();
    remote->start_tried = true;
    if (remote->process < 0) {
        give_up(remote, "the daemon cannot be started");
        return;
    }
    remote->phase = STARTING;
    remote->deadline = now() + START_SECONDS;
}

static void on_open(DBusPendingCall *call, void *cookie)
{
    struct remote *remote = cookie;
    DBusMessage *reply = dbus_pending_call_steal_reply(call);
    dbus_pending_call_unref(remote->open_call);
    remote->open_call = NULL;
    if (dbus_message_is_error(reply, DBUS_ERROR_SERVICE_UNKNOWN))
        start_daemon(remote);
    else if (dbus_message_has_signature(reply, "oa{sv}") && dbus_message_get_sender(reply))
        start_job(remote, reply);
    else if (dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR)
        give_up(remote, error_text(reply));
    else
        give_up(remote, "the daemon answers in an unknown form");
    dbus_message_unref(reply);
}

static void open_file(struct remote *remote)
{
    char token[BUS_TOKEN_SIZE];
    snprintf(token, sizeof token, "view%u", ++remote->n_jobs);
    DBusMessage *call = bus_new_open(remote->source.config.file->fd, token);
    bool sent = call &&
                dbus_connection_send_with_reply(remote->connection, call, &remote->open_call,
                                                DBUS_TIMEOUT_INFINITE) &&
                remote->open_call &&
                dbus_pending_call_set_notify(remote->open_call, on_open, remote, NULL);
    if (call)
        dbus_message_unref(call);
    if (!sent) {
        give_up(remote, "the daemon cannot be asked");
        return;
    }
    /* Its signals may arrive before the reply. */
    job_path(remote->job.path, sizeof remote->job.path,
             dbus_bus_get_unique_name(remote->connection), token);
    remote->phase = OPENING;
    remote->deadline = now() + OPEN_SECONDS;
}

/* ---- Signals ------------------------------------------------------------------------------- */

static void take_step(struct remote *remote, DBusMessage *signal)
{
    dbus_uint32_t step;
    if (dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &step, DBUS_TYPE_INVALID) &&
        step < UINT32_MAX)
        source_post_step(&remote->source, SOURCE_STEP, step + 1, "");
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
    if (status == RESULT_CANCELLED) {
        lose(remote);
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
        lose(remote);
    else if (remote->phase == STARTING && !strcmp(name, BUS_NAME) && *new)
        open_file(remote);
}

static DBusHandlerResult on_message(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    struct remote *remote = cookie;
    (void)connection;
    if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
        take_owner_change(remote, message);
    else if (!dbus_message_has_path(message, remote->job.path))
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    else if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_STEP_READY))
        take_step(remote, message);
    else if (dbus_message_is_signal(message, JOB_INTERFACE, SIGNAL_FINISHED))
        take_finished(remote, message);
    else
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    return DBUS_HANDLER_RESULT_HANDLED;
}

/* ---- The thread ---------------------------------------------------------------------------- */

static bool connect_bus(struct remote *remote)
{
    remote->connection = dbus_bus_get_private(DBUS_BUS_SESSION, NULL);
    if (!remote->connection)
        return false;
    dbus_connection_set_exit_on_disconnect(remote->connection, FALSE);
    if (!dbus_connection_can_send_type(remote->connection, DBUS_TYPE_UNIX_FD) ||
        !dbus_connection_add_filter(remote->connection, on_message, remote, NULL))
        return false;
    dbus_bus_add_match(remote->connection,
                       "type='signal',sender='" DBUS_SERVICE_DBUS
                       "',interface='" DBUS_INTERFACE_DBUS "',member='NameOwnerChanged'",
                       NULL);
    return true;
}

/* Takes the requests out of the mailbox, if they can be passed on now. False to end. */
static bool take_requests(struct remote *remote, struct source_request *requests)
{
    struct source *source = &remote->source;
    bool any = false;
    pthread_mutex_lock(&source->lock);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        any |= source->requests[purpose].waiting;
        requests[purpose] = source->requests[purpose];
        if (remote->phase == OPEN)
            source->requests[purpose].waiting = false;
    }
    bool quit = source->quit;
    pthread_mutex_unlock(&source->lock);
    if (any && remote->phase == CLOSED)
        open_file(remote);
    return !quit;
}

static void pass_requests(struct remote *remote, const struct source_request *requests)
{
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        if (requests[purpose].waiting)
            ask_frame(remote, (enum source_purpose)purpose, &requests[purpose].key);
}

static void check_deadline(struct remote *remote)
{
    if ((remote->phase == OPENING || remote->phase == STARTING) && now() >= remote->deadline)
        give_up(remote, "the daemon does not answer");
}

static bool read_bus(struct remote *remote)
{
    bool connected = dbus_connection_read_write(remote->connection, 0);
    while (dbus_connection_dispatch(remote->connection) == DBUS_DISPATCH_DATA_REMAINS)
        continue;
    return connected;
}

static void sleep_until_needed(struct remote *remote)
{
    struct pollfd files[2] = {{.fd = remote->wakeup, .events = POLLIN}, {.fd = -1}};
    bool limited = remote->phase == OPENING || remote->phase == STARTING;
    bool more =
        dbus_connection_get_dispatch_status(remote->connection) == DBUS_DISPATCH_DATA_REMAINS;
    dbus_connection_get_unix_fd(remote->connection, &files[1].fd);
    files[1].events = POLLIN;
    if (dbus_connection_has_messages_to_send(remote->connection))
        files[1].events |= POLLOUT;
    if (poll(files, 2, more ? 0 : limited ? 500 : -1) > 0 && files[0].revents) {
        eventfd_t count;
        eventfd_read(remote->wakeup, &count);
    }
}

static void serve(struct remote *remote)
{
    struct source_request requests[SOURCE_N_PURPOSES];
    open_file(remote);
    while (!remote->unavailable) {
        if (!read_bus(remote)) {
            give_up(remote, "the session bus is gone");
            return;
        }
        check_deadline(remote);
        if (!take_requests(remote, requests))
            return;
        if (remote->phase == OPEN)
            pass_requests(remote, requests);
        sleep_until_needed(remote);
    }
}

static void close_job(struct remote *remote)
{
    DBusMessage *call = remote->phase == OPEN ? bus_new_job_call(&remote->job, METHOD_CLOSE) : NULL;
    drop_calls(remote);
    if (!call)
        return;
    dbus_message_set_no_reply(call, TRUE);
    dbus_connection_send(remote->connection, call, NULL);
    dbus_connection_flush(remote->connection);
    dbus_message_unref(call);
}

static void remote_run(struct source *source)
{
    struct remote *remote = (struct remote *)source;
    if (connect_bus(remote)) {
        serve(remote);
        close_job(remote);
    } else {
        give_up(remote, "the session bus cannot be reached");
    }
    if (remote->connection) {
        dbus_connection_close(remote->connection);
        dbus_connection_unref(remote->connection);
    }
}

static void remote_wake(struct source *source)
{
    eventfd_write(((struct remote *)source)->wakeup, 1);
}

static void remote_destroy(struct source *source)
{
    struct remote *remote = (struct remote *)source;
    close(remote->wakeup);
    free(remote);
}

/* Without an address libdbus would try to start a bus of its own. */
static bool has_bus(void)
{
    const char *address = getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *directory = getenv("XDG_RUNTIME_DIR");
    char path[256];
    if (address && *address)
        return true;
    if (!directory || *directory != '/')
        return false;
    return snprintf(path, sizeof path, "%s/bus", directory) < (int)sizeof path &&
           access(path, R_OK | W_OK) == 0;
}

struct source *source_daemon_new(const struct source_config *config)
{
    if (!has_bus() || !dbus_threads_init_default())
        return NULL;
    struct remote *remote = calloc(1, sizeof *remote);
    if (!remote)
        return NULL;
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        remote->frames[purpose].remote = remote;
    remote->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    remote->source.run = remote_run;
    remote->source.wake = remote_wake;
    remote->source.destroy = remote_destroy;
    if (remote->wakeup >= 0)
        return source_start(&remote->source, config);
    free(remote);
    return NULL;
}
