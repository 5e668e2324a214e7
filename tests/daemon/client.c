#include "client.h"

#include "dict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_QUEUE = 8192 };

struct client {
    DBusConnection *connection;
    char node[64];
    DBusMessage *queue[MAX_QUEUE]; /* signals not taken yet, oldest first */
    unsigned n_queue;
};

/* ---- Connection ---- */

static DBusHandlerResult keep_signal(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    struct client *client = cookie;

    (void)connection;
    if (dbus_message_get_type(message) != DBUS_MESSAGE_TYPE_SIGNAL || client->n_queue == MAX_QUEUE)
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    client->queue[client->n_queue++] = dbus_message_ref(message);
    return DBUS_HANDLER_RESULT_HANDLED;
}

struct client *client_new(const struct desk *desk)
{
    struct client *client = calloc(1, sizeof *client);

    assert_non_null(client);
    client->connection = dbus_connection_open_private(desk->address, NULL);
    assert_non_null(client->connection);
    dbus_connection_set_exit_on_disconnect(client->connection, FALSE);
    assert_true(dbus_bus_register(client->connection, NULL));
    assert_true(dbus_connection_add_filter(client->connection, keep_signal, client, NULL));
    job_path_sender(client->node, sizeof client->node,
                    dbus_bus_get_unique_name(client->connection));
    return client;
}

void client_free(struct client *client)
{
    if (!client)
        return;
    for (unsigned i = 0; i < client->n_queue; i++)
        dbus_message_unref(client->queue[i]);
    dbus_connection_close(client->connection);
    dbus_connection_unref(client->connection);
    free(client);
}

const char *client_node(const struct client *client)
{
    return client->node;
}

void client_await_name(struct client *client, const char *name)
{
    long end = desk_now() + PATIENCE_MS;

    while (!dbus_bus_name_has_owner(client->connection, name, NULL)) {
        assert_true(desk_now() < end);
        usleep(5000);
    }
}

void client_await_daemon(struct client *client)
{
    client_await_name(client, BUS_NAME);
}

const char *client_owner_of(struct client *client, const char *name)
{
    static char owner[64];
    const char *found = "";
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "GetNameOwner");
    DBusMessage *reply;

    dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID);
    reply = client_call(client, call);
    dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &found, DBUS_TYPE_INVALID);
    snprintf(owner, sizeof owner, "%s",
             dbus_message_get_type(reply) == DBUS_MESSAGE_TYPE_ERROR ? "" : found);
    dbus_message_unref(reply);
    return owner;
}

const char *client_owner(struct client *client)
{
    return client_owner_of(client, BUS_NAME);
}

void client_reload_bus(struct client *client)
{
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "ReloadConfig");

    expect_error(client_call(client, call), NULL, "ReloadConfig");
}

/* ---- Calls ---- */

DBusMessage *client_new_call(const char *path, const char *interface, const char *member)
{
    DBusMessage *call = dbus_message_new_method_call(BUS_NAME, path, interface, member);

    assert_non_null(call);
    dbus_message_set_auto_start(call, FALSE);
    return call;
}

void append_options(DBusMessage *call, const struct option_value *options, size_t n)
{
    DBusMessageIter args;
    struct dict dict;

    dbus_message_iter_init_append(call, &args);
    dict_begin(&dict, &args);
    for (size_t i = 0; i < n; i++) {
        if (options[i].type == DICT_TYPE_REGION)
            dict_add_region(&dict, options[i].key, options[i].value);
        else
            dict_add(&dict, options[i].key, options[i].type, options[i].value);
    }
    assert_true(dict_end(&dict));
}

DBusPendingCall *client_send(struct client *client, DBusMessage *call)
{
    DBusPendingCall *pending = NULL;

    assert_true(dbus_connection_send_with_reply(client->connection, call, &pending, PATIENCE_MS));
    assert_non_null(pending);
    dbus_message_unref(call);
    dbus_connection_flush(client->connection);
    return pending;
}

DBusMessage *client_reply(DBusPendingCall *pending)
{
    DBusMessage *reply;

    dbus_pending_call_block(pending);
    reply = dbus_pending_call_steal_reply(pending);
    dbus_pending_call_unref(pending);
    assert_non_null(reply);
    return reply;
}

DBusMessage *client_call(struct client *client, DBusMessage *call)
{
    return client_reply(client_send(client, call));
}

void client_do(struct client *client, const char *path, const char *member)
{
    expect_error(client_call(client, client_new_call(path, JOB_INTERFACE, member)), NULL, member);
}

void expect_error(DBusMessage *reply, const char *error, const char *what)
{
    const char *found = dbus_message_get_error_name(reply), *text = "";
    bool same = error ? found && strcmp(found, error) == 0 : !found;

    if (found)
        dbus_message_get_args(reply, NULL, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID);
    if (!same)
        fail_msg("%s: expected %s, got %s (%s)", what, error ? error : "success",
                 found ? found : "success", text);
    if (found && !*text)
        fail_msg("%s: %s has no text", what, found);
    dbus_message_unref(reply);
}

/* ---- The daemon's interface ---- */

DBusMessage *new_open(int fd, const struct option_value *options, size_t n)
{
    DBusMessage *call = client_new_call(ROOT_PATH, ROOT_INTERFACE, METHOD_OPEN);

    assert_true(dbus_message_append_args(call, DBUS_TYPE_UNIX_FD, &fd, DBUS_TYPE_INVALID));
    append_options(call, options, n);
    return call;
}

