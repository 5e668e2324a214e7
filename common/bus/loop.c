#include "loop.h"
#include "monotonic.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* How long to wait before dispatching again after libdbus ran out of memory. */
#define MEMORY_RETRY_MS 20

/* Bytes that wait to be sent, and to be dispatched. */
#define MAX_UNSENT   (1 << 20)
#define MAX_RECEIVED (4 << 20)

struct source {
    int fd;
    void (*ready)(void *cookie);
    void *cookie;
};

/* libdbus has separate watches for reading and writing, often on the same descriptor; each gets a
 * slot of its own in the poll set. */
struct watch {
    struct watch *next;
    struct loop *loop;
    DBusWatch *watch;
    unsigned flags; /* DBusWatchFlags that poll has seen and that are still to be handled */
};

struct timeout {
    struct loop *loop;
    DBusTimeout *timeout;
    struct loop_timer timer;
};

struct loop {
    void (*turn)(void *cookie);
    void *cookie;
    DBusConnection *connection;
    struct source sources[LOOP_MAX_FDS];
    unsigned n_sources;
    struct watch *watches;
    unsigned n_watches;
    struct loop_timer *timers; /* the running ones */
    struct pollfd *polls;      /* sources first, then the watches that are enabled */
    bool retry;                /* dispatching ran out of memory */
    bool stopped;
};

/* ---- Timers ---- */

void loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
    struct loop_timer **at = &loop->timers;

    if (!timer->running)
        return;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    timer->running = false;
}

void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t ms)
{
    loop_timer_stop(loop, timer);
    timer->deadline = monotonic_ms() + ms;
    timer->next = loop->timers;
    timer->running = true;
    loop->timers = timer;
}

static struct loop_timer *due_timer(const struct loop *loop, int64_t now)
{
    struct loop_timer *timer = loop->timers;

    while (timer && timer->deadline > now)
        timer = timer->next;
    return timer;
}

/* A handler may start and stop any timer, so the list is searched anew after each. */
static void fire_timers(struct loop *loop)
{
    int64_t now = monotonic_ms();
    struct loop_timer *timer;

    while ((timer = due_timer(loop, now))) {
        loop_timer_stop(loop, timer);
        timer->fire(timer->cookie);
    }
}

/* ---- The connection's timeouts. No libdbus call but the accessors is allowed in these. ---- */

static void toggle_timeout(DBusTimeout *dbus_timeout, void *cookie)
{
    struct timeout *timeout = dbus_timeout_get_data(dbus_timeout);

    (void)cookie;
    if (dbus_timeout_get_enabled(dbus_timeout)) {
        int interval = dbus_timeout_get_interval(dbus_timeout);

        loop_timer_start(timeout->loop, &timeout->timer, interval > 0 ? interval : 1);
    } else {
        loop_timer_stop(timeout->loop, &timeout->timer);
    }
}

/* Started anew first: handling the timeout may remove it. */
static void fire_timeout(void *cookie)
{
    struct timeout *timeout = cookie;

    toggle_timeout(timeout->timeout, NULL);
    dbus_timeout_handle(timeout->timeout);
}

static dbus_bool_t add_timeout(DBusTimeout *dbus_timeout, void *cookie)
{
    struct timeout *timeout = calloc(1, sizeof *timeout);

    if (!timeout)
        return FALSE;
    timeout->loop = cookie;
    timeout->timeout = dbus_timeout;
    timeout->timer.fire = fire_timeout;
    timeout->timer.cookie = timeout;
    dbus_timeout_set_data(dbus_timeout, timeout, NULL);
    toggle_timeout(dbus_timeout, NULL);
    return TRUE;
}

static void remove_timeout(DBusTimeout *dbus_timeout, void *cookie)
{
    struct timeout *timeout = dbus_timeout_get_data(dbus_timeout);

    (void)cookie;
    loop_timer_stop(timeout->loop, &timeout->timer);
    dbus_timeout_set_data(dbus_timeout, NULL, NULL);
    free(timeout);
}

/* ---- The connection's watches ---- */

static dbus_bool_t add_watch(DBusWatch *dbus_watch, void *cookie)
{
    struct loop *loop = cookie;
    struct watch *watch = calloc(1, sizeof *watch);
    size_t n = loop->n_watches + 1 + LOOP_MAX_FDS;
    struct pollfd *polls = realloc(loop->polls, n * sizeof *polls);

    if (polls)
        loop->polls = polls;
    if (!watch || !polls) {
        free(watch);
        return FALSE;
    }
    watch->loop = loop;
    watch->watch = dbus_watch;
    watch->next = loop->watches;
    loop->watches = watch;
    loop->n_watches++;
    dbus_watch_set_data(dbus_watch, watch, NULL);
    return TRUE;
}

static void remove_watch(DBusWatch *dbus_watch, void *cookie)
{
    struct watch *watch = dbus_watch_get_data(dbus_watch);
    struct loop *loop = cookie;
    struct watch **at = &loop->watches;

    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
    loop->n_watches--;
    dbus_watch_set_data(dbus_watch, NULL, NULL);
    free(watch);
}

