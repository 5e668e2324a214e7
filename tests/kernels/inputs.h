/* Random inputs of the kernel tests, and buffers that show what was written. */
#ifndef UQD_TESTS_INPUTS_H
#define UQD_TESTS_INPUTS_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* Seeds from UQD_TEST_SEED, or differently in every run, and prints the seed. */
void random_init(struct random *random);

uint64_t random_next(struct random *random);

/* From 0 to limit - 1. */
uint32_t random_below(struct random *random, uint32_t limit);

enum fill {
    FILL_UNIT,     /* -1 .. 1 */
    FILL_ZERO,     /* zeros of both signs */
    FILL_DENORMAL, /* denormals of both signs */
    FILL_HUGE,     /* so large that products and sums overflow */
    FILL_ANY,      /* any bits, infinities and NaNs among them */
    N_FILLS,
};

const char *fill_name(enum fill fill);

void fill_floats(struct random *random, enum fill fill, float *out, size_t n);

/* malloc'ed copy, so that tools see accesses outside of it; the test fails if memory is short. */
void *copy_of(const void *data, size_t size);

/* Index of the first float that differs, n if none does. NaNs are equal to each other. */
size_t first_difference(const float *a, const float *b, size_t n);

#endif
