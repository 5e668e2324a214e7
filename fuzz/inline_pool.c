/* The daemon's pool without threads: what is submitted is run when it is collected, most urgent
 * first, so that the same calls give the same. Linked in the place of daemon/base/pool.c. */
#include "base/pool.h"

#include <assert.h>
#include <stdlib.h>

struct pool {
    struct work *queue; /* by priority, then by age */
};

int pool_new(struct pool **pool, unsigned n_threads)
{
    (void)n_threads;
    *pool = calloc(1, sizeof **pool);
    return *pool != NULL ? 0 : -1;
}

struct share {
    unsigned n_holds;
};

struct share *share_new(void)
{
    struct share *share = calloc(1, sizeof *share);
    if (share != NULL)
        share->n_holds = 1;
    return share;
}

void share_hold(struct share *share)
{
    share->n_holds++;
}

void share_release(struct share *share)
{
    if (share != NULL && --share->n_holds == 0)
        free(share);
}

bool share_goes_first(struct pool *pool, const struct share *share, const struct share *other)
{
    (void)pool;
    (void)share;
    (void)other;
    return false;
}

int pool_fd(const struct pool *pool)
{
    (void)pool;
    return -1;
}

void pool_submit(struct pool *pool, struct work *work)
{
    struct work **at = &pool->queue;
    while (*at != NULL && (*at)->priority <= work->priority)
        at = &(*at)->next;
    work->next = *at;
    *at = work;
}

/* One piece: what it submits waits for the next call. */
void pool_collect(struct pool *pool)
{
    struct work *const work = pool->queue;
    if (work == NULL)
        return;
    pool->queue = work->next;
    work->run(work);
    work->done(work);
}

bool pool_idle(const struct pool *pool)
{
    return pool->queue == NULL;
}

void pool_free(struct pool *pool)
{
    assert(pool == NULL || pool->queue == NULL);
    free(pool);
}