/* Whether a watch is enabled is asked before each poll. */
static void toggle_watch(DBusWatch *dbus_watch, void *cookie)
{
    (void)dbus_watch;
    (void)cookie;
}

static short poll_events(unsigned flags)
{
    return (short)((flags & DBUS_WATCH_READABLE ? POLLIN : 0) |
                   (flags & DBUS_WATCH_WRITABLE ? POLLOUT : 0));
}

static unsigned watch_flags(short events)
{
    return (events & POLLIN ? DBUS_WATCH_READABLE : 0u) |
           (events & POLLOUT ? DBUS_WATCH_WRITABLE : 0u) |
           (events & (POLLERR | POLLNVAL) ? DBUS_WATCH_ERROR : 0u) |
           (events & POLLHUP ? DBUS_WATCH_HANGUP : 0u);
}

/* Handling one watch may remove others, so the list is searched anew after each. */
static void handle_watches(struct loop *loop)
{
    struct watch *watch = loop->watches;

    while (watch) {
        unsigned flags = watch->flags;

        watch->flags = 0;
        if (flags && dbus_watch_get_enabled(watch->watch)) {
            dbus_watch_handle(watch->watch, flags);
            watch = loop->watches;
        } else {
            watch = watch->next;
        }
    }
}

/* ---- The loop ---- */

struct loop *loop_new(void (*turn)(void *cookie), void *cookie)
{
    struct loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        return NULL;
    loop->polls = calloc(LOOP_MAX_FDS, sizeof *loop->polls);
    if (!loop->polls) {
        free(loop);
        return NULL;
    }
    loop->turn = turn;
    loop->cookie = cookie;
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    assert(!loop->watches);
    free(loop->polls);
    free(loop);
}

void loop_add_fd(struct loop *loop, int fd, void (*ready)(void *cookie), void *cookie)
{
    assert(loop->n_sources < LOOP_MAX_FDS);
    loop->sources[loop->n_sources++] = (struct source){fd, ready, cookie};
}

int loop_attach(struct loop *loop, DBusConnection *connection)
{
    loop->connection = connection;
    dbus_connection_set_max_received_size(connection, MAX_RECEIVED);
    if (!dbus_connection_set_watch_functions(connection, add_watch, remove_watch, toggle_watch,
                                             loop, NULL) ||
        !dbus_connection_set_timeout_functions(connection, add_timeout, remove_timeout,
                                               toggle_timeout, loop, NULL))
        return -1;
    return 0;
}

static int wait_ms(const struct loop *loop)
{
    int64_t now = monotonic_ms(), wait = loop->retry ? MEMORY_RETRY_MS : -1;

    for (const struct loop_timer *timer = loop->timers; timer; timer = timer->next) {
        int64_t left = timer->deadline > now ? timer->deadline - now : 0;

        if (wait < 0 || left < wait)
            wait = left;
    }
    return wait > 3600000 ? 3600000 : (int)wait;
}

static nfds_t fill_polls(struct loop *loop)
{
    nfds_t n = 0;

    for (unsigned i = 0; i < loop->n_sources; i++)
        loop->polls[n++] = (struct pollfd){.fd = loop->sources[i].fd, .events = POLLIN};
    for (struct watch *watch = loop->watches; watch; watch = watch->next) {
        if (dbus_watch_get_enabled(watch->watch))
            loop->polls[n++] = (struct pollfd){
                .fd = dbus_watch_get_unix_fd(watch->watch),
                .events = poll_events(dbus_watch_get_flags(watch->watch)),
            };
    }
    return n;
}

/* Nothing has changed the list since fill_polls, so the slots have the same order. */
static void take_polls(struct loop *loop)
{
    const struct pollfd *polls = loop->polls + loop->n_sources;

    for (struct watch *watch = loop->watches; watch; watch = watch->next) {
        if (dbus_watch_get_enabled(watch->watch))
            watch->flags = watch_flags((polls++)->revents);
    }
}

static void handle_polls(struct loop *loop)
{
    take_polls(loop);
    for (unsigned i = 0; i < loop->n_sources; i++) {
        if (loop->polls[i].revents)
            loop->sources[i].ready(loop->sources[i].cookie);
    }
    handle_watches(loop);
}

/* As long as what is said is taken: whoever calls faster than replies are read has to wait. When
 * they have gone the loop comes back here. */
static void dispatch(struct loop *loop)
{
    DBusDispatchStatus status = dbus_connection_get_dispatch_status(loop->connection);

    while (status == DBUS_DISPATCH_DATA_REMAINS &&
           dbus_connection_get_outgoing_size(loop->connection) < MAX_UNSENT)
        status = dbus_connection_dispatch(loop->connection);
    loop->retry = status == DBUS_DISPATCH_NEED_MEMORY;
}

void loop_run(struct loop *loop)
{
    /* Messages may have arrived with the replies that the set-up waited for. */
    dispatch(loop);
    loop->turn(loop->cookie);
    while (!loop->stopped) {
        if (poll(loop->polls, fill_polls(loop), wait_ms(loop)) > 0)
            handle_polls(loop);
        fire_timers(loop);
        dispatch(loop);
        loop->turn(loop->cookie);
    }
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
