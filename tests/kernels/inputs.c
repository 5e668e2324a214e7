#include "inputs.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

void random_init(struct random *random)
{
    const char *seed = getenv("UQD_TEST_SEED");

    if (seed)
        random->state = strtoull(seed, NULL, 0);
    else
        assert_int_equal(getrandom(&random->state, sizeof random->state, 0), sizeof random->state);
    printf("# UQD_TEST_SEED=%" PRIu64 "\n", random->state);
}

/* Splitmix64: a counter whose bits are mixed. */
uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint32_t random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

const char *fill_name(enum fill fill)
{
    static const char *const names[N_FILLS] = {"unit", "zero", "denormal", "huge", "any"};

    return names[fill];
}

static float any_float(uint64_t bits)
{
    static const uint32_t special[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345,
                                       0x7f800001, 0x7f7fffff, 0xff7fffff, 0x80000000};
    uint32_t pattern = bits & 3 ? (uint32_t)(bits >> 32) : special[bits >> 2 & 7];
    float x;

    memcpy(&x, &pattern, sizeof x);
    return x;
}

void fill_floats(struct random *random, enum fill fill, float *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = random_next(random);
        float sign = bits & 1 ? -1.0f : 1.0f, unit = (float)(bits >> 40) * 0x1p-24f;

        switch (fill) {
        case FILL_UNIT:
            out[i] = sign * unit;
            break;
        case FILL_ZERO:
            out[i] = sign * 0.0f;
            break;
        case FILL_DENORMAL:
            out[i] = sign * (float)(bits >> 41) * 0x1p-149f;
            break;
        case FILL_HUGE:
            out[i] = sign * (1 + unit) * 0x1p126f;
            break;
        default:
            out[i] = any_float(bits);
            break;
        }
    }
}

void *copy_of(const void *data, size_t size)
{
    void *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

size_t first_difference(const float *a, const float *b, size_t n)
{
    if (!memcmp(a, b, n * sizeof *a))
        return n;
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) && !(isnan(a[i]) && isnan(b[i])))
            return i;
    return n;
}
