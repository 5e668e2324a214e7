/* The thread alone touches libdbus; it sleeps in a loop on the connection and on an eventfd that
 * the other thread writes to. Between them lie two mailboxes: calls that were not taken, and
 * answers that were not sent. */
#include "remote/remote.h"

#include "bus_names.h"
#include "loop.h"
#include "remote/object.h"
#include "session_bus.h"
#include "source/pending_call.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A call to be taken. */
struct letter {
    struct letter *next;
    struct remote_call call;
};

struct answer {
    struct answer *next;
    uint32_t id;
    bool refused;
    struct remote_state state;
    char *file, *mode, *message, *status; /* what the state points to */
};

/* A call to be answered; `call` is NULL where there is none. */
struct waiting {
    uint32_t id;
    DBusMessage *call;
};

struct remote_control {
    void (*notify)(void *cookie);
    void *cookie;
    int wakeup; /* eventfd */
    pthread_t thread;
    /* The thread's own: */
    struct loop *loop;
    DBusConnection *connection;
    DBusPendingCall *hello;
    struct waiting waiting[REMOTE_MAX_CALLS];
    uint32_t last_id;
    /* Guarded by the lock: */
    pthread_mutex_t lock;
    struct letter *letters;
    struct answer *answers;
    bool quit, notified;
};

/* ---- Mailboxes ----------------------------------------------------------------------------- */

static struct letter *new_letter(uint32_t id, const char *command, bool wait)
{
    struct letter *letter = calloc(1, sizeof *letter);
    if (letter) {
        letter->call.id = id;
        letter->call.wait = wait;
        snprintf(letter->call.command, sizeof letter->call.command, "%s", command);
    }
    return letter;
}

static void post_letter(struct remote_control *remote, struct letter *letter)
{
    pthread_mutex_lock(&remote->lock);
    struct letter **end = &remote->letters;
    while (*end)
        end = &(*end)->next;
    *end = letter;
    bool notify = !remote->notified;
    remote->notified = true;
    pthread_mutex_unlock(&remote->lock);
    if (notify)
        remote->notify(remote->cookie);
}

/* Takes a letter back. False if it has been taken already. */
static bool withdraw_letter(struct remote_control *remote, uint32_t id)
{
    pthread_mutex_lock(&remote->lock);
    struct letter **at = &remote->letters;
    while (*at && (*at)->call.id != id)
        at = &(*at)->next;
    struct letter *letter = *at;
    if (letter)
        *at = letter->next;
    pthread_mutex_unlock(&remote->lock);
    free(letter);
    return letter != NULL;
}

static void free_answer(struct answer *answer)
{
    free(answer->file);
    free(answer->mode);
    free(answer->message);
    free(answer->status);
    free(answer);
}

static void free_mail(struct remote_control *remote)
{
    while (remote->letters) {
        struct letter *letter = remote->letters;
        remote->letters = letter->next;
        free(letter);
    }
    while (remote->answers) {
        struct answer *answer = remote->answers;
        remote->answers = answer->next;
        free_answer(answer);
    }
}

/* ---- Calls and answers --------------------------------------------------------------------- */

/* Sends and drops an answer, unless the caller wants none; NULL: there was no memory for it. */
static void send_answer(struct remote_control *remote, DBusMessage *call, DBusMessage *answer)
{
    if (answer && !dbus_message_get_no_reply(call))
        dbus_connection_send(remote->connection, answer, NULL);
    if (answer)
        dbus_message_unref(answer);
}

/* The place of a call by its number, or that of 0: a free one. NULL if there is none. */
static struct waiting *find_waiting(struct remote_control *remote, uint32_t id)
{
    for (int i = 0; i < REMOTE_MAX_CALLS; i++)
        if (remote->waiting[i].id == id)
            return &remote->waiting[i];
    return NULL;
}

static void forget(struct waiting *waiting)
{
    dbus_message_unref(waiting->call);
    *waiting = (struct waiting){0};
}

static void send_waiting(struct remote_control *remote, struct answer *answer)
{
    struct waiting *waiting = find_waiting(remote, answer->id);
    if (!waiting || !answer->id)
        return;
    send_answer(remote, waiting->call,
                answer->refused
                    ? object_new_error(waiting->call, ERROR_COMMAND,
                                       answer->message ? answer->message : "out of memory")
                    : object_new_state(waiting->call, &answer->state));
    forget(waiting);
}

