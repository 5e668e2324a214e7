/* A poll loop around a D-Bus connection, which never waits for anything but events.
 *
 * One turn waits for any of: the watches of the D-Bus connection, further descriptors (signals,
 * what other threads have done), and timers (the connection's timeouts and our own). Then it calls
 * their handlers, dispatches all messages that have arrived, and calls the turn function.
 * Everything happens in the thread that calls loop_run; handlers may add and remove watches and
 * timers at will. */
#ifndef UQD_COMMON_LOOP_H
#define UQD_COMMON_LOOP_H

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;

/* Embedded in its owner; fill in fire and cookie, and zero the rest. */
struct loop_timer {
    void (*fire)(void *cookie);
    void *cookie;
    struct loop_timer *next;
    int64_t deadline; /* milliseconds of the monotonic clock */
    bool running;
};

/* turn is called at the end of each turn. NULL without memory. */
struct loop *loop_new(void (*turn)(void *cookie), void *cookie);

/* The connection must be closed and released before. NULL is allowed. */
void loop_free(struct loop *loop);

/* Calls ready when the descriptor becomes readable. It must stay open as long as the loop. At most
 * LOOP_MAX_FDS. */
#define LOOP_MAX_FDS 4
void loop_add_fd(struct loop *loop, int fd, void (*ready)(void *cookie), void *cookie);

/* Takes over the watches and timeouts of the connection, and dispatches it. 0, or -1
 * without memory. */
int loop_attach(struct loop *loop, DBusConnection *connection);

/* Fires once, ms milliseconds from now; a running timer is set anew. */
void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t ms);

void loop_timer_stop(struct loop *loop, struct loop_timer *timer);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);

void loop_stop(struct loop *loop);

#endif
