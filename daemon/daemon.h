/* The daemon as a whole: what its parts share, and its life cycle.
 *
 * All of this belongs to the main thread. A job has at most one piece of work in the pool at a
 * time; what that work needs is handed over with it and comes back with it (see job.h), so there
 * are no locks above the pool. */
#ifndef UQD_DAEMON_DAEMON_H
#define UQD_DAEMON_DAEMON_H

#include "arguments.h"
#include "base/worker.h"
#include "dbus/bus.h"
#include "dbus/bus_name.h"
#include "dbus/peers.h"
#include "decode/models.h"
#include "loop.h"

#include <stdbool.h>
#include <stdint.h>

enum phase {
    PHASE_SERVING,
    PHASE_RELEASING, /* idle: the name is being given back */
    PHASE_REPLACED,  /* another daemon has the name: finish what is under way, then leave */
    PHASE_LEAVING,   /* all jobs are closed; only unsent messages and running work are left */
};

struct daemon {
    struct arguments arguments;
    enum phase phase;
    struct loop *loop;
    struct bus bus;
    struct bus_name name;
    struct peers peers; /* those that have jobs */
    struct pool *pool;
    struct models *models;
    struct work warm; /* loads the default model */
    struct job *jobs;
    unsigned n_jobs; /* in the list; closed jobs whose work still runs are not */
    struct client *clients;
    uint32_t n_tokens; /* job names made up so far */
    struct loop_timer idle, deadline;
    int signal_fd; /* owned by the caller of daemon_run */
};

/* Connects, takes the name, serves until it is time to leave, and cleans up. signal_fd is a
 * signalfd: whatever it reports ends the daemon. Returns 0 after serving, BUS_NAME_TAKEN
 * (dbus/bus_name.h) if another daemon does, or -1; what is wrong has been printed. */
int daemon_run(const struct arguments *arguments, int signal_fd);

/* False once no new jobs are taken. */
bool daemon_accepts(const struct daemon *daemon);

#endif
