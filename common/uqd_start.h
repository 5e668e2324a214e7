/* How .uqd files begin: tells damaged ones from files of another kind, where the decoder says only
 * that it cannot read a header. */
#ifndef UQD_COMMON_UQD_START_H
#define UQD_COMMON_UQD_START_H

#include <stddef.h>

/* So many of the first bytes tell. */
enum { UQD_START_SIZE = 4 };

/* What is wrong with a file whose header the decoder calls damaged, to follow the file's name and a
 * colon in a message. size: how many of its first bytes are at hand, fewer than UQD_START_SIZE if
 * it has no more. Static string. */
const char *uqd_start_trouble(const void *start, size_t size);

#endif
