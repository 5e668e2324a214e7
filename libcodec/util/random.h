/* Random numbers that are part of the format: functions of a key and a counter. */
#ifndef UQD_UTIL_RANDOM_H
#define UQD_UTIL_RANDOM_H

#include <stdint.h>

/* 64 random bits: the output function of SplitMix64 (Steele, Lea, Flood 2014), keyed. */
static inline uint64_t uqd_random(uint64_t key, uint64_t counter)
{
    uint64_t z = key + (counter + 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (int round = 0; round < 2; round++) {
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        z += key;
    }
    return z;
}

#endif
