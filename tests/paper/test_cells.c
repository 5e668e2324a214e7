/* The symbols of paper models: cells under a logistic distribution, pixels given z_0, noise. */
#include "codec/paper/cells.h"
#include "codec/paper/noise.h"
#include "codec/paper/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const float slopes[] = {0x1p-20f, 0.001f, 0.0371f, 0.5f, 1.9f, 7.3f, 88.0f, 0x1p20f};
static const float dithers[] = {-0.5f, -0.25f, -0x1p-24f, 0, 0.1f, 0.49999994f};
static const int32_t reaches[] = {2, 3, 270, UQD_PAPER_MAX_REACH};

typedef void cells_function(const struct uqd_paper_cells *cells);

static void for_all_cells(cells_function *function)
{
    for (size_t s = 0; s < sizeof slopes / sizeof *slopes; s++)
        for (size_t d = 0; d < sizeof dithers / sizeof *dithers; d++)
            for (size_t r = 0; r < sizeof reaches / sizeof *reaches; r++) {
                const struct uqd_paper_cells cells = {slopes[s], dithers[d], reaches[r]};
                function(&cells);
            }
}

static void check_cells(const struct uqd_paper_cells *cells)
{
    uint32_t before = 0;
    assert_int_equal(uqd_paper_cell_cum(cells, -cells->reach), 0);
    for (int32_t k = -cells->reach; k <= cells->reach; k++) {
        const uint32_t end = uqd_paper_cell_cum(cells, k + 1);
        if (end <= before)
            fail_msg("slope %g, dither %g, reach %d: cell %d has no frequency", cells->slope,
                     cells->dither, cells->reach, k);
        assert_int_equal(uqd_paper_cell_find(cells, before), k);
        assert_int_equal(uqd_paper_cell_find(cells, end - 1), k);
        before = end;
    }
    assert_int_equal(before, 1 << UQD_PAPER_CELL_BITS);
}

static void test_cells_ascend(void **state)
{
    (void)state;
    for_all_cells(check_cells);
}

/* The bits of cells with the probabilities of the formula: within a thousandth of a bit. */
static void test_cells_are_logistic(void **state)
{
    (void)state;
    for (size_t s = 2; s < 6; s++)
        for (size_t d = 0; d < sizeof dithers / sizeof *dithers; d++) {
            const struct uqd_paper_cells cells = {slopes[s], dithers[d], 270};
            for (int32_t k = -12; k <= 12; k++) {
                const double begin = (k - 0.5 - cells.dither) * cells.slope;
                const double exact = 1 / (1 + exp(-begin - cells.slope)) - 1 / (1 + exp(-begin));
                const double got =
                    (uqd_paper_cell_cum(&cells, k + 1) - (double)uqd_paper_cell_cum(&cells, k)) *
                    0x1p-24;
                if (fabs(got - exact) > 1e-6 + 3e-4 * exact)
                    fail_msg("slope %g, dither %g, cell %d: %g instead of %g", cells.slope,
                             cells.dither, k, got, exact);
            }
        }
}

static void check_cells_coded(const struct uqd_paper_cells *cells)
{
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
    const uint8_t *data;
    size_t size;
    const int32_t step = cells->reach > 300 ? 61 : 1;
    uqd_range_encoder_init(&encoder);
    for (int32_t k = -cells->reach; k <= cells->reach; k += step)
        uqd_paper_cell_encode(&encoder, cells, k);
    assert_int_equal(uqd_range_encoder_finish(&encoder, &data, &size), UQD_OK);
    uqd_range_decoder_init(&decoder, data, size, size);
    for (int32_t k = -cells->reach; k <= cells->reach; k += step) {
        int32_t got;
        assert_int_equal(uqd_paper_cell_decode(&decoder, cells, &got), UQD_OK);
        assert_int_equal(got, k);
    }
    assert_int_equal(uqd_range_decoder_finish(&decoder), UQD_OK);
    uqd_range_encoder_deinit(&encoder);
}

static void test_cells_coded(void **state)
{
    (void)state;
    for_all_cells(check_cells_coded);
}

/* ---- Levels ---- */

