#include "source/watchdog.h"

#include "source/pending_call.h"

#include <stdio.h>
#include <string.h>

static void wait_for_next(struct watchdog *watchdog);

/* libdbus makes the error of a call that timed out itself, and of one that lost its connection;
 * what comes over the bus has a sender. An error from the bus says that nobody is there, be it not
 * yet or no more. */
static void on_ping(DBusPendingCall *call, void *cookie)
{
    struct watchdog *watchdog = cookie;
    DBusMessage *reply = pending_call_take(&watchdog->ping);
    const char *sender = dbus_message_get_sender(reply);
    const bool answered = sender && strcmp(sender, DBUS_SERVICE_DBUS) != 0;
    const bool silent = !sender && dbus_connection_get_is_connected(watchdog->connection);
    (void)call;
    dbus_message_unref(reply);
    wait_for_next(watchdog);
    if (answered)
        watchdog->alive(watchdog->cookie);
    else if (silent)
        watchdog->silent(watchdog->cookie);
}

/* A ping that cannot be sent, for want of memory, is left out. */
static void ping(void *cookie)
{
    struct watchdog *watchdog = cookie;
    DBusMessage *call =
        dbus_message_new_method_call(watchdog->name, "/", DBUS_INTERFACE_PEER, "Ping");
    if (call)
        dbus_message_set_auto_start(call, FALSE);
    if (!pending_call_send(&watchdog->ping, watchdog->connection, call,
                           (int)(watchdog->limit - watchdog->limit / 4), on_ping, watchdog))
        wait_for_next(watchdog);
}

static void wait_for_next(struct watchdog *watchdog)
{
    watchdog->timer.fire = ping;
    watchdog->timer.cookie = watchdog;
    loop_timer_start(watchdog->loop, &watchdog->timer, watchdog->limit / 4);
}

void watchdog_expect(struct watchdog *watchdog, const char *name)
{
    if (!name || watchdog->limit == 0)
        name = "";
    if (!strcmp(name, watchdog->name))
        return;
    loop_timer_stop(watchdog->loop, &watchdog->timer);
    pending_call_drop(&watchdog->ping);
    snprintf(watchdog->name, sizeof watchdog->name, "%s", name);
    if (*name)
        wait_for_next(watchdog);
}
