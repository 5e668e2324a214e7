#include "session/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct place {
    struct job *ordered, *done;
    bool dropped; /* what is being done */
};

struct worker {
    void (*notify)(void *cookie);
    void *cookie;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct place places[WORKER_N_PLACES];
    bool quit;
};

static void put(struct job **kept, struct job *job)
{
    if (*kept)
        (*kept)->type->free(*kept);
    *kept = job;
}

static struct job *take(struct job **kept)
{
    struct job *job = *kept;
    *kept = NULL;
    return job;
}

/* ---- In the thread ------------------------------------------------------------------------- */

/* The next one with an order, or NULL. */
static struct place *find_order(struct worker *worker)
{
    for (unsigned i = 0; i < WORKER_N_PLACES; i++)
        if (worker->places[i].ordered)
            return &worker->places[i];
    return NULL;
}

/* Called with the lock held, which it gives away while it works. */
static void work(struct worker *worker, struct place *place)
{
    struct job *job = take(&place->ordered);
    place->dropped = false;
    pthread_mutex_unlock(&worker->lock);
    job->type->run(job);
    pthread_mutex_lock(&worker->lock);
    bool dropped = place->dropped;
    put(dropped ? &job : &place->done, dropped ? NULL : job);
    pthread_mutex_unlock(&worker->lock);
    if (!dropped)
        worker->notify(worker->cookie);
    pthread_mutex_lock(&worker->lock);
}

static void *run(void *cookie)
{
    struct worker *worker = cookie;
    pthread_mutex_lock(&worker->lock);
    while (!worker->quit) {
        struct place *place = find_order(worker);
        if (place)
            work(worker, place);
        else
            pthread_cond_wait(&worker->changed, &worker->lock);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

/* ---- In the other one ---------------------------------------------------------------------- */

static void destroy(struct worker *worker)
{
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

struct worker *worker_new(void (*notify)(void *cookie), void *cookie)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->notify = notify;
    worker->cookie = cookie;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->changed, NULL);
    if (pthread_create(&worker->thread, NULL, run, worker) == 0)
        return worker;
    destroy(worker);
    return NULL;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->quit = true;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    for (unsigned i = 0; i < WORKER_N_PLACES; i++) {
        put(&worker->places[i].ordered, NULL);
        put(&worker->places[i].done, NULL);
    }
    destroy(worker);
}

void worker_order(struct worker *worker, unsigned place, struct job *job)
{
    pthread_mutex_lock(&worker->lock);
    put(&worker->places[place].ordered, job);
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
}

struct job *worker_take(struct worker *worker, unsigned place)
{
    pthread_mutex_lock(&worker->lock);
    struct job *job = take(&worker->places[place].done);
    pthread_mutex_unlock(&worker->lock);
    return job;
}

void worker_drop(struct worker *worker, unsigned place)
{
    pthread_mutex_lock(&worker->lock);
    put(&worker->places[place].ordered, NULL);
    put(&worker->places[place].done, NULL);
    worker->places[place].dropped = true;
    pthread_mutex_unlock(&worker->lock);
}
