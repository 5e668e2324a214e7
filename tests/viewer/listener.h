/* A source of pictures and the bell that it rings. All waits are bounded, and fail the test. */
#ifndef UQD_TESTS_LISTENER_H
#define UQD_TESTS_LISTENER_H

#include "source/source.h"

#include <pthread.h>

struct listener {
    struct uqd_file file;
    struct source *source;
    pthread_mutex_t lock;
    pthread_cond_t rung;
    struct source_event event; /* the last one */
};

/* daemon_timeout as in struct source_config. */
void listener_open(struct listener *listener, const char *path,
                   struct source *(*make)(const struct source_config *config),
                   uint32_t daemon_timeout);

/* Of a file that there need not be on a disk, and that the listener takes over. */
void listener_open_file(struct listener *listener, const struct uqd_file *file,
                        struct source *(*make)(const struct source_config *config),
                        uint32_t daemon_timeout);

void listener_close(struct listener *listener);

/* Waits for an event of a type, passing over others. Counts them by type, but for SOURCE_BITS. */
void await_event(struct listener *listener, enum source_event_type type,
                 unsigned counts[SOURCE_FAILED + 1]);

#endif
