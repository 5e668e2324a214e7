/* Which places of the file system the process can reach: Landlock. Of confine.c alone. */
#ifndef UQD_COMMON_CONFINE_PLACES_H
#define UQD_COMMON_CONFINE_PLACES_H

#include "confine.h"

/* Refuses all opening, making, renaming and removing but what the needs say, TCP, and signals and
 * abstract sockets of other processes, as far as the kernel can. *version is that of its interface,
 * 0 if it has none: that is no failure. 0, or -1 with a message. */
int places_limit(const struct confine_needs *needs, unsigned *version, struct message *message);

#endif
