/* Deterministic test data for the transform. */
#ifndef UQD_TESTS_PATTERNS_H
#define UQD_TESTS_PATTERNS_H

#include <stdint.h>

struct size {
    uint32_t width, height;
};

/* Odd and even sizes, lines, and sizes about the edges of cells and strips. */
#define PATTERN_SIZES                                                                              \
    {                                                                                              \
        {1, 1}, {1, 2}, {2, 1}, {2, 2}, {1, 3}, {3, 1}, {3, 3}, {1, 17}, {64, 1}, {1, 257},        \
            {5, 4}, {7, 9}, {8, 8}, {9, 7}, {16, 24}, {31, 33}, {33, 65}, {64, 64}, {65, 63},      \
            {97, 5}, {3, 130}, {129, 200}, {257, 129},                                             \
    }

/* The next number of a 64-bit linear congruential generator; the high bits are good. */
static inline uint32_t random_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

enum pattern {
    PATTERN_RANDOM,
    PATTERN_EXTREME, /* 0 or 255 at random */
    PATTERN_CHECKER,
    PATTERN_STRIPES,
    PATTERN_BLACK,
    PATTERN_WHITE,
    PATTERN_RAMP,
    N_PATTERNS
};

static inline uint8_t pattern_value(enum pattern pattern, uint32_t x, uint32_t y, uint32_t channel,
                                    uint64_t *state)
{
    switch (pattern) {
    case PATTERN_RANDOM:
        return (uint8_t)(random_next(state) & 255);
    case PATTERN_EXTREME:
        return random_next(state) & 1 ? 255 : 0;
    case PATTERN_CHECKER:
        return (x + y + channel) & 1 ? 255 : 0;
    case PATTERN_STRIPES:
        return (x >> 1) & 1 ? 255 : 0;
    case PATTERN_BLACK:
        return 0;
    case PATTERN_WHITE:
        return 255;
    default:
        return (uint8_t)((3 * x + 5 * y + 40 * channel) & 255);
    }
}

/* The picture of make_golden.py: width * height RGB pixels. */
static inline void golden_picture(uint8_t *pixels, uint32_t width, uint32_t height)
{
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < 3; c++)
                *pixels++ = (uint8_t)((x * x * 7 + y * 31 + x * y * 13 + c * 85) & 255);
}

/* FNV-1a of the four bytes of a value, low first. */
static inline uint64_t hash_value(uint64_t hash, int32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        hash = (hash ^ (((uint32_t)value >> shift) & 255)) * UINT64_C(1099511628211);
    return hash;
}

#define HASH_START UINT64_C(14695981039346656037)

#endif
