#include "thumbnails/thumbnail.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

void thumbnail_set_init(struct thumbnail_set *set)
{
    set->tree = NULL;
    for (int wait = 0; wait < N_WAITS; wait++)
        TAILQ_INIT(&set->waiting[wait]);
    TAILQ_INIT(&set->running);
}

/* ---- Finding ---- */

static int compare(const void *a, const void *b)
{
    const struct thumbnail *one = a, *other = b;

    if (one->maker.flavor != other->maker.flavor)
        return one->maker.flavor < other->maker.flavor ? -1 : 1;
    return strcmp(one->uri, other->uri);
}

/* NULL without memory. */
static struct thumbnail *make(struct thumbnail_set *set, const struct flavor *flavor,
                              const char *uri)
{
    size_t size = strlen(uri) + 1;
    struct thumbnail *thumbnail = calloc(1, sizeof *thumbnail + size);

    if (!thumbnail)
        return NULL;
    memcpy(thumbnail->uri, uri, size);
    thumbnail->set = set;
    maker_init(&thumbnail->maker);
    thumbnail->maker.uri = thumbnail->uri;
    thumbnail->maker.flavor = flavor;
    return thumbnail;
}

static void destroy(struct thumbnail *thumbnail)
{
    maker_end(&thumbnail->maker);
    free(thumbnail);
}

struct thumbnail *thumbnail_find_or_make(struct thumbnail_set *set, const struct flavor *flavor,
                                         const char *uri)
{
    struct thumbnail *made = make(set, flavor, uri);
    struct thumbnail **found = made ? tsearch(made, &set->tree, compare) : NULL;

    if (made && (!found || *found != made))
        destroy(made);
    return found ? *found : NULL;
}

void thumbnail_free(struct thumbnail *thumbnail)
{
    assert(LIST_EMPTY(&thumbnail->wishes) && !thumbnail->running);
    thumbnail_stop_waiting(thumbnail);
    tdelete(thumbnail, &thumbnail->set->tree, compare);
    destroy(thumbnail);
}

/* ---- Waiting ---- */

void thumbnail_stop_waiting(struct thumbnail *thumbnail)
{
    if (thumbnail->waits)
        TAILQ_REMOVE(&thumbnail->set->waiting[thumbnail->wait], thumbnail, entry);
    thumbnail->waits = false;
}

/* The list that it goes into. */
static struct thumbnails *choose(struct thumbnail *thumbnail, enum wait wait)
{
    assert(!thumbnail->running);
    thumbnail_stop_waiting(thumbnail);
    thumbnail->waits = true;
    thumbnail->wait = wait;
    return &thumbnail->set->waiting[wait];
}

void thumbnail_wait_last(struct thumbnail *thumbnail, enum wait wait)
{
    struct thumbnails *list = choose(thumbnail, wait);

    TAILQ_INSERT_TAIL(list, thumbnail, entry);
}

void thumbnail_wait_early(struct thumbnail *thumbnail, enum wait wait, struct thumbnail *previous)
{
    struct thumbnails *list = choose(thumbnail, wait);

    assert(!previous || (previous->waits && previous->wait == wait && previous != thumbnail));
    if (previous)
        TAILQ_INSERT_AFTER(list, previous, thumbnail, entry);
    else
        TAILQ_INSERT_HEAD(list, thumbnail, entry);
}

void thumbnail_run(struct thumbnail *thumbnail)
{
    assert(!thumbnail->running);
    thumbnail_stop_waiting(thumbnail);
    thumbnail->running = true;
    TAILQ_INSERT_TAIL(&thumbnail->set->running, thumbnail, entry);
}

void thumbnail_come_back(struct thumbnail *thumbnail)
{
    assert(thumbnail->running);
    thumbnail->running = false;
    TAILQ_REMOVE(&thumbnail->set->running, thumbnail, entry);
}

struct thumbnail *thumbnail_set_first(const struct thumbnail_set *set)
{
    for (int wait = 0; wait < N_WAITS; wait++) {
        if (!TAILQ_EMPTY(&set->waiting[wait]))
            return TAILQ_FIRST(&set->waiting[wait]);
    }
    return NULL;
}

/* ---- Wishes ---- */

void thumbnail_add_wish(struct thumbnail *thumbnail, struct wish *wish)
{
    assert(!wish->thumbnail);
    wish->thumbnail = thumbnail;
    LIST_INSERT_HEAD(&thumbnail->wishes, wish, entry);
    wish->request->n_left++;
}

void thumbnail_remove_wish(struct wish *wish)
{
    LIST_REMOVE(wish, entry);
    wish->thumbnail = NULL;
    wish->request->n_left--;
}

bool thumbnail_is_in_background(const struct thumbnail *thumbnail)
{
    const struct wish *wish;

    LIST_FOREACH(wish, &thumbnail->wishes, entry)
    {
        if (wish->request->scheduler == SCHEDULER_FOREGROUND)
            return false;
    }
    return true;
}
