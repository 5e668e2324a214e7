/* What a worker process does: one file, for one job or thumbnail, until the daemon lets go of it.
 */
#ifndef UQD_DAEMON_WORKERS_SERVE_H
#define UQD_DAEMON_WORKERS_SERVE_H

#include "decode/models.h"
#include "workers/wire.h"

/* Confines the process, says hello and answers requests until the other end is closed. The
 * descriptors are those of a wire_spawn. To be called in a process without other threads, which
 * ends after it. */
void serve_file(const struct wire_spawn *spawn, const int *fds, unsigned n_fds,
                struct models *models);

#endif