DBusMessage *new_get_frame(const char *job, uint32_t step, uint32_t mode,
                           const struct option_value *options, size_t n)
{
    DBusMessage *call = client_new_call(job, JOB_INTERFACE, METHOD_GET_FRAME);

    assert_true(dbus_message_append_args(call, DBUS_TYPE_UINT32, &step, DBUS_TYPE_UINT32, &mode,
                                         DBUS_TYPE_INVALID));
    append_options(call, options, n);
    return call;
}

char *client_open(struct client *client, int fd, const struct option_value *options, size_t n)
{
    DBusMessage *reply = client_call(client, new_open(fd, options, n));
    DBusMessageIter args;
    const char *path;
    char *copy;

    expect_error(dbus_message_ref(reply), NULL, "Open");
    assert_string_equal(dbus_message_get_signature(reply), "oa{sv}");
    dbus_message_iter_init(reply, &args);
    dbus_message_iter_get_basic(&args, &path);
    copy = strdup(path);
    dbus_message_unref(reply);
    return copy;
}

static uint32_t number_property(struct client *client, const char *path, const char *interface,
                                const char *name)
{
    DBusMessage *call = client_new_call(path, DBUS_INTERFACE_PROPERTIES, "Get");
    DBusMessage *reply;
    DBusMessageIter args, variant;
    uint32_t value;

    dbus_message_append_args(call, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &name,
                             DBUS_TYPE_INVALID);
    reply = client_call(client, call);
    expect_error(dbus_message_ref(reply), NULL, name);
    dbus_message_iter_init(reply, &args);
    dbus_message_iter_recurse(&args, &variant);
    assert_int_equal(dbus_message_iter_get_arg_type(&variant), DBUS_TYPE_UINT32);
    dbus_message_iter_get_basic(&variant, &value);
    dbus_message_unref(reply);
    return value;
}

uint32_t client_root_number(struct client *client, const char *name)
{
    return number_property(client, ROOT_PATH, ROOT_INTERFACE, name);
}

uint32_t client_job_number(struct client *client, const char *job, const char *name)
{
    return number_property(client, job, JOB_INTERFACE, name);
}

void client_await_jobs(struct client *client, uint32_t n)
{
    long end = desk_now() + PATIENCE_MS;

    while (client_root_number(client, PROPERTY_JOBS) != n) {
        assert_true(desk_now() < end);
        usleep(2000);
    }
}

/* ---- Signals ---- */

static DBusMessage *take_signal(struct client *client, const char *member)
{
    for (unsigned i = 0; i < client->n_queue; i++) {
        DBusMessage *signal = client->queue[i];

        if (!member || dbus_message_has_member(signal, member)) {
            client->n_queue--;
            memmove(&client->queue[i], &client->queue[i + 1],
                    (client->n_queue - i) * sizeof client->queue[0]);
            return signal;
        }
    }
    return NULL;
}

static void read_signals(struct client *client, int ms)
{
    dbus_connection_read_write(client->connection, ms);
    while (dbus_connection_dispatch(client->connection) == DBUS_DISPATCH_DATA_REMAINS)
        continue;
}

DBusMessage *client_signal(struct client *client, const char *member, long ms)
{
    long end = desk_now() + ms;
    DBusMessage *signal;

    for (;;) {
        read_signals(client, ms > 0 ? 10 : 0);
        if ((signal = take_signal(client, member)))
            return signal;
        if (desk_now() >= end)
            return NULL;
    }
}

void client_sync(struct client *client)
{
    client_root_number(client, PROPERTY_JOBS);
}

uint32_t client_finished(struct client *client, DBusMessage **signal, DBusMessageIter *results)
{
    uint32_t status;

    *signal = client_signal(client, SIGNAL_FINISHED, PATIENCE_MS);
    assert_non_null(*signal);
    assert_string_equal(dbus_message_get_signature(*signal), "ua{sv}");
    dbus_message_iter_init(*signal, results);
    dbus_message_iter_get_basic(results, &status);
    dbus_message_iter_next(results);
    return status;
}

/* ---- Dictionaries ---- */

uint64_t dict_number(DBusMessageIter *dict, const char *key)
{
    DBusMessageIter value;
    uint32_t number32;
    uint64_t number64;
    dbus_bool_t boolean;

    if (!dict_find(dict, key, &value))
        fail_msg("there is no '%s'", key);
    switch (dbus_message_iter_get_arg_type(&value)) {
    case DBUS_TYPE_UINT32:
        dbus_message_iter_get_basic(&value, &number32);
        return number32;
    case DBUS_TYPE_UINT64:
        dbus_message_iter_get_basic(&value, &number64);
        return number64;
    case DBUS_TYPE_BOOLEAN:
        dbus_message_iter_get_basic(&value, &boolean);
        return boolean;
    default:
        fail_msg("'%s' is not a number", key);
        return 0;
    }
}

double dict_double(DBusMessageIter *dict, const char *key)
{
    DBusMessageIter value;
    double number;

    if (!dict_find(dict, key, &value))
        return NAN;
    assert_int_equal(dbus_message_iter_get_arg_type(&value), DBUS_TYPE_DOUBLE);
    dbus_message_iter_get_basic(&value, &number);
    return number;
}

bool dict_has(DBusMessageIter *dict, const char *key)
{
    DBusMessageIter value;

    return dict_find(dict, key, &value);
}
