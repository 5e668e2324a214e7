/* A progress bar on standard error, and the wish to stop. */
#ifndef UQD_CLI_PROGRESS_H
#define UQD_CLI_PROGRESS_H

#include <stdint.h>

/* Work on n_items files, of which one at a time is made of n_parts calls of the library. */
struct progress {
    const char *label;
    uint32_t item, n_items;
    uint32_t part, n_parts;
    int is_terminal;
    int is_drawn;
    double next_draw; /* seconds on the monotonic clock */
};

/* Installs the signal handlers as well. The bar appears if standard error is a terminal and the
 * work takes longer than half a second; of several files it tells which one it is at. */
void progress_begin(struct progress *progress, const char *label, uint32_t n_items);

/* File `item`, counted from 0, begins, with one part. */
void progress_item(struct progress *progress, uint32_t item);

/* The file that has begun has n_parts parts. */
void progress_parts(struct progress *progress, uint32_t n_parts);

/* The next part begins. */
void progress_next(struct progress *progress);

/* A uqd_progress callback with a struct progress as cookie. Cancels after a signal. */
int progress_update(void *cookie, double done);

/* The same where nothing is known of how far it has come. */
int progress_is_cancelled(void *cookie);

/* Removes the bar, at the end or because something else is printed. */
void progress_hide(struct progress *progress);

#endif
