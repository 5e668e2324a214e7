/* Dither, fresh states, and going back to coarser ones. */
#include "codec_support.h"
#include "one_work.h"

#include "codec/lattice/schedule.h"
#include "codec/lattice/steps.h"
#include "container/header.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DITHER_BEGIN = 6144, DITHER_RANGE = 4096 };

static struct uqd_state empty_state(const struct uqd_model *model, int dithered, uint64_t seed)
{
    static const int32_t low[3];
    struct uqd_state state;
    uqd_state_init(&state, model, 40, 33, 3, low);
    state.version = 1;
    state.dithered = dithered;
    state.seed = seed;
    for (uint32_t u = 0; u < state.n_units; u++)
        assert_int_equal(uqd_unit_hold(&state, u, WORK(1)), UQD_OK);
    return state;
}

/* Chi-square over 64 classes of 64 values: mean 63, standard deviation 11.2. */
static void test_dither_uniform(void **model)
{
    enum { CLASSES = 64, BLOCKS = 40000 };
    struct uqd_state state = empty_state(*model, 1, 1234);
    for (uint32_t unit = 0; unit < 2; unit++)
        for (uint32_t channel = 0; channel < UQD_UNIT_CHANNELS; channel += 94) {
            uint32_t counts[CLASSES] = {0};
            double sum = 0, chi_square = 0;
            int32_t least = DITHER_RANGE, most = 0;
            for (uint64_t block = 0; block < BLOCKS; block++) {
                const int32_t o = uqd_dither_offset(&state, unit, channel, block) - DITHER_BEGIN;
                assert_in_range(o, 0, DITHER_RANGE - 1);
                counts[o / (DITHER_RANGE / CLASSES)]++;
                sum += o;
                least = o < least ? o : least;
                most = o > most ? o : most;
            }
            for (int i = 0; i < CLASSES; i++) {
                const double expected = (double)BLOCKS / CLASSES, d = counts[i] - expected;
                chi_square += d * d / expected;
            }
            assert_true(chi_square > 20 && chi_square < 120);
            assert_true(fabs(sum / BLOCKS - (DITHER_RANGE - 1) / 2.0) < 5 * 1182 / sqrt(BLOCKS));
            assert_true(least < 20 && most >= DITHER_RANGE - 20);
        }
    uqd_state_free(&state);
}

static double correlation(const struct uqd_state *a, uint32_t unit, uint32_t channel, uint64_t lag,
                          const struct uqd_state *b)
{
    enum { BLOCKS = 20000 };
    const double middle = DITHER_BEGIN + (DITHER_RANGE - 1) / 2.0;
    double sum = 0;
    for (uint64_t block = 0; block < BLOCKS; block++)
        sum += (uqd_dither_offset(a, 0, 0, block) - middle) *
               (uqd_dither_offset(b, unit, channel, block + lag) - middle);
    const double variance = ((double)DITHER_RANGE * DITHER_RANGE - 1) / 12;
    return sum / variance / sqrt(BLOCKS);
}

