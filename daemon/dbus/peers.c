#include "dbus/peers.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct peer {
    struct peer *next;
    unsigned n_watches;
    char name[]; /* the unique name on the bus */
};

static struct peer *find(const struct peers *peers, const char *name)
{
    struct peer *peer = peers->first;

    while (peer && strcmp(peer->name, name) != 0)
        peer = peer->next;
    return peer;
}

/* ---- Those that leave ---- */

static void tell_gone(struct peers *peers, const char *name)
{
    if (find(peers, name))
        peers->gone(peers->cookie, name);
}

static DBusHandlerResult filter(DBusConnection *connection, DBusMessage *message, void *cookie)
{
    const char *name, *before, *after;

    (void)connection;
    if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged") &&
        dbus_message_has_sender(message, DBUS_SERVICE_DBUS) &&
        dbus_message_get_args(message, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
                              DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID) &&
        *after == '\0')
        tell_gone(cookie, name);
    return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
}

struct owner_query {
    struct peers *peers;
    char name[];
};

static void owner_answered(DBusPendingCall *pending, void *cookie)
{
    struct owner_query *query = cookie;
    DBusMessage *reply = dbus_pending_call_steal_reply(pending);

    if (dbus_message_is_error(reply, DBUS_ERROR_NAME_HAS_NO_OWNER))
        tell_gone(query->peers, query->name);
    dbus_message_unref(reply);
}

/* The program may have left between its call and the match: then no signal comes. */
static bool query_owner(struct peers *peers, const char *name)
{
    size_t size = strlen(name) + 1;
    struct owner_query *query = malloc(sizeof *query + size);
    DBusPendingCall *pending = NULL;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "GetNameOwner");
    bool sent = query && call &&
                dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID) &&
                dbus_connection_send_with_reply(peers->connection, call, &pending, -1) && pending;

    if (sent) {
        query->peers = peers;
        memcpy(query->name, name, size);
        sent = dbus_pending_call_set_notify(pending, owner_answered, query, free);
    }
    if (!sent)
        free(query);
    if (pending)
        dbus_pending_call_unref(pending);
    if (call)
        dbus_message_unref(call);
    return sent;
}

/* ---- Watching ---- */

static void match_rule(char *rule, size_t size, const char *name)
{
    snprintf(rule, size,
             "type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS
             "',member='NameOwnerChanged',arg0='%s'",
             name);
}

static bool add_match(struct peers *peers, const char *name)
{
    char rule[512];

    match_rule(rule, sizeof rule, name);
    /* Without a place for the error, the call does not wait for the answer. */
    dbus_bus_add_match(peers->connection, rule, NULL);
    return query_owner(peers, name);
}

static void remove_match(struct peers *peers, const char *name)
{
    char rule[512];

    match_rule(rule, sizeof rule, name);
    dbus_bus_remove_match(peers->connection, rule, NULL);
}

int peers_watch(struct peers *peers, const char *name)
{
    struct peer *peer = find(peers, name);
    size_t size = strlen(name) + 1;

    if (!peer) {
        peer = malloc(sizeof *peer + size);
        if (!peer)
            return -1;
        peer->n_watches = 0;
        memcpy(peer->name, name, size);
        if (!add_match(peers, name)) {
            remove_match(peers, name);
            free(peer);
            return -1;
        }
        peer->next = peers->first;
        peers->first = peer;
    }
    peer->n_watches++;
    return 0;
}

void peers_unwatch(struct peers *peers, const char *name)
{
    struct peer *peer = find(peers, name);
    struct peer **at = &peers->first;

    assert(peer);
    if (--peer->n_watches > 0)
        return;
    while (*at != peer)
        at = &(*at)->next;
    *at = peer->next;
    if (dbus_connection_get_is_connected(peers->connection))
        remove_match(peers, peer->name);
    free(peer);
}

/* ---- Beginning and end ---- */

int peers_begin(struct peers *peers, DBusConnection *connection,
                void (*gone)(void *cookie, const char *name), void *cookie)
{
    *peers = (struct peers){.connection = connection, .gone = gone, .cookie = cookie};
    if (dbus_connection_add_filter(connection, filter, peers, NULL))
        return 0;
    peers->connection = NULL;
    return -1;
}

void peers_end(struct peers *peers)
{
    if (!peers->connection)
        return;
    assert(!peers->first);
    dbus_connection_remove_filter(peers->connection, filter, peers);
    peers->connection = NULL;
}
