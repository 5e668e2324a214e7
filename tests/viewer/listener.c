#include "listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { PATIENCE = 60 };

static void ring(void *cookie)
{
    struct listener *listener = cookie;
    pthread_mutex_lock(&listener->lock);
    pthread_cond_signal(&listener->rung);
    pthread_mutex_unlock(&listener->lock);
}

void listener_open(struct listener *listener, const char *path,
                   struct source *(*make)(const struct source_config *config),
                   uint32_t daemon_timeout)
{
    struct uqd_file file;
    struct message message;
    if (uqd_file_open(&file, path, path, &message))
        fail_msg("%s", message.text);
    listener_open_file(listener, &file, make, daemon_timeout);
}

void listener_open_file(struct listener *listener, const struct uqd_file *file,
                        struct source *(*make)(const struct source_config *config),
                        uint32_t daemon_timeout)
{
    memset(listener, 0, sizeof *listener);
    pthread_mutex_init(&listener->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* the time of day may jump */
    pthread_cond_init(&listener->rung, &attributes);
    pthread_condattr_destroy(&attributes);
    listener->file = *file;
    const struct source_config config = {.file = &listener->file,
                                         .daemon_timeout = daemon_timeout,
                                         .notify = ring,
                                         .cookie = listener};
    listener->source = make(&config);
    assert_non_null(listener->source);
}

void listener_close(struct listener *listener)
{
    source_free(listener->source);
    picture_unref(listener->event.picture);
    bits_map_unref(listener->event.bits);
    uqd_file_close(&listener->file);
    pthread_cond_destroy(&listener->rung);
    pthread_mutex_destroy(&listener->lock);
}

void await_event(struct listener *listener, enum source_event_type type,
                 unsigned counts[SOURCE_FAILED + 1])
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += PATIENCE;
    pthread_mutex_lock(&listener->lock);
    for (;;) {
        picture_unref(listener->event.picture);
        bits_map_unref(listener->event.bits);
        source_take(listener->source, &listener->event);
        if (listener->event.type != SOURCE_BITS)
            counts[listener->event.type]++;
        if (listener->event.type == type)
            break;
        if (listener->event.type == SOURCE_NOTHING &&
            pthread_cond_timedwait(&listener->rung, &listener->lock, &end) != 0) {
            pthread_mutex_unlock(&listener->lock);
            fail_msg("event %d does not come", type);
        }
    }
    pthread_mutex_unlock(&listener->lock);
}
