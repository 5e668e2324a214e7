/* How many threads a parallel region has. */
#ifndef UQD_UTIL_TEAM_H
#define UQD_UTIL_TEAM_H

#include <stdint.h>

/* The argument of num_threads of every parallel region that is about to begin: the threads that are
 * wanted where the region is worth them, no more than the system gives now, and at least 1, the
 * calling one. libgomp ends the process where it gets a thread less than it was told to have, so
 * that what its pool lacks is tried first, and it is told no more. What it has stays with the
 * calling thread, and so the trial is one of the first region alone.
 * Between the trial and the region somebody else can still take the last threads of the user or
 * the control group. */
int uqd_team(uint32_t threads, int is_worthwhile);

#endif
