#include "threads.h"

#include <sched.h>
#include <stdlib.h>

static uint32_t half_of_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return ((uint32_t)CPU_COUNT(&set) + 1) / 2;
}

uint32_t threads_of_guest(void)
{
    if (getenv("OMP_NUM_THREADS") || getenv("OMP_WAIT_POLICY"))
        return 0;
    return half_of_processors();
}
