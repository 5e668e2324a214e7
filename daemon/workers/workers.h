/* The daemon's side of its worker processes: each decodes one file, and can reach nothing else.
 * What goes wrong in one, a crash or a lack of memory, ends that one alone. */
#ifndef UQD_DAEMON_WORKERS_WORKERS_H
#define UQD_DAEMON_WORKERS_WORKERS_H

#include "base/failure.h"
#include "confine.h"
#include "decode/control.h"
#include "workers/wire.h"

#include <stdatomic.h>
#include <stdbool.h>

/* What all workers share: the process that makes them, which is started when it is needed. */
struct workers;

/* program is this one, whose path is borrowed: NULL is /proc/self/exe. NULL without memory. */
struct workers *workers_new(const char *program);

/* A worker that shows no sign of life for so many milliseconds while something is expected of it is
 * given up; 30 s unless told. Before any is started. */
void workers_set_patience(struct workers *workers, int milliseconds);

/* No worker is being started. The spawner ends, and with it those that are left. NULL is allowed.
 */
void workers_free(struct workers *workers);

/* Starts a worker without a file, for what can be known of those to come, and ends it. Any thread.
 * 0, or -1 with a failure. */
int workers_try(struct workers *workers, struct failure *failure);

/* The process that makes workers; 0 if there is none. Any thread. */
pid_t workers_process(struct workers *workers);

/* How the last worker was confined; false if there has been none. Any thread. */
bool workers_posture(struct workers *workers, struct confine_posture *posture);

/* One process. */
struct worker {
    atomic_int socket;  /* -1: there is none */
    atomic_int process; /* a descriptor of it; -1: none */
    atomic_int number;  /* of the process, as it says; 0: none */
    bool stands_back;
    int control_memory;             /* sealed in its size */
    struct decode_control *control; /* shared with it */
};

/* Makes the control, without a process yet. 0, or -1 with errno; worker_end must follow. */
int worker_prepare(struct worker *worker);

/* Starts the process for a file and, unless it is -1, a reference, which stay the caller's. Any
 * thread. 0, or -1 with a failure. */
int worker_start(struct worker *worker, struct workers *workers,
                 const struct decode_settings *settings, int file, int reference,
                 struct failure *failure);

/* What it says is not waited for any longer than that: then receiving fails with EAGAIN. 0, or -1
 * with errno. */
int worker_limit_time(const struct worker *worker, int64_t milliseconds);

/* Waits until the worker says something. 0, or -1 if it has shown no sign of life for too long, or
 * has been at it for longer than any call takes. */
int worker_await(const struct worker *worker, const struct workers *workers);

/* Whether there is a process, as far as its end of the sockets tells. Nothing is expected of it. */
bool worker_is_there(const struct worker *worker);

/* Ends the process at once, if there is one; what waits for it sees that it has gone. May be called
 * by another thread than the one that uses the worker. */
void worker_kill(struct worker *worker);

/* From now on the process leaves the processors to others where there are too few. May be called by
 * another thread than the one that uses the worker, by one at a time. */
void worker_stand_back(struct worker *worker);

/* Puts a worker that was prepared in the place of one that has ended. */
void worker_replace(struct worker *worker, struct worker *prepared);

/* As worker_kill, and frees what belongs to it. No thread uses it any more. */
void worker_end(struct worker *worker);

#endif
