#include "threads.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

static void *wait_for_end(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

bool threads_are_given(uint32_t n_wanted)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[MAX_THREADS];
    uint32_t n = 0;
    assert(n_wanted <= MAX_THREADS);
    pthread_mutex_lock(&mutex);
    while (n < n_wanted && pthread_create(&threads[n], NULL, wait_for_end, &mutex) == 0)
        n++;
    pthread_mutex_unlock(&mutex);
    for (uint32_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    return n == n_wanted;
}

static uint32_t half_of_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    const uint32_t n = ((uint32_t)CPU_COUNT(&set) + 1) / 2;
    return n < MAX_THREADS ? n : MAX_THREADS;
}

uint32_t threads_of_guest(void)
{
    if (getenv("OMP_NUM_THREADS") || getenv("OMP_WAIT_POLICY"))
        return 0;
    const uint32_t n = half_of_processors();
    /* The calling thread is one of them. */
    return n > 1 && threads_are_given(n - 1) ? n : 1;
}
