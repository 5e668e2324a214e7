/* What the storms share. A storm runs one function for many cases, each of which is made of random
 * numbers alone; the first case that breaks a promise of the library ends the program. */
#ifndef UQD_TESTS_STORM_STORM_H
#define UQD_TESTS_STORM_STORM_H

#include "random.h"

#include <uqd/uqd.h>

/* One case with a model that it may use. */
typedef void (*storm_case)(const struct uqd_model *model, struct random *random);

void storm_round_trip(const struct uqd_model *model, struct random *random);
void storm_prefixes(const struct uqd_model *model, struct random *random);
void storm_flips(const struct uqd_model *model, struct random *random);

/* Adds to a total that is printed at the end. `what` is a literal, which names it. */
void storm_count(const char *what, uint64_t n);

/* Prints the case and what does not hold, and ends the program. */
_Noreturn void storm_fail(const char *file, int line, const char *condition);

#define STORM_CHECK(condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            storm_fail(__FILE__, __LINE__, #condition);                                            \
    } while (0)

/* As malloc and calloc, but never NULL. */
void *storm_alloc(size_t size);

#endif
