#include "base/pool.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct pool_thread {
    struct pool *pool;
    pthread_t id;
    enum priority lowest; /* the lowest priority that this thread takes */
};

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct work *queue; /* by priority, then by age */
    struct work *ran, **ran_end;
    bool stop;
    int event;
    unsigned outstanding; /* submitted, not collected; main thread only */
    unsigned n_threads;
    struct pool_thread threads[];
};

/* The queue is sorted, so the first piece is the only candidate. */
static struct work *take_work(struct pool_thread *thread)
{
    struct pool *pool = thread->pool;
    struct work *work;

    while (!pool->stop && (!pool->queue || pool->queue->priority > thread->lowest))
        pthread_cond_wait(&pool->changed, &pool->mutex);
    if (pool->stop)
        return NULL;
    work = pool->queue;
    pool->queue = work->next;
    return work;
}

static void put_ran(struct pool *pool, struct work *work)
{
    const uint64_t one = 1;
    ssize_t n;

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
        pthread_mutex_unlock(&pool->mutex);
        work->run(work);
        pthread_mutex_lock(&pool->mutex);
        put_ran(pool, work);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

int pool_new(struct pool **out, unsigned n_threads)
{
    unsigned n = n_threads < 2 ? 2 : n_threads;
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
    while (status == 0 && pool->n_threads < n) {
        struct pool_thread *thread = &pool->threads[pool->n_threads];

        thread->pool = pool;
        thread->lowest = pool->n_threads == 0 ? PRIORITY_INTERACTIVE : PRIORITY_BACKGROUND;
        status = pthread_create(&thread->id, NULL, thread_main, thread);
        if (status == 0)
            pool->n_threads++;
    }
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

void pool_submit(struct pool *pool, struct work *work)
{
    struct work **at = &pool->queue;

    pool->outstanding++;
    pthread_mutex_lock(&pool->mutex);
    while (*at && (*at)->priority <= work->priority)
        at = &(*at)->next;
    work->next = *at;
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
