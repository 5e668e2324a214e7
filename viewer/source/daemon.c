/* Pictures decoded by the daemon. This thread alone touches libdbus; it sleeps in a loop on the
 * connection and on an eventfd that the main thread writes to, and waits for nothing else: whatever
 * daemon and bus do, it ends at once when it is told to.
 *
 * GREETING --name from the bus--> OPENING --reply to Open--> OPEN --daemon gone--> CLOSED
 * --request--> OPENING. Where the bus cannot activate the daemon, OPENING goes through STARTING:
 * the daemon is started from here, and the file opened once the name has an owner. Likewise if the
 * daemon is just leaving: the file is opened when there is another, or after a moment. Frames are
 * asked for only while OPEN. */
#include "dict.h"
#include "loop.h"
#include "source/bus_calls.h"
#include "source/daemon_start.h"
#include "source/pending_call.h"
#include "source/private.h"
#include "source/session_bus.h"
#include "source/watchdog.h"

#include <dbus/dbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Milliseconds. */
#define OPEN_MS  30000 /* the daemon reads the weights before it answers */
#define START_MS 5000
#define RETRY_MS 100 /* before asking a daemon again that is about to leave */

static const char bus_gone[] = "the session bus is gone";

enum phase { GREETING, CLOSED, STARTING, OPENING, OPEN };

struct in_flight {
    struct remote *remote;
    DBusPendingCall *call; /* NULL: nothing is asked */
    struct frame_key key;
};

struct remote {
    struct source source;
    int wakeup; /* eventfd */
    struct loop *loop;
    DBusConnection *connection;
    enum phase phase;
    struct loop_timer patience; /* with all phases but CLOSED and OPEN */
    struct loop_timer retry;    /* in STARTING */
    struct watchdog watchdog;
    bool seen;        /* the daemon that is to open the file is there */
    bool start_tried; /* the daemon was started from here */
    bool open_failed; /* a daemon died over opening the file */
    pid_t process;    /* of the daemon that was started from here, or 0 */
    unsigned n_jobs;  /* counts handle tokens */
    struct bus_job job;
    DBusPendingCall *call; /* Hello or Open, unanswered */
    bool decoding;         /* the job has not told yet that it is finished */
    struct in_flight frames[SOURCE_N_PURPOSES];
    bool unavailable;
};

/* ---- Trouble ------------------------------------------------------------------------------- */

static void drop_calls(struct remote *remote)
{
    pending_call_drop(&remote->call);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        pending_call_drop(&remote->frames[purpose].call);
}

/* The bus says that nobody will answer any more, perhaps before it says who has left. libdbus makes
 * the same error itself when the connection is lost; on_turn sees that. */
static bool is_death(DBusMessage *reply)
{
    return dbus_message_is_error(reply, DBUS_ERROR_NO_REPLY) && dbus_message_get_sender(reply);
}

static bool send_call(struct remote *remote, DBusMessage *call, DBusPendingCall **pending,
                      DBusPendingCallNotifyFunction answered, void *cookie)
{
    return pending_call_send(pending, remote->connection, call, DBUS_TIMEOUT_INFINITE, answered,
                             cookie);
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

static void on_impatience(void *cookie)
{
    struct remote *remote = cookie;
    give_up(remote, remote->phase == GREETING ? "the session bus does not answer"
                                              : "the daemon does not answer");
}

static void on_silence(void *cookie)
{
    give_up(cookie, "the daemon does not answer");
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
    DBusMessage *reply = pending_call_take(&frame->call);
    (void)call;
    if (is_death(reply))
        lose(remote);
    else if (dbus_connection_get_is_connected(remote->connection))
        take_frame(remote, (enum source_purpose)(frame - remote->frames), &key, reply);
    dbus_message_unref(reply);
}

static void ask_frame(struct remote *remote, enum source_purpose purpose,
                      const struct frame_key *key)
{
    struct in_flight *frame = &remote->frames[purpose];
    pending_call_drop(&frame->call);
    frame->key = *key;
    if (!send_call(remote, bus_new_get_frame(&remote->job, purpose, key), &frame->call, on_frame,
                   frame))
        source_post_refused(&remote->source, purpose, key, "the daemon cannot be asked");
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
        give_up(remote, "the daemon cannot be started");
        return;
    }
    remote->phase = STARTING;
    loop_timer_start(remote->loop, &remote->patience, START_MS);
}

static void open_file(struct remote *remote);

/* Opens the file with whatever daemon there is. */
static void begin_opening(struct remote *remote)
{
    loop_timer_stop(remote->loop, &remote->retry);
    loop_timer_start(remote->loop, &remote->patience, remote->watchdog.limit ? START_MS : OPEN_MS);
    remote->seen = false;
    open_file(remote);
}

static void on_retry(void *cookie)
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
static void on_alive(void *cookie)
{
    struct remote *remote = cookie;
    if (remote->phase != OPENING || remote->seen)
        return;
    remote->seen = true;
    loop_timer_start(remote->loop, &remote->patience, OPEN_MS);
}

/* Another daemon may do better than the one that died, but two that die are no accident. */
static void on_death_while_opening(struct remote *remote)
{
    if (remote->open_failed) {
        give_up(remote, "the daemon dies when it opens the file");
        return;
    }
    remote->open_failed = true;
    begin_opening(remote);
}

