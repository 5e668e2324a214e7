/* Probabilities of the children of a cell, and centroids. */
#include "bits.h"
#include "versions.h"

#include "codec/lattice/cell.h"
#include "entropy/range_coder.h"
#include "entropy/split.h"
#include "entropy/splits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_DRAWS = 20000, TOP_LEVEL = 12, DITHER_LEVEL = 14, LARGEST = 4095 };

/* A cell around x with a distribution, in and about all ranges that a file can name. */
struct drawn {
    struct uqd_cell cell;
    struct uqd_cuts cuts;
    uint32_t level, scale_index;
    int32_t mean, x;
};

static int32_t width_of(const struct drawn *d)
{
    return d->cell.high - d->cell.low + 1;
}

/* Half of them dithered; a quarter around 0, and so of three children. */
static struct drawn draw(uint64_t *seed)
{
    struct drawn d;
    const uint32_t offset = random_below(seed, 4) < 2 ? 6144 + random_below(seed, 4096) : 0;
    d.level = 1 + random_below(seed, offset > 0 ? DITHER_LEVEL : TOP_LEVEL);
    d.x = (int32_t)random_below(seed, 2 * LARGEST + 1) - LARGEST;
    if (random_below(seed, 2) == 0)
        d.x %= 1 << d.level;
    d.cell = offset > 0 ? uqd_cell_of_dithered(d.x, (int32_t)offset, d.level)
                        : uqd_cell_of(d.x, d.level);
    d.cuts = uqd_cell_cuts(d.cell, d.level);
    d.scale_index = random_below(seed, UQD_LOGISTIC_SCALES);
    const int32_t width = width_of(&d);
    d.mean = 8 * (d.cell.low + d.cell.high) + (int32_t)random_below(seed, 24u * (uint32_t)width) -
             12 * width;
    if (random_below(seed, 50) == 0)
        d.mean = random_next(seed) & 1 ? INT32_MAX : INT32_MIN;
    return d;
}

static struct uqd_split split_of(const struct drawn *d)
{
    return uqd_split_of(d->mean, d->scale_index, d->cell.low, d->cuts.first, d->cuts.second,
                        d->cell.high);
}

static int has_three(const struct drawn *d)
{
    return d->cuts.second <= d->cell.high;
}

static double scale_of(const struct drawn *d)
{
    return exp2(((double)d->scale_index - 64) / 16);
}

static double clamped_mean(const struct drawn *d)
{
    return fmin(fmax(d->mean / 16.0, d->cell.low - 0.5), d->cell.high + 0.5);
}

static double cdf(double x, const struct drawn *d)
{
    return 1 / (1 + exp(-(x - clamped_mean(d)) / scale_of(d)));
}

static void test_frequencies(void **state)
{
    (void)state;
    uint64_t seed = 2;
    uint32_t n_three = 0;
    for (int i = 0; i < N_DRAWS; i++) {
        const struct drawn d = draw(&seed);
        const struct uqd_split s = split_of(&d);
        const uint32_t got[3] = {s.cum1, s.cum2 - s.cum1, s.total - s.cum2};
        const int n = has_three(&d) ? 3 : 2;
        assert_true(s.cum1 < s.cum2 && s.cum2 <= s.total);
        assert_true(s.total <= (uint32_t)(UQD_LOGISTIC_ONE + n * UQD_SPLIT_FLOOR));
        assert_int_equal(s.cum2 == s.total, n == 2);
        for (int k = 0; k < n; k++) {
            const struct uqd_cell child = uqd_cell_child(d.cell, d.cuts, k);
            const double want = cdf(child.high + 0.5, &d) - cdf(child.low - 0.5, &d);
            assert_true(got[k] >= UQD_SPLIT_FLOOR);
            if (fabs(got[k] - UQD_SPLIT_FLOOR - want * UQD_LOGISTIC_ONE) > 8)
                fail_msg("mean %d, scale %u, cell %d .. %d, child %d: %u", d.mean, d.scale_index,
                         d.cell.low, d.cell.high, k, got[k]);
        }
        n_three += n == 3;
    }
    assert_in_range(n_three, N_DRAWS / 8, N_DRAWS / 2);
}

/* A higher mean leaves the lowest child a smaller share. */
static void test_monotone_in_the_mean(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int i = 0; i < N_DRAWS / 20; i++) {
        struct drawn d = draw(&seed);
        const int32_t begin = 16 * d.cell.low - 8, end = 16 * d.cell.high + 8;
        const int32_t step = (end - begin) / 40 + 1;
        double before = INFINITY;
        for (d.mean = begin; d.mean <= end; d.mean += step) {
            const struct uqd_split s = split_of(&d);
            const double lowest = (double)s.cum1 / s.total;
            if (lowest > before + 8.0 / s.total)
                fail_msg("mean %d, scale %u, cell %d .. %d: %f after %f", d.mean, d.scale_index,
                         d.cell.low, d.cell.high, lowest, before);
            before = lowest;
        }
    }
}

