#include "base/pool.h"

#include "monotonic.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A share that has had less is new. */
enum { NEW_MS = 1000 };

enum kind {
    TAKES_NEW,         /* interactive work that is new, of shares of which nothing is running */
    TAKES_INTERACTIVE, /* interactive work */
    TAKES_ALL,
};

struct pool_thread {
    struct pool *pool;
    pthread_t id;
    enum kind kind;
};

/* All but n_holds is under the pool's mutex. */
struct share {
    unsigned n_holds;   /* main thread only */
    unsigned n_running; /* pieces */
    unsigned n_inside;  /* pieces, with those that wait */
    int64_t spent;      /* milliseconds that its work has taken */
    int64_t used;       /* the same, and those that it has missed */
};

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct work *queue; /* by age */
    struct work *ran, **ran_end;
    bool stop;
    unsigned n_busy; /* threads that run something, but for the first */
    int64_t reached; /* what the share that was served last had used */
    int event;
    unsigned outstanding; /* submitted, not collected; main thread only */
    unsigned n_threads;
    struct pool_thread threads[];
};

/* ---- What comes first ---- */

static unsigned running_of(const struct work *work)
{
    return work->share ? work->share->n_running : 0;
}

static int64_t used_of(const struct work *work)
{
    return work->share ? work->share->used : 0;
}

/* It begins something for a share that has had little. */
static bool is_new(const struct work *work)
{
    return work->begins && (!work->share || work->share->spent < NEW_MS);
}

static bool may_take(const struct pool_thread *thread, const struct work *work)
{
    if (thread->kind == TAKES_ALL)
        return true;
    if (work->priority != PRIORITY_INTERACTIVE || thread->kind == TAKES_INTERACTIVE)
        return work->priority == PRIORITY_INTERACTIVE;
    return is_new(work) && running_of(work) == 0 &&
           thread->pool->n_busy == thread->pool->n_threads - 1;
}

/* Of two that are equal the older one goes first. */
static bool goes_before(const struct work *work, const struct work *older)
{
    if (work->priority != older->priority)
        return work->priority < older->priority;
    if (is_new(work) != is_new(older))
        return is_new(work);
    if (running_of(work) != running_of(older))
        return running_of(work) < running_of(older);
    return used_of(work) < used_of(older);
}

/* Where in the queue the piece is that the thread is to take; NULL if there is none. */
static struct work **find_work(const struct pool_thread *thread)
{
    struct work **first = NULL;

    for (struct work **at = &thread->pool->queue; *at; at = &(*at)->next) {
        if (may_take(thread, *at) && (!first || goes_before(*at, *first)))
            first = at;
    }
    return first;
}

static struct work *take_work(struct pool_thread *thread)
{
    struct pool *pool = thread->pool;
    struct work **at, *work;

    while (!pool->stop && !(at = find_work(thread)))
        pthread_cond_wait(&pool->changed, &pool->mutex);
    if (pool->stop)
        return NULL;
    work = *at;
    *at = work->next;
    work->began = monotonic_ms();
    pool->n_busy += thread->kind != TAKES_NEW;
    if (work->share) {
        work->share->n_running++;
        if (work->share->used > pool->reached)
            pool->reached = work->share->used;
    }
    return work;
}

/* ---- The threads ---- */

static void count_ran(struct work *work)
{
    const int64_t milliseconds = monotonic_ms() - work->began;
    struct share *share = work->share;

    if (!share)
        return;
    share->spent += milliseconds;
    share->used += milliseconds;
    share->n_running--;
    share->n_inside--;
}

static void put_ran(struct pool *pool, struct work *work)
{
    const uint64_t one = 1;
    ssize_t n;

    count_ran(work);
    work->next = NULL;
    *pool->ran_end = work;
    pool->ran_end = &work->next;
    do {
        n = write(pool->event, &one, sizeof one);
    } while (n < 0 && errno == EINTR);
}

static void *thread_main(void *cookie)
{
    struct pool_thread *thread = cookie;
    struct pool *pool = thread->pool;
    struct work *work;

    pthread_mutex_lock(&pool->mutex);
    while ((work = take_work(thread))) {
        /* The first thread may take something, now that this one is busy. */
        pthread_cond_broadcast(&pool->changed);
        pthread_mutex_unlock(&pool->mutex);
        work->run(work);
        pthread_mutex_lock(&pool->mutex);
        pool->n_busy -= thread->kind != TAKES_NEW;
        put_ran(pool, work);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

int pool_new(struct pool **out, unsigned n_threads)
{
    unsigned n = (n_threads < 2 ? 2 : n_threads) + 1;
    struct pool *pool = calloc(1, sizeof *pool + n * sizeof pool->threads[0]);
    int status = 0;

    if (!pool)
        return -1;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->ran_end = &pool->ran;
    pool->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pool->event < 0)
        status = errno;
    pthread_mutex_lock(&pool->mutex); /* they count the threads */
    while (status == 0 && pool->n_threads < n) {
        struct pool_thread *thread = &pool->threads[pool->n_threads];

        thread->pool = pool;
        thread->kind = pool->n_threads < TAKES_ALL ? (enum kind)pool->n_threads : TAKES_ALL;
        status = pthread_create(&thread->id, NULL, thread_main, thread);
        if (status == 0)
            pool->n_threads++;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (status != 0) {
        pool_free(pool);
        errno = status;
        return -1;
    }
    *out = pool;
    return 0;
}

int pool_fd(const struct pool *pool)
{
    return pool->event;
}

struct share *share_new(void)
{
    struct share *share = calloc(1, sizeof *share);

    if (!share)
        return NULL;
    share->n_holds = 1;
    return share;
}

void share_hold(struct share *share)
{
    share->n_holds++;
}

void share_release(struct share *share)
{
    if (!share || --share->n_holds > 0)
        return;
    assert(share->n_inside == 0);
    free(share);
}

bool share_goes_first(struct pool *pool, const struct share *share, const struct share *other)
{
    bool goes_first;

    pthread_mutex_lock(&pool->mutex);
    goes_first = share->n_inside != other->n_inside ? share->n_inside < other->n_inside
                                                    : share->used < other->used;
    pthread_mutex_unlock(&pool->mutex);
    return goes_first;
}

/* Time in which it wanted nothing is not owed to a share. */
static void count_submitted(const struct pool *pool, struct share *share)
{
    if (share->n_inside++ == 0 && share->used < pool->reached)
        share->used = pool->reached;
}

void pool_submit(struct pool *pool, struct work *work)
{
    struct work **at = &pool->queue;

    pool->outstanding++;
    pthread_mutex_lock(&pool->mutex);
    if (work->share)
        count_submitted(pool, work->share);
    while (*at)
        at = &(*at)->next;
    work->next = NULL;
    *at = work;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
}

void pool_collect(struct pool *pool)
{
    uint64_t count;
    struct work *work, *next;

    while (read(pool->event, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    pthread_mutex_lock(&pool->mutex);
    work = pool->ran;
    pool->ran = NULL;
    pool->ran_end = &pool->ran;
    pthread_mutex_unlock(&pool->mutex);
    for (; work; work = next) {
        next = work->next;
        pool->outstanding--;
        work->done(work);
    }
}

bool pool_idle(const struct pool *pool)
{
    return pool->outstanding == 0;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    assert(pool->outstanding == 0);
    pthread_mutex_lock(&pool->mutex);
    pool->stop = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->n_threads; i++)
        pthread_join(pool->threads[i].id, NULL);
    if (pool->event >= 0)
        close(pool->event);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}
