#include "bell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

enum { PATIENCE = 60 };

void bell_init(struct bell *bell)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* the time of day may jump */
    pthread_mutex_init(&bell->lock, NULL);
    pthread_cond_init(&bell->rung, &attributes);
    pthread_condattr_destroy(&attributes);
    bell->count = bell->total = 0;
}

void bell_ring(void *cookie)
{
    struct bell *bell = cookie;
    pthread_mutex_lock(&bell->lock);
    bell->count++;
    bell->total++;
    pthread_cond_signal(&bell->rung);
    pthread_mutex_unlock(&bell->lock);
}

void bell_wait(struct bell *bell)
{
    struct timespec end;
    int status = 0;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += PATIENCE;
    pthread_mutex_lock(&bell->lock);
    while (bell->count == 0 && status == 0)
        status = pthread_cond_timedwait(&bell->rung, &bell->lock, &end);
    bell->count = 0;
    pthread_mutex_unlock(&bell->lock);
    if (status != 0)
        fail_msg("nothing is told");
}

unsigned bell_total(struct bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    unsigned total = bell->total;
    pthread_mutex_unlock(&bell->lock);
    return total;
}
