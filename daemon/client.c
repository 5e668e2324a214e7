#include "client.h"

#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client *client_find(const struct daemon *daemon, const char *name)
{
    struct client *client = daemon->clients;

    while (client && strcmp(client->name, name) != 0)
        client = client->next;
    return client;
}

/* ---- Watching ---- */

static void match_rule(char *rule, size_t size, const char *name)
{
    snprintf(rule, size,
             "type='signal',sender='" DBUS_SERVICE_DBUS "',interface='" DBUS_INTERFACE_DBUS
             "',member='NameOwnerChanged',arg0='%s'",
             name);
}

static void client_gone(struct daemon *daemon, const char *name)
{
    struct client *client;

    /* The last job takes the client with it. */
    while ((client = client_find(daemon, name)))
        job_close(job_of_client(daemon, client));
}

struct owner_query {
    struct daemon *daemon;
    char name[];
};

static void owner_answered(DBusPendingCall *pending, void *cookie)
{
    struct owner_query *query = cookie;
    DBusMessage *reply = dbus_pending_call_steal_reply(pending);

    if (dbus_message_is_error(reply, DBUS_ERROR_NAME_HAS_NO_OWNER))
        client_gone(query->daemon, query->name);
    dbus_message_unref(reply);
}

/* The client may have left between its call and the match: then no signal comes. */
static bool query_owner(struct daemon *daemon, const char *name)
{
    size_t size = strlen(name) + 1;
    struct owner_query *query = malloc(sizeof *query + size);
    DBusPendingCall *pending = NULL;
    DBusMessage *call = dbus_message_new_method_call(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS,
                                                     DBUS_INTERFACE_DBUS, "GetNameOwner");
    bool sent = query && call &&
                dbus_message_append_args(call, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID) &&
                dbus_connection_send_with_reply(daemon->connection, call, &pending, -1) && pending;

    if (sent) {
        query->daemon = daemon;
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

static bool watch(struct daemon *daemon, const char *name)
{
    char rule[512];

    match_rule(rule, sizeof rule, name);
    /* Without a place for the error, the call does not wait for the answer. */
    dbus_bus_add_match(daemon->connection, rule, NULL);
    return query_owner(daemon, name);
}

static void unwatch(struct daemon *daemon, const char *name)
{
    char rule[512];

    match_rule(rule, sizeof rule, name);
    dbus_bus_remove_match(daemon->connection, rule, NULL);
}

void client_owner_changed(struct daemon *daemon, DBusMessage *signal)
{
    const char *name, *before, *after;

    if (dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
                              DBUS_TYPE_STRING, &after, DBUS_TYPE_INVALID) &&
        *after == '\0')
        client_gone(daemon, name);
}

/* ---- Counting ---- */

struct client *client_add_job(struct daemon *daemon, const char *name)
{
    struct client *client = client_find(daemon, name);
    size_t size = strlen(name) + 1;

    if (!client) {
        client = malloc(sizeof *client + size);
        if (!client)
            return NULL;
        client->n_jobs = 0;
        memcpy(client->name, name, size);
        if (!watch(daemon, name)) {
            unwatch(daemon, name);
            free(client);
            return NULL;
        }
        client->next = daemon->clients;
        daemon->clients = client;
    }
    client->n_jobs++;
    return client;
}

void client_remove_job(struct daemon *daemon, struct client *client)
{
    struct client **at = &daemon->clients;

    if (--client->n_jobs > 0)
        return;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    if (dbus_connection_get_is_connected(daemon->connection))
        unwatch(daemon, client->name);
    free(client);
}
