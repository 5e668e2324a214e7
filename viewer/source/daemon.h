/* What the parts of the source share that has the daemon decode (source/daemon.c). All of it
 * belongs to the source's thread. */
#ifndef UQD_VIEWER_SOURCE_DAEMON_H
#define UQD_VIEWER_SOURCE_DAEMON_H

#include "loop.h"
#include "source/bus_calls.h"
#include "source/private.h"
#include "source/watchdog.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <sys/types.h>

/* Milliseconds. */
#define REMOTE_OPEN_MS 30000 /* the daemon reads the weights before it answers */

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
    struct in_flight frames[SOURCE_N_UQD_PURPOSES];
    struct in_flight bits;
    bool unavailable;
};

/* ---- daemon_trouble.c ---- */

extern const char remote_bus_gone[];

/* Sends and drops a call; false without memory or connection. */
bool remote_send(struct remote *remote, DBusMessage *call, DBusPendingCall **pending,
                 DBusPendingCallNotifyFunction answered, void *cookie);

/* Forgets all calls that are not answered. */
void remote_drop_calls(struct remote *remote);

/* The bus says that nobody will answer any more, perhaps before it says who has left. libdbus makes
 * the same error itself when the connection is lost; the loop sees that. */
bool remote_is_death(DBusMessage *reply);

/* What an error says. */
const char *remote_error_text(DBusMessage *reply);

/* Nothing can be had from the daemon; the viewer goes on without this source. */
void remote_give_up(struct remote *remote, const char *text);

/* The daemon and its job are gone; the next request opens the file anew. */
void remote_lose(struct remote *remote);

/* For timer and watchdog: the cookie is the remote. */
void remote_on_impatience(void *cookie);
void remote_on_silence(void *cookie);

/* ---- daemon_open.c ---- */

/* Opens the file with whatever daemon there is. */
void remote_open(struct remote *remote);

/* For timer and watchdog: the cookie is the remote. */
void remote_on_retry(void *cookie);
void remote_on_alive(void *cookie);

/* ---- daemon_frames.c ---- */

/* Asks for a frame instead of an older one of the same purpose. */
void remote_ask_frame(struct remote *remote, enum source_purpose purpose,
                      const struct frame_key *key);

/* ---- daemon_bits.c ---- */

/* Asks where the bits of a step went, instead of an older request. */
void remote_ask_bits(struct remote *remote, uint32_t step);

/* ---- daemon_signals.c ---- */

/* The filter of the connection; the cookie is the remote. */
DBusHandlerResult remote_on_message(DBusConnection *connection, DBusMessage *message, void *cookie);

#endif
