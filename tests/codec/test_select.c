/* Coefficient indices that are picked: every version against the definition. */
#include "codec/lattice/select.h"
#include "util/random.h"
#include "versions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <uqd/uqd.h>

#include <cmocka.h>

enum { MOST = 300, SLACK = UQD_SELECT_SLACK, N_PHASES = 5 };

struct lists {
    size_t n;
    uint16_t indices[MOST];
    int16_t values[MOST];
    uint8_t phases[MOST];
};

/* What an operation wrote, with memory behind it that it must leave alone. */
struct picked {
    size_t n;
    uint16_t indices[MOST + SLACK + 8];
};

/* Lists of n; more of them are picked the larger `density` of 256 is. */
static void fill(struct lists *lists, size_t n, uint32_t density, uint32_t seed)
{
    lists->n = n;
    for (size_t i = 0; i < n; i++) {
        const uint64_t random = uqd_random(seed, i);
        lists->indices[i] = (uint16_t)(random >> 8);
        lists->values[i] = (int16_t)((random & 0xff) < density ? 0 : (random >> 24) | 1);
        lists->phases[i] = (uint8_t)((random >> 40) % N_PHASES);
    }
}

static void compare(const struct picked *got, const struct picked *expected, size_t n)
{
    assert_int_equal(got->n, expected->n);
    assert_memory_equal(got->indices, expected->indices, expected->n * sizeof *got->indices);
    for (size_t i = n + SLACK; i < sizeof got->indices / sizeof *got->indices; i++)
        assert_int_equal(got->indices[i], 0xabab);
}

static struct picked nothing(void)
{
    struct picked picked;
    picked.n = 0;
    memset(picked.indices, 0xab, sizeof picked.indices);
    return picked;
}

static void check_phase(const struct uqd_select *select, const struct lists *lists, uint8_t phase)
{
    struct picked got = nothing(), expected = nothing();
    for (size_t i = 0; i < lists->n; i++)
        if (lists->phases[i] == phase)
            expected.indices[expected.n++] = lists->indices[i];
    got.n = select->of_phase(got.indices, lists->indices, lists->phases, lists->n, phase);
    compare(&got, &expected, lists->n);
}

static void check_zeros(const struct uqd_select *select, const struct lists *lists, uint8_t end)
{
    struct picked got = nothing(), expected = nothing();
    for (size_t i = 0; i < lists->n; i++)
        if (lists->values[i] == 0 && lists->phases[i] < end)
            expected.indices[expected.n++] = lists->indices[i];
    got.n = select->zeros(got.indices, lists->indices, lists->values, lists->phases, lists->n, end);
    compare(&got, &expected, lists->n);
}

_Static_assert(sizeof(struct uqd_select) == 2 * sizeof(void (*)(void)),
               "each operation is called here");

static void check_lengths(const struct uqd_select *select)
{
    struct lists lists;
    for (size_t n = 0; n <= MOST; n += n < 70 ? 1 : 23)
        for (uint32_t density = 0; density <= 256; density += 64) {
            fill(&lists, n, density, (uint32_t)(n + 1000 * density));
            for (uint8_t phase = 0; phase <= N_PHASES; phase++) {
                check_phase(select, &lists, phase);
                check_zeros(select, &lists, phase);
            }
        }
}

static void test_versions(void **state)
{
    struct version versions[MAX_VERSIONS];
    const size_t n = runnable_versions(&uqd_select_kernels, versions);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        print_message("# select: %s\n", versions[i].name);
        check_lengths(versions[i].ops);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
