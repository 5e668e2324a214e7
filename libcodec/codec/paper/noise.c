#include "codec/paper/noise.h"

#include "nn/elementary.h"
#include "util/random.h"

enum { BITS = 24 };

static uint64_t random_of(uint64_t seed, enum uqd_paper_use use, uint32_t step, uint64_t index)
{
    return uqd_random(seed, (uint64_t)use << 60 | (uint64_t)step << 52 | index);
}

uint32_t uqd_paper_bits(uint64_t seed, enum uqd_paper_use use, uint32_t step, uint64_t index)
{
    return (uint32_t)(random_of(seed, use, step, index) >> (64 - BITS));
}

float uqd_paper_dither(uint64_t seed, enum uqd_paper_use use, uint32_t step, uint64_t index)
{
    return (float)uqd_paper_bits(seed, use, step, index) * 0x1p-24f - 0.5f;
}

float uqd_paper_gaussian(uint64_t seed, uint64_t index)
{
    const uint64_t random = random_of(seed, UQD_PAPER_START, 0, index);
    /* 2^-24 .. 1, which has a logarithm, and an angle of 0 .. 1 turns. */
    const float radius = (float)((random >> (64 - BITS)) + 1) * 0x1p-24f;
    const float turns = (float)(random & ((1 << BITS) - 1)) * 0x1p-24f;
    return __builtin_sqrtf(-2.0f * uqd_logf(radius)) * uqd_cosf(0x1.921fb6p2f * turns);
}
