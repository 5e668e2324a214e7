/* How many threads a loader may use in a process that is not ours. */
#ifndef UQD_LOADERS_THREADS_H
#define UQD_LOADERS_THREADS_H

#include <stdbool.h>
#include <stdint.h>

/* For the settings of a decoder: half of the processors. OpenMP's threads spin while they wait for
 * each other, which cannot be changed any more once the process runs, and the program has a window
 * to draw meanwhile; on a busy machine all processors would take longer than one. 0, as many as
 * OpenMP says, where the environment tells how many, or how they wait; 1 where the system does not
 * give so many threads, since OpenMP would end the process then. */
uint32_t threads_of_guest(void);

/* Whether the system gives so many threads, 64 at most, beside the calling one, by trying it. */
bool threads_are_given(uint32_t n_wanted);

#endif
