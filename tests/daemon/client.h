/* A client of the daemon, blocking and small: each has a connection of its own. All functions
 * fail the running test when the bus does not work; all waits are bounded. */
#ifndef UQD_TESTS_CLIENT_H
#define UQD_TESTS_CLIENT_H

#include "desk.h"
#include "job_path.h"

#include <dbus/dbus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

/* One named value of an options dictionary. */
struct option_value {
    const char *key;
    int type; /* a basic D-Bus type, or DICT_TYPE_REGION */
    const void *value;
};

struct client *client_new(const struct desk *desk);

/* Disconnects; NULL is allowed. */
void client_free(struct client *client);

/* The part of job paths that stands for this client. */
const char *client_node(const struct client *client);

/* Waits until somebody owns the daemon's name. */
void client_await_daemon(struct client *client);

/* The same for any name. */
void client_await_name(struct client *client, const char *name);

/* The unique name of who owns a name, in a static buffer that the next call overwrites; "" if
 * nobody does. */
const char *client_owner_of(struct client *client, const char *name);

/* The unique name of the daemon, in a static buffer that the next call overwrites; "" if there is
 * none. */
const char *client_owner(struct client *client);

/* Makes the bus read its activation files again. */
void client_reload_bus(struct client *client);

/* ---- Calls ---- */

/* A call to the daemon, without arguments yet. */
DBusMessage *client_new_call(const char *path, const char *interface, const char *member);

/* Appends an options dictionary. */
void append_options(DBusMessage *call, const struct option_value *options, size_t n);

/* Sends the call without waiting, and drops it. */
DBusPendingCall *client_send(struct client *client, DBusMessage *call);

/* Waits for the reply, which may be an error. */
DBusMessage *client_reply(DBusPendingCall *pending);

/* Both. */
DBusMessage *client_call(struct client *client, DBusMessage *call);

/* Calls a method without arguments and expects success. */
void client_do(struct client *client, const char *path, const char *member);

/* Fails the test unless the reply is this error; NULL stands for success. Drops the reply. */
void expect_error(DBusMessage *reply, const char *error, const char *what);

/* ---- The daemon's interface ---- */

DBusMessage *new_open(int fd, const struct option_value *options, size_t n);
DBusMessage *new_get_frame(const char *job, uint32_t step, uint32_t mode,
                           const struct option_value *options, size_t n);

/* Opens a file and expects success; the path is malloc'ed. */
char *client_open(struct client *client, int fd, const struct option_value *options, size_t n);

/* A property of the root that is a number. */
uint32_t client_root_number(struct client *client, const char *name);

/* A property of a job that is a number. */
uint32_t client_job_number(struct client *client, const char *job, const char *name);

/* Waits until the root property Jobs has this value. */
void client_await_jobs(struct client *client, uint32_t n);

/* ---- Signals ---- */

/* The oldest signal with this name, NULL for any, that has not been taken; NULL if none comes in
 * time. With ms 0 only what has arrived is looked at. */
DBusMessage *client_signal(struct client *client, const char *member, long ms);

/* A round trip through the daemon: what it sent before is here afterwards. */
void client_sync(struct client *client);

/* Waits for Finished and returns its status; the dictionary is at *results, in *signal, which the
 * caller drops. */
uint32_t client_finished(struct client *client, DBusMessage **signal, DBusMessageIter *results);

/* The number (u, t or b) of this name in the dictionary; fails the test if it is missing. */
uint64_t dict_number(DBusMessageIter *dict, const char *key);

/* The double of this name; NaN if it is missing. */
double dict_double(DBusMessageIter *dict, const char *key);

/* Whether the key is there. */
bool dict_has(DBusMessageIter *dict, const char *key);

#endif