/* In standard deviations of independent values. */
static void test_dither_independent(void **model)
{
    struct uqd_state a = empty_state(*model, 1, 1234), b = empty_state(*model, 1, 1235);
    const struct {
        const char *what;
        double value;
    } rows[] = {
        {"next block", correlation(&a, 0, 0, 1, &a)},
        {"block 5 further", correlation(&a, 0, 0, 5, &a)},
        {"next channel", correlation(&a, 0, 1, 0, &a)},
        {"another channel", correlation(&a, 0, 100, 0, &a)},
        {"next unit", correlation(&a, 1, 0, 0, &a)},
        {"another unit", correlation(&a, 4, 0, 0, &a)},
        {"next seed", correlation(&a, 0, 0, 0, &b)},
        {"next seed and block", correlation(&a, 0, 0, 1, &b)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fabs(rows[i].value) > 4.5)
            fail_msg("%s: correlated by %.1f standard deviations", rows[i].what, rows[i].value);
    assert_int_equal(uqd_dither_offset(&a, 2, 3, 4), uqd_dither_offset(&a, 2, 3, 4));
    a.dithered = 0;
    assert_int_equal(uqd_dither_offset(&a, 2, 3, 4), 0);
    uqd_state_free(&a);
    uqd_state_free(&b);
}

/* Universal quantization: whatever x, its place in its cell is uniform. */
static void test_place_uniform(void **model)
{
    enum { N = 30000, LEVELS = 8 };
    static const int32_t values[] = {0, 1, -5, 130, -2047, 4095};
    struct uqd_state state = empty_state(*model, 1, 77);
    for (int v = 0; v < 6; v++)
        for (uint32_t level = 1; level <= LEVELS; level++) {
            const int32_t width = 1 << level;
            uint32_t counts[1 << LEVELS] = {0};
            double chi_square = 0;
            for (uint64_t block = 0; block < N; block++) {
                const int32_t offset = uqd_dither_offset(&state, 0, 9, block);
                counts[values[v] - uqd_cell_of_dithered(values[v], offset, level).low]++;
            }
            for (int i = 0; i < width; i++) {
                const double expected = (double)N / width, d = counts[i] - expected;
                chi_square += d * d / expected;
            }
            const double degrees = width - 1;
            if (fabs(chi_square - degrees) > 5 * sqrt(2 * degrees))
                fail_msg("x %d, width %d: chi-square %.1f", values[v], width, chi_square);
        }
    uqd_state_free(&state);
}

/* The cells of a state of which nothing is known hold every coefficient. */
static void test_fresh(void **model)
{
    for (int dithered = 0; dithered < 2; dithered++) {
        struct uqd_state state = empty_state(*model, dithered, 5);
        for (uint32_t u = 0; u < state.n_units; u++) {
            const struct uqd_unit *unit = &state.units[u];
            for (uint64_t block = 0; block < (uint64_t)unit->grid_w * unit->grid_h; block++)
                for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
                    const int32_t value = unit->cells[block * UQD_BLOCK_CHANNELS + c];
                    const int exists = uqd_channel_exists(
                        &state.model->channels[c], unit->width, unit->height,
                        (uint32_t)(block % unit->grid_w), (uint32_t)(block / unit->grid_w));
                    if (!dithered || !exists) {
                        assert_int_equal(value, 0);
                        continue;
                    }
                    const struct uqd_cell top = uqd_cell_at(value, UQD_DITHER_LEVEL);
                    assert_int_equal(top.low, -uqd_dither_offset(&state, u, c, block));
                    assert_true(top.low < -4095 && top.high > 4095);
                }
        }
        uqd_state_free(&state);
    }
}

/* The file's steps, decoded by the inner functions. */
struct walk {
    struct uqd_engine engine;
    struct uqd_schedule schedule;
    struct uqd_state state;
    uint64_t begin;
};

static struct uqd_work one_thread = {.threads = 1};

static struct walk start_walk(const struct uqd_model *model, struct uqd_decoder *decoder,
                              const int32_t low[3])
{
    const struct uqd_info info = info_of(decoder);
    struct walk walk = {.begin = info.header_size};
    uqd_state_init(&walk.state, model, info.width, info.height, info.channels, low);
    walk.state.version = 1;
    walk.state.dithered = info.dither == UQD_DITHER_UNIVERSAL;
    walk.state.seed = info.seed;
    uqd_schedule_init(&walk.schedule, model, walk.state.n_units);
    uqd_engine_init(&walk.engine, model, 0, &one_thread, 7, 0);
    return walk;
}

static void walk_step(struct walk *walk, struct file file, uint32_t step, uint64_t end)
{
    const size_t size = (size_t)(end - walk->begin);
    const struct uqd_body body = {.first = step, .last = step};
    const struct uqd_extent extent = {file.data + walk->begin, size, size};
    assert_int_equal(uqd_steps_decode(&walk->engine, &walk->schedule, &walk->state, body, step,
                                      extent, NULL, NULL),
                     UQD_OK);
    walk->begin = end;
}

