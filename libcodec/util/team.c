#include "util/team.h"

#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

enum {
    MAX_TRIED = 1024,
    MAX_LOOKS = 1000, /* a millisecond where nothing else runs */
};

/* ---- The trial ---- */

static void *wait_for_end(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

/* The links of this directory are the threads of the process and two more. 0 where there is no
 * such directory. */
static unsigned long count_tasks(void)
{
    struct stat tasks;
    return stat("/proc/self/task", &tasks) == 0 ? (unsigned long)tasks.st_nlink : 0;
}

/* A thread that was joined counts against the limits until the kernel has put it away. */
static void wait_until_put_away(unsigned long n_before)
{
    for (int i = 0; i < MAX_LOOKS && count_tasks() > n_before; i++)
        sched_yield();
}

/* How many of so many threads there can be at once, beside those that there are. */
static uint32_t try_threads(uint32_t wanted)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[MAX_TRIED];
    const unsigned long n_before = count_tasks();
    uint32_t n = 0;
    if (wanted > MAX_TRIED)
        wanted = MAX_TRIED;
    pthread_mutex_lock(&mutex);
    while (n < wanted && pthread_create(&threads[n], NULL, wait_for_end, &mutex) == 0)
        n++;
    pthread_mutex_unlock(&mutex);
    for (uint32_t i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    if (n > 0)
        wait_until_put_away(n_before);
    return n;
}

/* ---- The pool ---- */

/* Threads that libgomp keeps for the calling one, itself among them: those of its last region. It
 * lets those go that a smaller region does not need. */
static _Thread_local uint32_t in_pool = 1;

static uint32_t grow_pool(uint32_t threads)
{
    /* OMP_DYNAMIC has regions smaller than they may be, and nobody knows which. */
    const uint32_t n_kept = omp_get_dynamic() ? 1 : in_pool;
    in_pool = threads <= n_kept ? threads : n_kept + try_threads(threads - n_kept);
    return in_pool;
}

int uqd_team(uint32_t threads, int is_worthwhile)
{
    if (!is_worthwhile || threads <= 1)
        return 1;
    if (omp_get_active_level() >= omp_get_max_active_levels())
        return 1; /* inside of another region OpenMP gives no more */
    return (int)grow_pool(threads);
}