static void run_command(struct remote_control *remote, DBusMessage *call, const char *command,
                        bool wait)
{
    struct waiting *waiting = find_waiting(remote, 0);
    if (!waiting) {
        send_answer(remote, call,
                    object_new_error(call, DBUS_ERROR_LIMITS_EXCEEDED,
                                     "too many commands are waiting to be done"));
        return;
    }
    uint32_t id = ++remote->last_id ? remote->last_id : ++remote->last_id;
    struct letter *letter = new_letter(id, command, wait);
    if (!letter) {
        send_answer(remote, call, object_new_error(call, DBUS_ERROR_NO_MEMORY, "out of memory"));
        return;
    }
    *waiting = (struct waiting){id, dbus_message_ref(call)};
    post_letter(remote, letter);
}

static bool is_run(DBusMessage *call)
{
    const char *interface = dbus_message_get_interface(call);
    return dbus_message_has_member(call, METHOD_RUN) &&
           (!interface || !strcmp(interface, VIEWER_INTERFACE));
}

/* What is answered by none of these, libdbus answers. */
static DBusHandlerResult on_call(DBusConnection *connection, DBusMessage *call, void *cookie)
{
    struct remote_control *remote = cookie;
    const char *command;
    bool wait, known = true;
    DBusMessage *answer = NULL;
    (void)connection;
    if (dbus_message_get_type(call) != DBUS_MESSAGE_TYPE_METHOD_CALL)
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    if (!is_run(call))
        answer = object_new_answer(call, &known);
    else if (object_read_run(call, &command, &wait, &answer) == 0)
        run_command(remote, call, command, wait);
    if (!known)
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    send_answer(remote, call, answer);
    return DBUS_HANDLER_RESULT_HANDLED;
}

/* What the viewer has not begun for whoever left is not done. But one that said from the start that
 * it wants no answer may leave at once. */
static void forget_caller(struct remote_control *remote, const char *name)
{
    for (int i = 0; i < REMOTE_MAX_CALLS; i++) {
        struct waiting *waiting = &remote->waiting[i];
        if (!waiting->call || dbus_message_get_no_reply(waiting->call) ||
            !dbus_message_has_sender(waiting->call, name))
            continue;
        if (withdraw_letter(remote, waiting->id))
            forget(waiting);
    }
}

static DBusHandlerResult on_signal(DBusConnection *connection, DBusMessage *signal, void *cookie)
{
    const char *name, *old, *new;
    (void)connection;
    if (!dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged") ||
        !dbus_message_has_sender(signal, DBUS_SERVICE_DBUS))
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    if (dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &old,
                              DBUS_TYPE_STRING, &new, DBUS_TYPE_INVALID) &&
        !*new)
        forget_caller(cookie, name);
    return DBUS_HANDLER_RESULT_HANDLED;
}

/* ---- The thread ---------------------------------------------------------------------------- */

/* Of several viewers the next one in the queue gets a name when its owner leaves. */
static void take_name(struct remote_control *remote, const char *name)
{
    const dbus_uint32_t flags = 0;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "RequestName");
    if (!call)
        return;
    dbus_message_set_no_reply(call, TRUE);
    if (dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_UINT32, &flags,
                                 DBUS_TYPE_INVALID))
        dbus_connection_send(remote->connection, call, NULL);
    dbus_message_unref(call);
}

static void on_hello(DBusPendingCall *call, void *cookie)
{
    struct remote_control *remote = cookie;
    char name[sizeof VIEWER_NAME + 32];
    DBusMessage *reply = pending_call_take(&remote->hello);
    bool usable = session_bus_take_hello(remote->connection, reply);
    (void)call;
    dbus_message_unref(reply);
    if (!usable) {
        loop_stop(remote->loop);
        return;
    }
    /* Without a place for the error, the call does not wait for the answer. */
    dbus_bus_add_match(remote->connection,
                       "type='signal',sender='" DBUS_SERVICE_DBUS
                       "',interface='" DBUS_INTERFACE_DBUS "',member='NameOwnerChanged',arg2=''",
                       NULL);
    snprintf(name, sizeof name, VIEWER_NAME ".P%ld", (long)getpid());
    take_name(remote, name);
    take_name(remote, VIEWER_NAME);
}

static bool connect_bus(struct remote_control *remote)
{
    static const DBusObjectPathVTable table = {.message_function = on_call};
    remote->connection = session_bus_connect();
    return remote->connection && loop_attach(remote->loop, remote->connection) == 0 &&
           dbus_connection_add_filter(remote->connection, on_signal, remote, NULL) &&
           dbus_connection_register_object_path(remote->connection, VIEWER_PATH, &table, remote) &&
           pending_call_send(&remote->hello, remote->connection, session_bus_new_hello(),
                             DBUS_TIMEOUT_INFINITE, on_hello, remote);
}

static void on_wakeup(void *cookie)
{
    eventfd_t count;
    eventfd_read(((struct remote_control *)cookie)->wakeup, &count);
}

