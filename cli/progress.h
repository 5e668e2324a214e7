/* A progress bar on standard error, and the wish to stop. */
#ifndef UQD_CLI_PROGRESS_H
#define UQD_CLI_PROGRESS_H

#include <stdint.h>

/* Work made of n_parts calls of the library. */
struct progress {
    const char *label;
    uint32_t part, n_parts;
    int is_terminal;
    int is_drawn;
    double next_draw; /* seconds on the monotonic clock */
};

/* Installs the signal handlers as well. The bar appears if standard error is a terminal and the
 * work takes longer than half a second. */
void progress_begin(struct progress *progress, const char *label, uint32_t n_parts);

/* A uqd_progress callback with a struct progress as cookie. Cancels after a signal. */
int progress_update(void *cookie, double done);

/* The next part begins. */
void progress_next(struct progress *progress);

/* Removes the bar. */
void progress_end(struct progress *progress);

#endif
