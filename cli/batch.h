/* One kind of work on each of several inputs. */
#ifndef UQD_CLI_BATCH_H
#define UQD_CLI_BATCH_H

#include "message.h"
#include "progress.h"

#include <stddef.h>

/* The work on one input. It may divide its progress by progress_parts. 0, or -1 with a message. */
typedef int batch_work(void *cookie, size_t index, struct progress *progress,
                       struct message *message);

/* Does the work on inputs 0 .. count - 1 under one bar of progress with that label. A failure is
 * printed and the next input follows, but after a signal none does. Returns the exit code. */
int batch_run(const char *label, size_t count, batch_work *work, void *cookie);

#endif