static void on_turn(void *cookie)
{
    struct remote_control *remote = cookie;
    pthread_mutex_lock(&remote->lock);
    struct answer *answers = remote->answers;
    remote->answers = NULL;
    bool quit = remote->quit;
    pthread_mutex_unlock(&remote->lock);
    while (answers) {
        struct answer *answer = answers;
        answers = answer->next;
        send_waiting(remote, answer);
        free_answer(answer);
    }
    if (quit || !dbus_connection_get_is_connected(remote->connection))
        loop_stop(remote->loop);
}

/* libdbus has written what it could at once; to wait for the rest might take for ever. */
static void disconnect_bus(struct remote_control *remote)
{
    DBusConnection *connection = remote->connection;
    for (int i = 0; i < REMOTE_MAX_CALLS; i++)
        if (remote->waiting[i].call)
            forget(&remote->waiting[i]);
    if (!connection)
        return;
    pending_call_drop(&remote->hello);
    dbus_connection_close(connection);
    dbus_connection_set_watch_functions(connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_set_timeout_functions(connection, NULL, NULL, NULL, NULL, NULL);
    dbus_connection_unref(connection);
}

static void *run(void *cookie)
{
    struct remote_control *remote = cookie;
    if (connect_bus(remote))
        loop_run(remote->loop);
    disconnect_bus(remote);
    return NULL;
}

/* ---- For the other thread ------------------------------------------------------------------ */

static void destroy(struct remote_control *remote)
{
    loop_free(remote->loop);
    free_mail(remote);
    if (remote->wakeup >= 0)
        close(remote->wakeup);
    pthread_mutex_destroy(&remote->lock);
    free(remote);
}

struct remote_control *remote_new(void (*notify)(void *cookie), void *cookie)
{
    if (!session_bus_exists() || !dbus_threads_init_default())
        return NULL;
    struct remote_control *remote = calloc(1, sizeof *remote);
    if (!remote)
        return NULL;
    remote->notify = notify;
    remote->cookie = cookie;
    pthread_mutex_init(&remote->lock, NULL);
    remote->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    remote->loop = loop_new(on_turn, remote);
    if (remote->wakeup >= 0 && remote->loop) {
        loop_add_fd(remote->loop, remote->wakeup, on_wakeup, remote);
        if (pthread_create(&remote->thread, NULL, run, remote) == 0)
            return remote;
    }
    destroy(remote);
    return NULL;
}

void remote_free(struct remote_control *remote)
{
    if (!remote)
        return;
    pthread_mutex_lock(&remote->lock);
    remote->quit = true;
    pthread_mutex_unlock(&remote->lock);
    eventfd_write(remote->wakeup, 1);
    pthread_join(remote->thread, NULL);
    destroy(remote);
}

bool remote_take(struct remote_control *remote, struct remote_call *call)
{
    if (!remote)
        return false;
    pthread_mutex_lock(&remote->lock);
    struct letter *letter = remote->letters;
    if (letter)
        remote->letters = letter->next;
    else
        remote->notified = false;
    pthread_mutex_unlock(&remote->lock);
    if (letter)
        *call = letter->call;
    free(letter);
    return letter != NULL;
}

static void post_answer(struct remote_control *remote, struct answer *answer)
{
    pthread_mutex_lock(&remote->lock);
    struct answer **end = &remote->answers;
    while (*end)
        end = &(*end)->next;
    *end = answer;
    pthread_mutex_unlock(&remote->lock);
    eventfd_write(remote->wakeup, 1);
}

/* Copies a text that may be NULL. False without memory. */
static bool copy(char **to, const char *from)
{
    *to = from ? strdup(from) : NULL;
    return *to || !from;
}

void remote_answer(struct remote_control *remote, uint32_t id, const struct remote_state *state)
{
    struct answer *answer = calloc(1, sizeof *answer);
    if (!answer)
        return;
    answer->id = id;
    answer->state = *state;
    answer->refused = !copy(&answer->file, state->file) || !copy(&answer->mode, state->mode) ||
                      !copy(&answer->message, state->message) ||
                      !copy(&answer->status, state->status);
    answer->state.file = answer->file;
    answer->state.mode = answer->mode;
    answer->state.message = answer->message;
    answer->state.status = answer->status;
    post_answer(remote, answer);
}

void remote_refuse(struct remote_control *remote, uint32_t id, const char *text)
{
    struct answer *answer = calloc(1, sizeof *answer);
    if (!answer)
        return;
    answer->id = id;
    answer->refused = true;
    copy(&answer->message, text);
    post_answer(remote, answer);
}
