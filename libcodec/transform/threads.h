/* The number of threads of a parallel region. */
#ifndef UQD_TRANSFORM_THREADS_H
#define UQD_TRANSFORM_THREADS_H

#include <omp.h>
#include <stdint.h>

/* The argument of OpenMP's num_threads for a `threads` argument, where 0 is OpenMP's default. */
static inline int uqd_thread_count(uint32_t threads)
{
    const int available = omp_get_max_threads();
    return threads == 0 ? available : threads < 1024 ? (int)threads : 1024;
}

#endif
