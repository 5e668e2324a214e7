/* Words beside a number, in messages. */
#ifndef UQD_COMMON_PLURAL_H
#define UQD_COMMON_PLURAL_H

#include <stdint.h>

/* What ends a noun: "%u step%s", n, plural(n). */
static inline const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static inline const char *plural_are(uint64_t n)
{
    return n == 1 ? "is" : "are";
}

#endif
