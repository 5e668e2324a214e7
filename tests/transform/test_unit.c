/* Units: the order of the channels, packing at odd sizes, and equality with the training's. */
#include "golden.h"
#include "one_work.h"
#include "patterns.h"

#include "transform/colour.h"
#include "transform/unit.h"
#include "uqd/uqd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct size sizes[] = PATTERN_SIZES;
enum { N_SIZES = sizeof sizes / sizeof *sizes, MARGIN = 2, ABSENT = -77777 };

static void test_channel_table(void **state)
{
    (void)state;
    static const struct {
        int index;
        struct uqd_channel want; /* colour, level, subband, dy, dx */
    } cases[] = {
        {0, {0, 3, UQD_SUBBAND_HL, 0, 0}},  {1, {0, 3, UQD_SUBBAND_LH, 0, 0}},
        {2, {0, 3, UQD_SUBBAND_HH, 0, 0}},  {3, {0, 2, UQD_SUBBAND_HL, 0, 0}},
        {4, {0, 2, UQD_SUBBAND_HL, 0, 1}},  {5, {0, 2, UQD_SUBBAND_HL, 1, 0}},
        {7, {0, 2, UQD_SUBBAND_LH, 0, 0}},  {15, {0, 1, UQD_SUBBAND_HL, 0, 0}},
        {20, {0, 1, UQD_SUBBAND_HL, 1, 1}}, {62, {0, 1, UQD_SUBBAND_HH, 3, 3}},
        {63, {1, 3, UQD_SUBBAND_HL, 0, 0}}, {188, {2, 1, UQD_SUBBAND_HH, 3, 3}},
    };
    struct uqd_channel table[UQD_UNIT_CHANNELS];
    uqd_channel_table(table);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (memcmp(&table[cases[i].index], &cases[i].want, sizeof *table) != 0)
            fail_msg("channel %d", cases[i].index);
}

static void test_unit_count(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height, want;
    } cases[] = {{1, 1, 0},   {2, 1, 1},  {1, 8, 1},     {8, 8, 1},     {9, 8, 2},
                 {64, 64, 2}, {65, 1, 3}, {768, 512, 4}, {1, 65535, 6}, {65535, 65535, 6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (uqd_unit_count(cases[i].width, cases[i].height) != cases[i].want)
            fail_msg("%u x %u", cases[i].width, cases[i].height);
}

/* A unit of random samples, and the blocks of all its channels. */
struct fixture {
    struct size size;
    size_t pitch, samples, grid_w, grid_h, n_blocks;
    int32_t *planes[3];
    int16_t *blocks;
    struct uqd_channel table[UQD_UNIT_CHANNELS];
};

/* Of both signs and not 0. */
static int32_t any_sample(uint64_t *seed)
{
    const int32_t magnitude = 1 + (int32_t)(random_next(seed) % 4095);
    return random_next(seed) & 1 ? magnitude : -magnitude;
}

static void fixture_init(struct fixture *f, struct size size)
{
    *f = (struct fixture){.size = size, .pitch = size.width + MARGIN};
    f->samples = f->pitch * size.height;
    f->grid_w = uqd_unit_grid(size.width);
    f->grid_h = uqd_unit_grid(size.height);
    f->n_blocks = f->grid_w * f->grid_h;
    f->blocks = malloc(f->n_blocks * UQD_UNIT_CHANNELS * sizeof *f->blocks);
    assert_non_null(f->blocks);
    uint64_t seed = 9;
    for (int i = 0; i < 3; i++) {
        f->planes[i] = malloc(f->samples * sizeof(int32_t));
        assert_non_null(f->planes[i]);
        for (size_t j = 0; j < f->samples; j++)
            f->planes[i][j] = any_sample(&seed);
    }
    uqd_channel_table(f->table);
}

static void fixture_deinit(struct fixture *f)
{
    free(f->blocks);
    for (int i = 0; i < 3; i++)
        free(f->planes[i]);
}

static void pack(struct fixture *f, uint32_t threads)
{
    uqd_unit_pack(f->table, UQD_UNIT_CHANNELS, (const int32_t *const *)f->planes, f->pitch,
                  f->size.width, f->size.height, f->blocks, UQD_UNIT_CHANNELS, WORK(threads));
}

/* Every detail sample is in exactly one block, and what does not exist is 0. */
static void test_existence(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        struct fixture f;
        fixture_init(&f, sizes[i]);
        pack(&f, 0);
        size_t n_existing = 0;
        for (size_t block = 0; block < f.n_blocks; block++)
            for (size_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
                const int exists =
                    uqd_channel_exists(&f.table[c], f.size.width, f.size.height,
                                       (uint32_t)(block % f.grid_w), (uint32_t)(block / f.grid_w));
                n_existing += exists;
                if (exists != (f.blocks[block * UQD_UNIT_CHANNELS + c] != 0))
                    fail_msg("%u x %u, block %zu, channel %zu", f.size.width, f.size.height, block,
                             c);
            }
        assert_int_equal(n_existing, 3 * ((size_t)f.size.width * f.size.height - f.n_blocks));
        fixture_deinit(&f);
    }
}

