#include "jobs/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct client *client_find(const struct clients *clients, const char *name)
{
    struct client *client = clients->first;

    while (client && strcmp(client->name, name) != 0)
        client = client->next;
    return client;
}

struct client *client_add_job(struct clients *clients, const char *name)
{
    struct client *client = client_find(clients, name);
    size_t size = strlen(name) + 1;

    if (!client) {
        client = calloc(1, sizeof *client + size);
        if (!client || !(client->share = share_new())) {
            free(client);
            return NULL;
        }
        memcpy(client->name, name, size);
        client->next = clients->first;
        clients->first = client;
    }
    client->n_jobs++;
    return client;
}

void client_remove_job(struct clients *clients, struct client *client)
{
    struct client **at = &clients->first;

    assert(client->n_jobs > 0);
    if (--client->n_jobs > 0)
        return;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    share_release(client->share);
    free(client);
}
