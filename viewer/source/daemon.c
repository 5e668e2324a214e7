/* Pictures decoded by the daemon. This thread alone touches libdbus; it sleeps in a loop on the
 * connection and on an eventfd that the main thread writes to, and waits for nothing else: whatever
 * daemon and bus do, it ends at once when it is told to.
 *
 * GREETING --name from the bus--> OPENING --reply to Open--> OPEN --daemon gone--> CLOSED
 * --request--> OPENING. Where the bus cannot activate the daemon, OPENING goes through STARTING:
 * the daemon is started from here, and the file opened once the name has an owner. Likewise if the
 * daemon is just leaving: the file is opened when there is another, or after a moment. Frames are
 * asked for only while OPEN. */
#include "source/daemon.h"
#include "session_bus.h"
#include "source/pending_call.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void on_hello(DBusPendingCall *call, void *cookie)
{
    struct remote *remote = cookie;
    DBusMessage *reply = pending_call_take(&remote->call);
    bool usable = session_bus_take_hello(remote->connection, reply);
    (void)call;
    dbus_message_unref(reply);
    if (!usable) {
        remote_give_up(remote, "the session bus cannot be reached");
        return;
    }
    /* Without a place for the error, the call does not wait for the answer. */
    dbus_bus_add_match(remote->connection,
                       "type='signal',sender='" DBUS_SERVICE_DBUS
                       "',interface='" DBUS_INTERFACE_DBUS "',member='NameOwnerChanged'",
                       NULL);
    remote_open(remote);
}

static bool connect_bus(struct remote *remote)
{
    remote->connection = session_bus_connect();
    if (!remote->connection || loop_attach(remote->loop, remote->connection) < 0 ||
        !dbus_connection_add_filter(remote->connection, remote_on_message, remote, NULL))
        return false;
    remote->watchdog.connection = remote->connection;
    loop_timer_start(remote->loop, &remote->patience,
                     remote->watchdog.limit ? remote->watchdog.limit : REMOTE_OPEN_MS);
    return remote_send(remote, session_bus_new_hello(), &remote->call, on_hello, remote);
}

/* Takes the requests out of the mailbox, if they can be passed on now. False to end. */
static bool take_requests(struct remote *remote, struct source_request *requests,
                          struct source_bits_request *bits)
{
    struct source *source = &remote->source;
    pthread_mutex_lock(&source->lock);
    bool any = source->bits.waiting;
    *bits = source->bits;
    if (remote->phase == OPEN)
        source->bits.waiting = false;
    for (int purpose = 0; purpose < SOURCE_N_UQD_PURPOSES; purpose++) {
        any |= source->requests[purpose].waiting;
        requests[purpose] = source->requests[purpose];
        if (remote->phase == OPEN)
            source->requests[purpose].waiting = false;
    }
    bool quit = source->quit;
    pthread_mutex_unlock(&source->lock);
    if (any && remote->phase == CLOSED)
        remote_open(remote);
    return !quit;
}

static void pass_requests(struct remote *remote, const struct source_request *requests,
                          const struct source_bits_request *bits)
{
    for (int purpose = 0; purpose < SOURCE_N_UQD_PURPOSES; purpose++)
        if (requests[purpose].waiting)
            remote_ask_frame(remote, (enum source_purpose)purpose, &requests[purpose].key);
    if (bits->waiting)
        remote_ask_bits(remote, bits->step);
}

/* Whose answer is awaited, or NULL. */
static const char *awaited(const struct remote *remote)
{
    bool busy = remote->decoding || remote->bits.call;
    if (remote->unavailable)
        return NULL;
    if (remote->phase == OPENING)
        return BUS_NAME;
    for (int purpose = 0; purpose < SOURCE_N_UQD_PURPOSES; purpose++)
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
    struct source_request requests[SOURCE_N_UQD_PURPOSES];
    struct source_bits_request bits;
    if (!dbus_connection_get_is_connected(remote->connection))
        remote_give_up(remote, remote->phase == GREETING ? "the session bus cannot be reached"
                                                         : remote_bus_gone);
    if (remote->unavailable || !take_requests(remote, requests, &bits)) {
        loop_stop(remote->loop);
        return;
    }
    if (remote->phase == OPEN)
        pass_requests(remote, requests, &bits);
    watchdog_expect(&remote->watchdog, awaited(remote));
}

/* The end of the connection ends the job. Nothing is sent any more: that might have to wait. */
static void disconnect_bus(struct remote *remote)
{
    DBusConnection *connection = remote->connection;
    if (!connection)
        return;
    watchdog_expect(&remote->watchdog, NULL);
    remote_drop_calls(remote);
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
        remote_give_up(remote, "the session bus cannot be reached");
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
    for (int purpose = 0; purpose < SOURCE_N_UQD_PURPOSES; purpose++)
        remote->frames[purpose].remote = remote;
    remote->bits.remote = remote;
    remote->patience = (struct loop_timer){.fire = remote_on_impatience, .cookie = remote};
    remote->retry = (struct loop_timer){.fire = remote_on_retry, .cookie = remote};
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
                                         .alive = remote_on_alive,
                                         .silent = remote_on_silence,
                                         .cookie = remote};
    return source_start(&remote->source, config);
}