/* Unpacking over blank planes restores all but the low-pass, and touches nothing else. */
static void check_unpacked(const struct fixture *f, int32_t *const planes[3])
{
    for (int colour = 0; colour < 3; colour++)
        for (size_t y = 0; y < f->size.height; y++)
            for (size_t x = 0; x < f->pitch; x++) {
                const int detail = x < f->size.width && (x >= f->grid_w || y >= f->grid_h);
                const size_t j = y * f->pitch + x;
                if (planes[colour][j] != (detail ? f->planes[colour][j] : ABSENT))
                    fail_msg("%u x %u, colour %d, sample %zu, %zu: %d", f->size.width,
                             f->size.height, colour, x, y, planes[colour][j]);
            }
}

static void blank(int32_t *const planes[3], size_t samples)
{
    for (int i = 0; i < 3; i++)
        for (size_t j = 0; j < samples; j++)
            planes[i][j] = ABSENT;
}

/* Odd ones too: every other is one more, away from 0. */
static void double_values(int16_t *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        blocks[i] = (int16_t)(2 * blocks[i] + (i % 2 == 0 ? 0 : blocks[i] < 0 ? -1 : 1));
}

static void test_unpacking(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        struct fixture f, back;
        fixture_init(&f, sizes[i]);
        fixture_init(&back, sizes[i]);
        pack(&f, 2);
        blank(back.planes, back.samples);
        const size_t n_values = f.n_blocks * UQD_UNIT_CHANNELS;
        int32_t *wide = malloc(n_values * sizeof *wide);
        assert_non_null(wide);
        for (size_t j = 0; j < n_values; j++)
            wide[j] = f.blocks[j];
        const uint32_t grid_w = uqd_unit_grid(f.size.width), grid_h = uqd_unit_grid(f.size.height);
        for (uint32_t y = 0; y < grid_h; y++)
            for (uint32_t x = 0, n; x < grid_w; x += n) {
                /* Parts of one row, of three blocks or what is left. */
                n = grid_w - x < 3 ? grid_w - x : 3;
                const struct uqd_grid_part part = {x, y, n, 1};
                uqd_unit_unpack_i32(f.table, UQD_UNIT_CHANNELS,
                                    wide + ((size_t)y * grid_w + x) * UQD_UNIT_CHANNELS,
                                    UQD_UNIT_CHANNELS, part, back.planes, f.pitch, f.size.width,
                                    f.size.height, 0, WORK(1));
            }
        check_unpacked(&f, back.planes);

        blank(back.planes, back.samples);
        const struct uqd_grid_part all = {0, 0, grid_w, grid_h};
        uqd_unit_unpack_i32(f.table, UQD_UNIT_CHANNELS, wide, UQD_UNIT_CHANNELS, all, back.planes,
                            f.pitch, f.size.width, f.size.height, 0, WORK(1));
        check_unpacked(&f, back.planes);

        blank(back.planes, back.samples);
        double_values(f.blocks, n_values);
        uqd_unit_unpack_halves(f.table, UQD_UNIT_CHANNELS, f.blocks, UQD_UNIT_CHANNELS, back.planes,
                               f.pitch, f.size.width, f.size.height, 0, WORK(2));
        check_unpacked(&f, back.planes);
        free(wide);
        fixture_deinit(&back);
        fixture_deinit(&f);
    }
}

