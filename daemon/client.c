#include "client.h"

#include "job.h"

#include <stdlib.h>
#include <string.h>

struct client *client_find(const struct daemon *daemon, const char *name)
{
    struct client *client = daemon->clients;

    while (client && strcmp(client->name, name) != 0)
        client = client->next;
    return client;
}

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
        if (peers_watch(&daemon->peers, name) < 0) {
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
    peers_unwatch(&daemon->peers, client->name);
    free(client);
}

void client_gone(void *cookie, const char *name)
{
    struct daemon *daemon = cookie;
    struct client *client;

    /* The last job takes the client with it. */
    while ((client = client_find(daemon, name)))
        job_close(job_of_client(daemon, client));
}
