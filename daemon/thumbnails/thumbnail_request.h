/* What one program asks for at once, and what it is told of it. Main thread only. */
#ifndef UQD_DAEMON_THUMBNAILS_THUMBNAIL_REQUEST_H
#define UQD_DAEMON_THUMBNAILS_THUMBNAIL_REQUEST_H

#include "base/pool.h"
#include "thumbnails/maker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* What a request tells; cookie is its own. The URIs last until the callback returns, in which
 * nothing of the queue may be called. */
struct request_events {
    void (*started)(void *cookie); /* before anything else, once */
    /* There are thumbnails, also for a URI that had a coarse one before. */
    void (*ready)(void *cookie, const char *const *uris, size_t n);
    /* There will be none for these. */
    void (*failed)(void *cookie, const char *const *uris, size_t n, enum thumbnail_error error,
                   const char *text);
    void (*finished)(void *cookie); /* last, once */
};

/* How a request is treated. */
enum scheduler {
    SCHEDULER_FOREGROUND, /* somebody looks at the place where they will appear */
    SCHEDULER_BACKGROUND, /* after all others, and told of in groups */
};

struct thumbnail;
struct thumbnail_request;

/* A request wants a thumbnail. */
struct wish {
    struct thumbnail_request *request;
    struct thumbnail *thumbnail; /* NULL when it is there, or cannot be made */
    LIST_ENTRY(wish) entry;      /* of those for the same thumbnail */
};

/* So many thumbnails of a background request are told of at once. */
enum { REQUEST_GROUP = 32 };

struct thumbnail_request {
    struct thumbnail_request *next;
    uint32_t handle;
    enum scheduler scheduler;
    struct share *share; /* held; NULL: of nobody */
    const struct request_events *events;
    void *cookie;
    bool told_started;
    size_t n_left;              /* wishes that wait for their thumbnails */
    char *group[REQUEST_GROUP]; /* URIs that are ready and not told of yet */
    size_t n_group;
    size_t n_wishes;
    struct wish wishes[];
};

/* With wishes for nothing. NULL without memory. */
struct thumbnail_request *thumbnail_request_new(size_t n_wishes);

void thumbnail_request_free(struct thumbnail_request *request);

/* Tells that work has begun, unless that is told. */
void thumbnail_request_start(struct thumbnail_request *request);

/* There is a thumbnail of this URI. */
void thumbnail_request_ready(struct thumbnail_request *request, const char *uri);

/* There will be no thumbnail of these. */
void thumbnail_request_fail(struct thumbnail_request *request, const char *const *uris, size_t n,
                            enum thumbnail_error error, const char *text);

/* Nothing more will come. */
void thumbnail_request_finish(struct thumbnail_request *request);

#endif
