/* The programs that have jobs, and what they take. Main thread only. */
#ifndef UQD_DAEMON_JOBS_CLIENT_H
#define UQD_DAEMON_JOBS_CLIENT_H

#include "base/pool.h"

#include <stdint.h>

struct client {
    struct client *next;
    unsigned n_jobs;
    uint64_t memory;     /* bytes that its jobs are expected to need */
    struct share *share; /* held: of the pool, for the work of its jobs */
    char name[];
};

/* Zero-initialise. */
struct clients {
    struct client *first;
};

/* The client, if it has jobs; else NULL. */
struct client *client_find(const struct clients *clients, const char *name);

/* The client, with one job more. NULL without memory. */
struct client *client_add_job(struct clients *clients, const char *name);

/* One job less; without jobs the client is forgotten. */
void client_remove_job(struct clients *clients, struct client *client);

#endif
