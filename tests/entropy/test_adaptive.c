/* Probabilities that adapt: the logarithm, curves that change nothing, and curves that learn. */
#include "entropy/adaptive.h"
#include "entropy/split.h"

#include "bits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TOTAL = 1 << 24 };

static void test_logarithm(void **state)
{
    (void)state;
    uint64_t seed = 1;
    int32_t before = -1;
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(uqd_log2_table[i], (int)nearbyint(256 * log2(1 + i / 256.0)));
        assert_int_equal(uqd_log2_q8(256 + i), 8 * 256 + uqd_log2_table[i]);
    }
    for (int bit = 0; bit < 32; bit++)
        assert_int_equal(uqd_log2_q8(UINT32_C(1) << bit), 256 * bit);
    for (uint32_t x = 1; x < 100000; x++) {
        assert_true(uqd_log2_q8(x) >= before);
        before = uqd_log2_q8(x);
    }
    for (int i = 0; i < 100000; i++) {
        const uint32_t x = random_next(&seed) >> (i % 31) | 1;
        const double exact = 256 * log2(x);
        assert_true(uqd_log2_q8(x) <= exact + 0.51 && uqd_log2_q8(x) > exact - 2.1);
    }
}

/* Odds have a place from 2^-12 up to, but without, 2^12. */
static void test_positions(void **state)
{
    (void)state;
    assert_int_equal(uqd_adaptive_position(5, 5), UQD_ADAPTIVE_ZERO);
    assert_int_equal(uqd_adaptive_position(1, 1 << 12), 0);
    assert_true(uqd_adaptive_position(1, (1 << 12) + (1 << 5)) < 0);
    assert_true(uqd_adaptive_position(1, 1 << 24) < 0);
    assert_int_equal(uqd_adaptive_position(1 << 12, 1), -1);
    assert_int_equal(uqd_adaptive_position(1 << 24, 4), -1);
    assert_in_range(uqd_adaptive_position((1 << 12) - 16, 1), UQD_ADAPTIVE_END - 4,
                    UQD_ADAPTIVE_END - 1);
}

/* A fresh curve says what it was told, but for its 16 bits and its straight lines. */
static void test_fresh_curve(void **state)
{
    (void)state;
    struct uqd_adaptive curve;
    uqd_adaptive_init(&curve);
    for (int i = 0; i < UQD_ADAPTIVE_BINS; i++)
        assert_int_equal(curve.probability[i], (int)nearbyint(65536 / (1 + exp2(12 - i / 2.0))));
    for (double octaves = -11.9; octaves < 11.9; octaves += 0.037) {
        const double probability = 1 / (1 + exp2(-octaves));
        const uint32_t yes = (uint32_t)(probability * TOTAL);
        const int32_t position = uqd_adaptive_position(yes, TOTAL - yes);
        const double adapted = uqd_adaptive_yes(&curve, position, yes, TOTAL, 4) / (double)TOTAL;
        if (fabs(log2(adapted / (1 - adapted)) - octaves) > 0.1)
            fail_msg("odds 2^%.2f become %.6f", octaves, adapted);
    }
}

/* Whatever is learnt, both sides keep their floor. */
static void test_floor(void **state)
{
    (void)state;
    struct uqd_adaptive curve;
    for (int happened = 0; happened < 2; happened++) {
        uqd_adaptive_init(&curve);
        for (int32_t position = 0; position < UQD_ADAPTIVE_END; position++)
            for (int i = 0; i < 100; i++)
                uqd_adaptive_update(&curve, position, happened);
        for (uint32_t total = 100; total <= TOTAL + 12; total = total * 3 + 1)
            for (uint32_t yes = 8; yes <= total - 4; yes += 1 + total / 97) {
                const int32_t position = uqd_adaptive_position(yes, total - yes);
                if (position < 0)
                    continue;
                const uint32_t adapted =
                    uqd_adaptive_yes(&curve, position, yes, total, UQD_SPLIT_FLOOR);
                assert_in_range(adapted, UQD_SPLIT_FLOOR, total - UQD_SPLIT_FLOOR);
                assert_true(happened ? adapted + 8 >= yes : adapted <= yes + 8);
            }
    }
}

/* Decisions that are told with the wrong odds cost nearly what they would with the right ones. */
static void test_learning(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (double told = 0.02; told < 0.9; told *= 2)
        for (double truth = told / 1.6; truth < 2 * told && truth < 1; truth *= 1.37) {
            struct uqd_adaptive curve;
            double bits = 0, ideal = 0;
            uqd_adaptive_init(&curve);
            for (int i = 0; i < 20000; i++) {
                const int happened = random_next(&seed) / 0x1p31 < truth;
                const uint32_t yes = (uint32_t)(told * TOTAL);
                const int32_t position = uqd_adaptive_position(yes, TOTAL - yes);
                const double said =
                    uqd_adaptive_yes(&curve, position, yes, TOTAL, 4) / (double)TOTAL;
                uqd_adaptive_update(&curve, position, happened);
                bits -= log2(happened ? said : 1 - said);
                ideal -= log2(happened ? truth : 1 - truth);
            }
            if (bits > 1.02 * ideal + 30)
                fail_msg("told %.3f, true %.3f: %.0f bits instead of %.0f", told, truth, bits,
                         ideal);
        }
}

static void test_share_is_a_division(void **state)
{
    (void)state;
    for (uint32_t seen = 0; seen <= UQD_ADAPTIVE_SLOWEST; seen++)
        for (int32_t off = -65535; off <= 65535; off++)
            assert_int_equal(uqd_adaptive_share(off, seen), off / (int32_t)(seen + 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share_is_a_division),
        cmocka_unit_test(test_logarithm),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_fresh_curve),
        cmocka_unit_test(test_floor),
        cmocka_unit_test(test_learning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