static void check_levels(float centre, float sharpness)
{
    struct uqd_paper_levels levels;
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
    const uint8_t *data;
    size_t size;
    uqd_paper_levels_init(&levels, centre, sharpness);
    assert_true(levels.total >= UQD_PAPER_LEVELS && levels.total <= UQD_RANGE_MAX_TOTAL);
    uqd_range_encoder_init(&encoder);
    for (int32_t value = 0; value < UQD_PAPER_LEVELS; value++)
        uqd_paper_level_encode(&encoder, &levels, value);
    assert_int_equal(uqd_range_encoder_finish(&encoder, &data, &size), UQD_OK);
    uqd_range_decoder_init(&decoder, data, size, size);
    for (int32_t value = 0; value < UQD_PAPER_LEVELS; value++) {
        int32_t got;
        assert_int_equal(uqd_paper_level_decode(&decoder, &levels, &got), UQD_OK);
        if (got != value)
            fail_msg("centre %g, sharpness %g: %d instead of %d", centre, sharpness, got, value);
    }
    assert_int_equal(uqd_range_decoder_finish(&decoder), UQD_OK);
    uqd_range_encoder_deinit(&encoder);
}

static void test_levels_coded(void **state)
{
    static const float centres[] = {-INFINITY, -300, -0.6f, 0,        0.5f,  1.49f, 127.5f,
                                    200.2f,    254,  255,   255.501f, 1e20f, NAN};
    static const float sharpnesses[] = {0x1p-40f, 1e-5f, 0.003f, 0.5f, 0.9999f, 1, 6.7f, 0x1p40f};
    (void)state;
    for (size_t c = 0; c < sizeof centres / sizeof *centres; c++)
        for (size_t s = 0; s < sizeof sharpnesses / sizeof *sharpnesses; s++)
            check_levels(centres[c], sharpnesses[s]);
}

/* Each frequency next to the centre in proportion to the density. */
static void test_levels_are_normal(void **state)
{
    (void)state;
    for (float centre = 99.5f; centre <= 100.5f; centre += 0.125f)
        for (float sharpness = 0.05f; sharpness < 10; sharpness *= 2) {
            struct uqd_paper_levels levels;
            double sum = 0;
            uqd_paper_levels_init(&levels, centre, sharpness);
            for (int32_t v = 0; v < UQD_PAPER_LEVELS; v++)
                sum += exp(-sharpness * pow(v - (double)centre, 2));
            const double exact = exp(-sharpness * pow(levels.nearest - (double)centre, 2)) / sum;
            const double got = (double)levels.freq[0] / levels.total;
            assert_true(fabs(got - exact) < 2e-3 * exact);
        }
}

/* ---- Noise ---- */

static void test_noise(void **state)
{
    enum { N = 200000 };
    double sums[4] = {0, 0, 0, 0}, dither = 0;
    (void)state;
    for (uint64_t i = 0; i < N; i++) {
        const double z = uqd_paper_gaussian(7, i), u = uqd_paper_dither(7, UQD_PAPER_DITHER, 2, i);
        assert_true(fabs(z) < 6 && u >= -0.5 && u < 0.5);
        for (int p = 0; p < 4; p++)
            sums[p] += pow(z, p + 1);
        dither += u;
    }
    assert_true(fabs(sums[0] / N) < 0.01 && fabs(sums[1] / N - 1) < 0.015);
    assert_true(fabs(sums[2] / N) < 0.04 && fabs(sums[3] / N - 3) < 0.1);
    assert_true(fabs(dither / N) < 0.003);
}

/* Part of the format. */
static void test_noise_is_pinned(void **state)
{
    (void)state;
    assert_int_equal(uqd_paper_bits(1, UQD_PAPER_OUTSIDE, 2, 3), 0x37e1c1);
    assert_int_equal(uqd_float_bits(uqd_paper_gaussian(1, 2)), 0xbeed94fd);
    assert_int_equal(uqd_float_bits(uqd_paper_dither(1, UQD_PAPER_DITHER, 2, 3)), 0xbeae3e44);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_ascend),      cmocka_unit_test(test_cells_are_logistic),
        cmocka_unit_test(test_cells_coded),       cmocka_unit_test(test_levels_coded),
        cmocka_unit_test(test_levels_are_normal), cmocka_unit_test(test_noise),
        cmocka_unit_test(test_noise_is_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
