/* Random numbers that are the same everywhere: each case of a storm has a sequence of its own. */
#ifndef UQD_TESTS_STORM_RANDOM_H
#define UQD_TESTS_STORM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* The sequence of one case of a seed: does not depend on the cases before. */
struct random random_of_case(uint64_t seed, uint64_t number);

uint64_t random_bits(struct random *random);

/* 0 .. n-1; n must not be 0. */
uint32_t random_below(struct random *random, uint32_t n);

/* first .. last, both included. */
uint32_t random_between(struct random *random, uint32_t first, uint32_t last);

/* True in so many of 100 cases. */
int random_chance(struct random *random, uint32_t percent);

#endif
