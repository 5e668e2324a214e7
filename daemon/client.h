/* The programs that have jobs here: known by unique name, watched until they leave the bus. */
#ifndef UQD_DAEMON_CLIENT_H
#define UQD_DAEMON_CLIENT_H

#include "daemon.h"

struct client {
    struct client *next;
    unsigned n_jobs;
    char name[]; /* the unique name on the bus */
};

/* The client, if it has jobs; else NULL. */
struct client *client_find(const struct daemon *daemon, const char *name);

/* The client, with one job more; the first job begins the watch. NULL without memory. */
struct client *client_add_job(struct daemon *daemon, const char *name);

/* One job less; without jobs the client is forgotten. */
void client_remove_job(struct daemon *daemon, struct client *client);

/* The daemon's client has left the bus: closes its jobs. */
void client_gone(void *daemon, const char *name);

#endif