static void on_open(DBusPendingCall *call, void *cookie)
{
    struct remote *remote = cookie;
    DBusMessage *reply = pending_call_take(&remote->call);
    (void)call;
    if (dbus_message_is_error(reply, DBUS_ERROR_SERVICE_UNKNOWN))
        start_daemon(remote);
    else if (is_death(reply))
        on_death_while_opening(remote);
    else if (dbus_message_is_error(reply, ERROR_GONE))
        try_again(remote);
    else if (dbus_message_has_signature(reply, "oa{sv}") && dbus_message_get_sender(reply))
        start_job(remote, reply);
    else if (!dbus_connection_get_is_connected(remote->connection))
        give_up(remote, bus_gone);
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
    if (!send_call(remote, bus_new_open(remote->source.config.file->fd, token), &remote->call,
                   on_open, remote)) {
        give_up(remote, "the daemon cannot be asked");
        return;
    }
    /* Its signals may arrive before the reply. */
    job_path(remote->job.path, sizeof remote->job.path,
             dbus_bus_get_unique_name(remote->connection), token);
    remote->phase = OPENING;
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
    remote->decoding = false;
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
        begin_opening(remote);
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

static void on_hello(DBusPendingCall *call, void *cookie)
{
    struct remote *remote = cookie;
    DBusMessage *reply = pending_call_take(&remote->call);
    bool usable = session_bus_take_hello(remote->connection, reply);
    (void)call;
    dbus_message_unref(reply);
    if (!usable) {
        give_up(remote, "the session bus cannot be reached");
        return;
    }
    /* Without a place for the error, the call does not wait for the answer. */
    dbus_bus_add_match(remote->connection,
                       "type='signal',sender='" DBUS_SERVICE_DBUS
                       "',interface='" DBUS_INTERFACE_DBUS "',member='NameOwnerChanged'",
                       NULL);
    begin_opening(remote);
}

static bool connect_bus(struct remote *remote)
{
    remote->connection = session_bus_connect();
    if (!remote->connection || loop_attach(remote->loop, remote->connection) < 0 ||
        !dbus_connection_add_filter(remote->connection, on_message, remote, NULL))
        return false;
    remote->watchdog.connection = remote->connection;
    loop_timer_start(remote->loop, &remote->patience,
                     remote->watchdog.limit ? remote->watchdog.limit : OPEN_MS);
    return send_call(remote, session_bus_new_hello(), &remote->call, on_hello, remote);
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
        begin_opening(remote);
    return !quit;
}

static void pass_requests(struct remote *remote, const struct source_request *requests)
{
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        if (requests[purpose].waiting)
            ask_frame(remote, (enum source_purpose)purpose, &requests[purpose].key);
}

/* Whose answer is awaited, or NULL. */
static const char *awaited(const struct remote *remote)
{
    bool busy = remote->decoding;
    if (remote->unavailable)
        return NULL;
    if (remote->phase == OPENING)
        return BUS_NAME;
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        busy |= remote->frames[purpose].call != NULL;
    return remote->phase == OPEN && busy ? remote->job.owner : NULL;
}

static void on_wakeup(void *cookie)
{
    eventfd_t count;
    eventfd_read(((struct remote *)cookie)->wakeup, &count);
}

static void on_turn(void *cookie)
{
    struct remote *remote = cookie;
    struct source_request requests[SOURCE_N_PURPOSES];
    if (!dbus_connection_get_is_connected(remote->connection))
        give_up(remote, remote->phase == GREETING ? "the session bus cannot be reached" : bus_gone);
    if (remote->unavailable || !take_requests(remote, requests)) {
        loop_stop(remote->loop);
        return;
    }
    if (remote->phase == OPEN)
        pass_requests(remote, requests);
    watchdog_expect(&remote->watchdog, awaited(remote));
}

/* The end of the connection ends the job. Nothing is sent any more: that might have to wait. */
static void disconnect_bus(struct remote *remote)
{
    DBusConnection *connection = remote->connection;
    if (!connection)
        return;
    watchdog_expect(&remote->watchdog, NULL);
    drop_calls(remote);
    dbus_connection_close(connection);
    dbus_connection_set_watch_functions(connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_set_timeout_functions(connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_unref(connection);
}

static void remote_run(struct source *source)
{
    struct remote *remote = (struct remote *)source;
    if (connect_bus(remote))
        loop_run(remote->loop);
    else
        give_up(remote, "the session bus cannot be reached");
    disconnect_bus(remote);
}

static void remote_wake(struct source *source)
{
    eventfd_write(((struct remote *)source)->wakeup, 1);
}

static void remote_destroy(struct source *source)
{
    struct remote *remote = (struct remote *)source;
    loop_free(remote->loop);
    close(remote->wakeup);
    free(remote);
}

static void set_handlers(struct remote *remote)
{
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        remote->frames[purpose].remote = remote;
    remote->patience = (struct loop_timer){.fire = on_impatience, .cookie = remote};
    remote->retry = (struct loop_timer){.fire = on_retry, .cookie = remote};
    remote->source.run = remote_run;
    remote->source.wake = remote_wake;
    remote->source.destroy = remote_destroy;
}

struct source *source_daemon_new(const struct source_config *config)
{
    if (!session_bus_exists() || !dbus_threads_init_default())
        return NULL;
    struct remote *remote = calloc(1, sizeof *remote);
    if (!remote)
        return NULL;
    set_handlers(remote);
    remote->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    remote->loop = loop_new(on_turn, remote);
    if (remote->wakeup < 0 || !remote->loop) {
        remote_destroy(&remote->source);
        return NULL;
    }
    loop_add_fd(remote->loop, remote->wakeup, on_wakeup, remote);
    remote->watchdog = (struct watchdog){.loop = remote->loop,
                                         .limit = config->daemon_timeout,
                                         .alive = on_alive,
                                         .silent = on_silence,
                                         .cookie = remote};
    return source_start(&remote->source, config);
}
