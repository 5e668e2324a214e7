#include "objects/thumbnail_clients.h"

#include "bus_names.h"
#include "dbus/reply.h"
#include "plural.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* That of its other requests, or a new one; held. NULL without memory. */
static struct share *share_of(const struct thumbnail_clients *clients, const char *name)
{
    const struct thumbnail_client *client = clients->first;

    while (client && strcmp(client->name, name) != 0)
        client = client->next;
    if (!client)
        return share_new();
    share_hold(client->share);
    return client->share;
}

/* NULL without memory. */
static struct thumbnail_client *client_new(struct thumbnail_clients *clients, const char *name)
{
    size_t size = strlen(name) + 1;
    struct thumbnail_client *client = calloc(1, sizeof *client + size);

    if (client)
        client->share = share_of(clients, name);
    if (!client || !client->share || peers_watch(&clients->peers, name) < 0) {
        share_release(client ? client->share : NULL);
        free(client);
        return NULL;
    }
    client->clients = clients;
    memcpy(client->name, name, size);
    client->next = clients->first;
    clients->first = client;
    return client;
}

static void client_free(struct thumbnail_client *client)
{
    struct thumbnail_clients *clients = client->clients;
    struct thumbnail_client **at = &clients->first;

    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    peers_unwatch(&clients->peers, client->name);
    share_release(client->share);
    free(client);
}

/* ---- Beginning and end ---- */

static void gone(void *cookie, const char *name)
{
    struct thumbnail_clients *clients = cookie;
    struct thumbnail_client *client = clients->first;

    while (client) {
        struct thumbnail_client *next = client->next;

        if (strcmp(client->name, name) == 0) {
            queue_remove(clients->queue, client->handle, false);
            client_free(client);
        }
        client = next;
    }
}

int thumbnail_clients_begin(struct thumbnail_clients *clients)
{
    return peers_begin(&clients->peers, clients->connection, gone, clients);
}

void thumbnail_clients_end(struct thumbnail_clients *clients)
{
    assert(!clients->first);
    peers_end(&clients->peers);
}

/* ---- Requests ---- */

/* Whether the program may end the request. */
static bool owns(const struct thumbnail_clients *clients, const char *name, uint32_t handle)
{
    const struct thumbnail_client *client = clients->first;

    while (client && (client->handle != handle || strcmp(client->name, name) != 0))
        client = client->next;
    return client;
}

/* Whether the program may wait for so many more when the request `instead` has ended. 0, or -1 with
 * a failure. */
static int check_share(const struct thumbnail_clients *clients, const char *name, size_t n,
                       uint32_t instead, struct failure *failure)
{
    size_t n_waited_for = 0;

    for (const struct thumbnail_client *client = clients->first; client; client = client->next) {
        if (strcmp(client->name, name) == 0 && client->handle != instead)
            n_waited_for += client->n_uris;
    }
    if (n_waited_for + n <= MAX_THUMBNAILS_PER_CLIENT)
        return 0;
    return failure_set(failure, FAILURE_LIMIT,
                       "this program waits for %zu thumbnail%s, and %zu more %s too many",
                       n_waited_for, plural(n_waited_for), n, plural_are(n));
}

/* A request with its handle; NULL with a failure. */
static struct thumbnail_client *make_request(struct thumbnail_clients *clients, const char *name,
                                             const struct queue_order *order, uint32_t instead,
                                             struct failure *failure)
{
    struct queue_order shared = *order;
    struct thumbnail_client *client;

    if (check_share(clients, name, order->n, instead, failure) < 0)
        return NULL;
    client = client_new(clients, name);
    if (!client) {
        failure_set(failure, FAILURE_NO_MEMORY, "out of memory");
        return NULL;
    }
    client->n_uris = order->n;
    shared.share = client->share;
    client->handle = queue_add(clients->queue, &shared, clients->events, client, failure);
    if (client->handle != 0)
        return client;
    client_free(client);
    return NULL;
}

void thumbnail_clients_queue(struct thumbnail_clients *clients, DBusMessage *call,
                             const struct queue_order *order, uint32_t instead)
{
    const char *name = dbus_message_get_sender(call);
    struct failure failure;
    struct thumbnail_client *client = make_request(clients, name, order, instead, &failure);
    DBusMessage *reply;
    uint32_t handle;

    if (!client) {
        reply_failure(clients->connection, call, &failure);
        return;
    }
    handle = client->handle;
    reply = dbus_message_new_method_return(call);
    reply_complete(
        clients->connection, call, reply,
        reply && dbus_message_append_args(reply, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID));
    if (owns(clients, name, instead))
        queue_remove(clients->queue, instead, true);
    queue_begin(clients->queue, handle, order);
}

void thumbnail_clients_dequeue(void *object, DBusMessage *call)
{
    struct thumbnail_clients *clients = object;
    uint32_t handle;

    dbus_message_get_args(call, NULL, DBUS_TYPE_UINT32, &handle, DBUS_TYPE_INVALID);
    reply_done(clients->connection, call);
    if (owns(clients, dbus_message_get_sender(call), handle))
        queue_remove(clients->queue, handle, true);
}

/* ---- What is told ---- */

DBusMessage *thumbnail_client_signal(const struct thumbnail_client *client, const char *name)
{
    const struct thumbnail_clients *clients = client->clients;
    DBusMessage *signal = signal_new(clients->path, clients->interface, name, client->name);

    if (signal &&
        dbus_message_append_args(signal, DBUS_TYPE_UINT32, &client->handle, DBUS_TYPE_INVALID))
        return signal;
    if (signal)
        dbus_message_unref(signal);
    return NULL;
}

void thumbnail_client_send(const struct thumbnail_client *client, DBusMessage *signal,
                           bool complete)
{
    if (complete)
        message_send(client->clients->connection, signal);
    else if (signal)
        dbus_message_unref(signal);
}

void thumbnail_client_started(void *cookie)
{
    const struct thumbnail_client *client = cookie;

    message_send(client->clients->connection, thumbnail_client_signal(client, SIGNAL_STARTED));
}

void thumbnail_client_finished(void *cookie)
{
    struct thumbnail_client *client = cookie;

    message_send(client->clients->connection, thumbnail_client_signal(client, SIGNAL_FINISHED));
    client_free(client);
}