/* The cell keeps at least so much mass that the rounding of the frequencies is small. */
static void test_mass_never_vanishes(void **state)
{
    (void)state;
    for (uint32_t index = 0; index < UQD_LOGISTIC_SCALES; index++)
        for (int side = -1; side <= 1; side++) {
            assert_true(uqd_split_of(side * 1000000, index, 4, 5, 6, 5).total >= 4096);
            assert_true(uqd_split_of(side * 1000000, index, -1, 0, 1, 1).total >= 4096);
        }
}

static struct drawn mirrored(struct drawn d)
{
    struct drawn m = d;
    m.mean = -d.mean;
    m.cell = (struct uqd_cell){-d.cell.high, -d.cell.low};
    m.cuts.first = 1 - (has_three(&d) ? d.cuts.second : d.cuts.first);
    m.cuts.second = has_three(&d) ? 1 - d.cuts.first : m.cell.high + 1;
    return m;
}

static void test_mirror_symmetry(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < N_DRAWS; i++) {
        struct drawn d = draw(&seed);
        if (d.mean == INT32_MIN)
            d.mean = -INT32_MAX;
        const struct drawn m = mirrored(d);
        const struct uqd_split a = split_of(&d), b = split_of(&m);
        assert_int_equal(a.total, b.total);
        assert_int_equal(a.cum1, b.total - (has_three(&d) ? b.cum2 : b.cum1));
        if (has_three(&d))
            assert_int_equal(a.cum2, b.total - b.cum1);
        assert_int_equal(uqd_split_centroid_q4(d.mean, d.scale_index, d.cell.low, d.cell.high),
                         -uqd_split_centroid_q4(m.mean, m.scale_index, m.cell.low, m.cell.high));
    }
}

