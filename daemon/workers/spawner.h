/* The process that makes workers, by forking itself: a new one is there at once, and all share the
 * memory of the default model. It is the same program, started with one argument of its own; the
 * daemon cannot fork such processes itself, since it has threads. */
#ifndef UQD_DAEMON_WORKERS_SPAWNER_H
#define UQD_DAEMON_WORKERS_SPAWNER_H

#define SPAWNER_ARGUMENT "--spawn-workers"

/* The descriptor that is its end of the sockets. */
enum { SPAWNER_SOCKET = 3 };

/* Makes a worker for each wire_spawn that comes, until the other end is closed. Returns the exit
 * status of the process. */
int spawner_run(void);

#endif