/* A selection of channels in another order and a wider stride. */
static void test_selected_channels(void **state)
{
    (void)state;
    enum { N_SELECTED = 40, STRIDE = 51, FILLER = 1234 };
    struct fixture f;
    fixture_init(&f, (struct size){45, 83});
    pack(&f, 1);
    struct uqd_channel selected[N_SELECTED];
    for (size_t i = 0; i < N_SELECTED; i++)
        selected[i] = f.table[(i * 83 + 100) % UQD_UNIT_CHANNELS];
    int16_t *blocks = malloc(f.n_blocks * STRIDE * sizeof *blocks);
    for (size_t i = 0; i < f.n_blocks * STRIDE; i++)
        blocks[i] = FILLER;
    uqd_unit_pack(selected, N_SELECTED, (const int32_t *const *)f.planes, f.pitch, f.size.width,
                  f.size.height, blocks, STRIDE, WORK(3));
    for (size_t block = 0; block < f.n_blocks; block++)
        for (size_t i = 0; i < STRIDE; i++) {
            const size_t channel = (i * 83 + 100) % UQD_UNIT_CHANNELS;
            const int want =
                i < N_SELECTED ? f.blocks[block * UQD_UNIT_CHANNELS + channel] : FILLER;
            assert_int_equal(blocks[block * STRIDE + i], want);
        }
    free(blocks);
    fixture_deinit(&f);
}

static void test_as_in_training(void **state)
{
    (void)state;
    enum { W = GOLDEN_WIDTH, H = GOLDEN_HEIGHT, GRID_W = W / 8, N_BLOCKS = W * H / 64 };
    static uint8_t pixels[W * H * 3];
    static int32_t samples[3][W * H];
    static int16_t blocks[N_BLOCKS][UQD_UNIT_CHANNELS];
    int32_t *const planes[3] = {samples[0], samples[1], samples[2]};
    struct uqd_channel table[UQD_UNIT_CHANNELS];
    uqd_channel_table(table);

    golden_picture(pixels, W, H);
    assert_int_equal(uqd_colour_split(pixels, W * 3, W, H, planes, W, WORK(1)), UQD_OK);
    uint64_t hash = HASH_START;
    for (int i = 0; i < 3 * W * H; i++)
        hash = hash_value(hash, samples[i / (W * H)][i % (W * H)]);
    assert_true(hash == GOLDEN_PLANES);

    hash = HASH_START;
    for (int colour = 0; colour < 3; colour++) {
        assert_int_equal(
            uqd_wavelet_forward(planes[colour], W, W / 2, H / 2, UQD_UNIT_LEVELS - 1, WORK(1)),
            UQD_OK);
        for (int i = 0; i < N_BLOCKS; i++)
            hash = hash_value(hash, samples[colour][i / GRID_W * W + i % GRID_W]);
    }
    assert_true(hash == GOLDEN_LOW);

    uqd_unit_pack(table, UQD_UNIT_CHANNELS, (const int32_t *const *)planes, W, W, H, blocks[0],
                  UQD_UNIT_CHANNELS, WORK(1));
    hash = HASH_START;
    for (int c = 0; c < UQD_UNIT_CHANNELS; c++)
        for (int i = 0; i < N_BLOCKS; i++)
            hash = hash_value(hash, blocks[i][c]);
    assert_true(hash == GOLDEN_DETAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_table),     cmocka_unit_test(test_unit_count),
        cmocka_unit_test(test_existence),         cmocka_unit_test(test_unpacking),
        cmocka_unit_test(test_selected_channels), cmocka_unit_test(test_as_in_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