static void test_clamp(void **state)
{
    (void)state;
    static const struct {
        int32_t mean, low, high, want;
    } rows[] = {
        {0, -3, 3, 0},    {56, -3, 3, 56},           {57, -3, 3, 56},       {-57, -3, 3, -56},
        {0, 4, 7, 56},    {INT32_MAX, 4, 7, 120},    {INT32_MIN, 4, 7, 56}, {0, 5, 5, 72},
        {1000, 5, 5, 88}, {INT32_MIN, -7, -4, -120},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (uqd_split_clamp(rows[i].mean, rows[i].low, rows[i].high) != rows[i].want)
            fail_msg("%d, cell %d .. %d", rows[i].mean, rows[i].low, rows[i].high);
}

/* Centroid of the truncated distribution by a fine sum. */
static double reference_centroid(const struct drawn *d)
{
    enum { PARTS = 4000 };
    const double mean = clamped_mean(d), scale = scale_of(d);
    const double low = fmax(d->cell.low - 0.5, mean - 30 * scale);
    const double high = fmin(d->cell.high + 0.5, mean + 30 * scale);
    double mass = 0, moment = 0;
    for (int i = 0; i < PARTS; i++) {
        const double x = low + (high - low) * (i + 0.5) / PARTS;
        const double density = 1 / (2 + 2 * cosh((x - mean) / scale));
        mass += density;
        moment += density * x;
    }
    return moment / mass;
}

static void test_centroid(void **state)
{
    (void)state;
    uint64_t seed = 4;
    double largest = 0;
    for (int i = 0; i < N_DRAWS / 10; i++) {
        struct drawn d = draw(&seed);
        if (random_below(&seed, 9) == 0)
            d.cell = (struct uqd_cell){d.x, d.x};
        const int32_t width = width_of(&d);
        const int32_t got = uqd_split_centroid_q4(d.mean, d.scale_index, d.cell.low, d.cell.high);
        const double size = fmin(scale_of(&d), width);
        const double off = fabs(got / 16.0 - reference_centroid(&d));
        assert_in_range(got - 16 * d.cell.low + 8, 0, 16 * width);
        if (off > 0.05 * size + 1.5 / 16)
            fail_msg("mean %d, scale %u, cell %d .. %d: %d, off by %f", d.mean, d.scale_index,
                     d.cell.low, d.cell.high, got, off);
        largest = fmax(largest, (off - 1.0 / 16) / size);
    }
    print_message("# off by at most 1/16 and %.4f of the scale or width\n", largest);
}

/* A narrow distribution far from the ends of a wide cell keeps its mean. */
static void test_centroid_of_untouched_distribution(void **state)
{
    (void)state;
    for (uint32_t index = 0; index <= 64 + 16 * 6; index++)
        for (int32_t mean = -12000; mean <= 12000; mean += 997)
            assert_int_equal(uqd_split_centroid_q4(mean, index, -LARGEST, LARGEST), mean);
}

/* Codes the way of a coefficient from its drawn cell down to level 0, or decodes it: then x is
 * what was found. */
static void code(struct drawn *d, struct uqd_range_encoder *encoder,
                 struct uqd_range_decoder *decoder)
{
    for (; d->level > 0; d->level--) {
        d->cuts = uqd_cell_cuts(d->cell, d->level);
        const struct uqd_split s = split_of(d);
        const uint32_t cums[4] = {0, s.cum1, s.cum2, s.total};
        int symbol = (d->x >= d->cuts.first) + (d->x >= d->cuts.second);
        if (encoder != NULL)
            uqd_range_encode(encoder, cums[symbol], cums[symbol + 1] - cums[symbol], s.total);
        else
            symbol = uqd_range_decode3(decoder, s.cum1, s.cum2, s.total);
        assert_in_range(symbol, 0, has_three(d) ? 2 : 1);
        d->cell = uqd_cell_child(d->cell, d->cuts, symbol);
    }
    assert_int_equal(d->cell.low, d->cell.high);
    d->x = d->cell.low;
}

/* A picture's worth of refinements, coded and decoded. */
static void test_coding(void **state)
{
    (void)state;
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
    const uint8_t *data;
    size_t size;
    uint64_t seed = 6, again = 6;
    uqd_range_encoder_init(&encoder);
    for (int i = 0; i < N_DRAWS; i++) {
        struct drawn d = draw(&seed);
        code(&d, &encoder, NULL);
    }
    assert_int_equal(uqd_range_encoder_finish(&encoder, &data, &size), UQD_OK);
    uqd_range_decoder_init(&decoder, data, size, size);
    for (int i = 0; i < N_DRAWS; i++) {
        struct drawn d = draw(&again);
        const int32_t want = d.x;
        d.x = 0;
        code(&d, NULL, &decoder);
        assert_int_equal(d.x, want);
    }
    assert_int_equal(uqd_range_decoder_finish(&decoder), UQD_OK);
    uqd_range_encoder_deinit(&encoder);
}

enum { MOST = 67, GUARD = 0x5a5a5a5a };

_Static_assert(sizeof(struct uqd_splits_ops) == sizeof(uqd_splits_function *),
               "each operation is called here");

/* The frequencies of n drawn cells, by one version of uqd_splits. */
static void assert_splits_agree(uqd_splits_function *splits, uint64_t *seed, size_t n)
{
    int32_t mean_q4[MOST], low[MOST], first[MOST], second[MOST], end[MOST];
    uint8_t scale_index[MOST];
    struct uqd_split expected[MOST];
    uint32_t out[3][MOST + 1];
    for (size_t i = 0; i < n; i++) {
        const struct drawn d = draw(seed);
        mean_q4[i] = d.mean;
        low[i] = d.cell.low;
        first[i] = d.cuts.first;
        second[i] = d.cuts.second;
        end[i] = d.cell.high + 1;
        scale_index[i] = (uint8_t)d.scale_index;
        expected[i] = split_of(&d);
    }
    for (int o = 0; o < 3; o++)
        for (size_t i = 0; i <= MOST; i++)
            out[o][i] = GUARD;
    splits(&(struct uqd_splits){mean_q4, low, first, second, end, scale_index, out[0], out[1],
                                out[2], n});
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(out[0][i], expected[i].cum1);
        assert_int_equal(out[1][i], expected[i].cum2);
        assert_int_equal(out[2][i], expected[i].total);
    }
    for (int o = 0; o < 3; o++)
        for (size_t i = n; i <= MOST; i++)
            assert_int_equal(out[o][i], GUARD);
}

static void test_versions(void **state)
{
    struct version versions[MAX_VERSIONS];
    const size_t n_versions = runnable_versions(&uqd_splits_kernels, versions);
    uint64_t seed = 9;
    (void)state;
    for (size_t v = 0; v < n_versions; v++) {
        const struct uqd_splits_ops *ops = versions[v].ops;
        print_message("# splits: %s\n", versions[v].name);
        for (size_t n = 0; n <= MOST; n++)
            for (int round = 0; round < 20; round++)
                assert_splits_agree(ops->splits, &seed, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frequencies),
        cmocka_unit_test(test_monotone_in_the_mean),
        cmocka_unit_test(test_mass_never_vanishes),
        cmocka_unit_test(test_mirror_symmetry),
        cmocka_unit_test(test_clamp),
        cmocka_unit_test(test_centroid),
        cmocka_unit_test(test_centroid_of_untouched_distribution),
        cmocka_unit_test(test_coding),
        cmocka_unit_test(test_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
