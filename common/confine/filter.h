/* Which system calls the process can make: seccomp. Of confine.c alone. */
#ifndef UQD_COMMON_CONFINE_FILTER_H
#define UQD_COMMON_CONFINE_FILTER_H

#include "confine.h"

#include <stdbool.h>

bool filter_is_built(void);

/* Refuses with EPERM, on all threads, what is not needed to decode and encode, and kills the
 * process for what nobody but an attacker makes it try. Files can be opened for reading or for
 * writing only if asked for here, and renamed and removed if they can be opened for writing. 0, or
 * -1 with a message. */
int filter_load(const struct confine_needs *needs, struct message *message);

#endif
