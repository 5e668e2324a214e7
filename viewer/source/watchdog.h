/* Tells a daemon that works from one that hangs. Decoding may take long, but a daemon that lives
 * answers a ping at once, since only its workers compute: while something is expected of it, it is
 * pinged four times in the limit, and one ping without an answer shows that it hangs. Nothing is
 * sent while nothing is expected. */
#ifndef UQD_VIEWER_SOURCE_WATCHDOG_H
#define UQD_VIEWER_SOURCE_WATCHDOG_H

#include "loop.h"

#include <dbus/dbus.h>
#include <stdint.h>

/* Fill in the first part, and zero the rest. */
struct watchdog {
    struct loop *loop; /* with the connection attached */
    DBusConnection *connection;
    uint32_t limit;               /* milliseconds that a silence may last; 0: for ever */
    void (*alive)(void *cookie);  /* the daemon has answered */
    void (*silent)(void *cookie); /* it has not; it may be given up and the watchdog stopped */
    void *cookie;

    char name[DBUS_MAXIMUM_NAME_LENGTH + 1]; /* whom to ping; empty if nothing is expected */
    struct loop_timer timer;                 /* until the next ping */
    DBusPendingCall *ping;
};

/* Something is expected of the owner of this name from now on, which need not have one yet; or
 * nothing of anybody, if the name is NULL. May be called again and again. */
void watchdog_expect(struct watchdog *watchdog, const char *name);

#endif
