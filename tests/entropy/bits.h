/* Deterministic random numbers for the tests of the entropy coder. */
#ifndef UQD_TESTS_BITS_H
#define UQD_TESTS_BITS_H

#include <stdint.h>

/* The next 31 bits of a 64-bit linear congruential generator. */
static inline uint32_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* 0 .. n - 1. */
static inline uint32_t random_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(((uint64_t)random_next(state) * n) >> 31);
}

#endif
