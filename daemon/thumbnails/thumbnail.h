/* Thumbnails that are wanted: one file in one flavor each, found by these, and in lists where they
 * wait to be made. Main thread only. */
#ifndef UQD_DAEMON_THUMBNAILS_THUMBNAIL_H
#define UQD_DAEMON_THUMBNAILS_THUMBNAIL_H

#include "base/pool.h"
#include "thumbnails/maker.h"
#include "thumbnails/thumbnail_request.h"

#include <stdbool.h>
#include <sys/queue.h>

/* What waits, in the order in which it is done. */
enum wait {
    WAIT_FOREGROUND,
    WAIT_BACKGROUND,
    WAIT_FINE, /* a coarse one is there */
    WAIT_FINE_BACKGROUND,
    N_WAITS,
};

TAILQ_HEAD(thumbnails, thumbnail);

/* All of a queue. */
struct thumbnail_set {
    void *tree; /* by flavor and URI, of tsearch(3) */
    struct thumbnails waiting[N_WAITS];
    struct thumbnails running;
};

struct thumbnail {
    struct work work;
    struct maker maker;
    struct thumbnail_set *set;
    void *cookie;
    TAILQ_ENTRY(thumbnail) entry; /* if it waits or runs */
    bool waits, running;
    enum wait wait;
    int status; /* of maker_run */
    bool called_back;
    bool has_coarse; /* in the cache */
    LIST_HEAD(wishes, wish) wishes;
    char uri[];
};

void thumbnail_set_init(struct thumbnail_set *set);

/* The one of that flavor and URI. If there is none, one is made that neither waits nor runs nor is
 * wanted, and knows its URI and flavor only. NULL without memory. */
struct thumbnail *thumbnail_find_or_make(struct thumbnail_set *set, const struct flavor *flavor,
                                         const char *uri);

/* It must neither run nor be wanted. */
void thumbnail_free(struct thumbnail *thumbnail);

/* These let it wait, unless it runs: after all others; at the head of the list, or after another
 * one in it; or no more. */
void thumbnail_wait_last(struct thumbnail *thumbnail, enum wait wait);
void thumbnail_wait_early(struct thumbnail *thumbnail, enum wait wait, struct thumbnail *previous);
void thumbnail_stop_waiting(struct thumbnail *thumbnail);

/* It is with the pool from now on, or has come back, and waits for nothing. */
void thumbnail_run(struct thumbnail *thumbnail);
void thumbnail_come_back(struct thumbnail *thumbnail);

/* What is to be done first, or NULL. */
struct thumbnail *thumbnail_set_first(const struct thumbnail_set *set);

/* The wish must be for none. */
void thumbnail_add_wish(struct thumbnail *thumbnail, struct wish *wish);

void thumbnail_remove_wish(struct wish *wish);

/* Nobody who looks waits for it. */
bool thumbnail_is_in_background(const struct thumbnail *thumbnail);

#endif
