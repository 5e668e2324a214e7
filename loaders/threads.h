/* How many threads a loader may use in a process that is not ours. */
#ifndef UQD_LOADERS_THREADS_H
#define UQD_LOADERS_THREADS_H

#include <stdint.h>

/* For the settings of a decoder: half of the processors. OpenMP's threads spin while they wait for
 * each other, which cannot be changed any more once the process runs, and the program has a window
 * to draw meanwhile; on a busy machine all processors would take longer than one. 0, as many as
 * OpenMP says, where the environment tells how many, or how they wait. */
uint32_t threads_of_guest(void);

#endif