static void end_walk(struct walk *walk)
{
    uqd_engine_free(&walk->engine);
    uqd_state_free(&walk->state);
}

/* The details; the low-pass channels are brought up to date when needed. */
static void check_same_state(const struct uqd_state *a, const struct uqd_state *b, int step)
{
    for (uint32_t u = 0; u < a->n_units; u++) {
        const struct uqd_unit *x = &a->units[u], *y = &b->units[u];
        assert_int_equal(x->nominal, y->nominal);
        assert_memory_equal(x->level, y->level, sizeof x->level);
        assert_int_equal(x->cells == NULL, y->cells == NULL);
        assert_int_equal(x->cells == NULL, x->nominal == UQD_TOP_LEVEL);
        if (x->cells == NULL)
            continue;
        for (size_t block = 0; block < (size_t)x->grid_w * x->grid_h; block++)
            if (memcmp(x->cells + block * UQD_BLOCK_CHANNELS, y->cells + block * UQD_BLOCK_CHANNELS,
                       UQD_UNIT_CHANNELS * sizeof *x->cells) != 0)
                fail_msg("step %d, unit %u, block %zu: coarsened is not decoded", step, u, block);
    }
}

/* All cells hold the values that are known in the end. */
static void check_holds(struct uqd_state *state, const struct uqd_state *exact, int step)
{
    for (uint32_t u = 0; u < state->n_units; u++) {
        const struct uqd_unit *unit = &state->units[u];
        const int fresh = state->dithered && unit->nominal == UQD_TOP_LEVEL;
        assert_int_equal(uqd_unit_hold(state, u, WORK(1)), UQD_OK);
        for (size_t block = 0; block < (size_t)unit->grid_w * unit->grid_h; block++)
            for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
                const size_t at = block * UQD_BLOCK_CHANNELS + c;
                const uint32_t level = fresh ? UQD_DITHER_LEVEL : unit->level[c];
                const struct uqd_cell around = uqd_cell_at(unit->cells[at], level);
                const int32_t twice = exact->units[u].cells[at];
                if (twice % 2 != 0 || twice < 2 * around.low || twice > 2 * around.high)
                    fail_msg("step %d, unit %u, block %zu, channel %u: %d / 2 is not in %d .. %d",
                             step, u, block, c, twice, around.low, around.high);
            }
    }
}

static void check_coarsen(const struct uqd_model *model, uint32_t channels, enum uqd_dither dither)
{
    struct uqd_image *image = make_image(43, 35, channels, CONTENT_PHOTO, 9);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = dither;
    settings.seed = 31;
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    const uint32_t n_steps = info_of(decoder).n_steps;
    struct uqd_header header;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    struct walk whole = start_walk(model, decoder, header.low);
    struct walk part = start_walk(model, decoder, header.low);
    for (uint32_t s = 0; s < n_steps; s++)
        walk_step(&whole, file, s, step_info_of(decoder, s).bytes);
    for (int s = -1; s < (int)n_steps; s++) {
        struct uqd_state copy;
        if (s >= 0)
            walk_step(&part, file, (uint32_t)s, step_info_of(decoder, (uint32_t)s).bytes);
        assert_int_equal(uqd_state_copy(&copy, &whole.state, 0, WORK(1)), UQD_OK);
        assert_int_equal(uqd_schedule_rewind(&whole.schedule, &copy, s, WORK(1)), UQD_OK);
        check_same_state(&copy, &part.state, s);
        check_holds(&copy, &whole.state, s);
        uqd_state_free(&copy);
    }
    end_walk(&whole);
    end_walk(&part);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

static void test_coarsen(void **state)
{
    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        check_coarsen(*state, channels, UQD_DITHER_NONE);
        check_coarsen(*state, channels, UQD_DITHER_UNIVERSAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dither_uniform), cmocka_unit_test(test_dither_independent),
        cmocka_unit_test(test_place_uniform),  cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_coarsen),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
