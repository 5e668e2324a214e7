#include "random.h"

#include <assert.h>

/* SplitMix64: every state is on the one cycle, so that neighbouring seeds are no weaker. */
uint64_t random_bits(struct random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = random->state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct random random_of_case(uint64_t seed, uint64_t number)
{
    struct random random = {seed};
    random.state = random_bits(&random) + number;
    random.state = random_bits(&random);
    return random;
}

uint32_t random_below(struct random *random, uint32_t n)
{
    assert(n > 0);
    return (uint32_t)((random_bits(random) >> 32) * n >> 32);
}

uint32_t random_between(struct random *random, uint32_t first, uint32_t last)
{
    assert(first <= last);
    return first + random_below(random, last - first + 1);
}

int random_chance(struct random *random, uint32_t percent)
{
    return random_below(random, 100) < percent;
}
