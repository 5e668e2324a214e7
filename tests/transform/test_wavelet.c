/* The wavelet: equality with a plain reference and with the training's, exact inverse, partial
 * inverse, threads. */
#include "golden.h"
#include "one_work.h"
#include "patterns.h"

#include "transform/colour.h"
#include "transform/wavelet.h"
#include "uqd/uqd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct size sizes[] = PATTERN_SIZES;
enum { N_SIZES = sizeof sizes / sizeof *sizes, MAX_LEVELS = 9, MARGIN = 3 };

static int32_t *new_plane(struct size size, enum pattern pattern)
{
    const size_t pitch = size.width + MARGIN;
    int32_t *plane = malloc(pitch * size.height * sizeof *plane);
    assert_non_null(plane);
    uint64_t seed = 3;
    for (uint32_t y = 0; y < size.height; y++)
        for (uint32_t x = 0; x < pitch; x++)
            plane[y * pitch + x] = pattern_value(pattern, x, y, 0, &seed) - 128;
    return plane;
}

/* ---- Reference: one sample at a time, on the picture as it lies ---- */

struct picture {
    uint32_t *samples;
    int w, h;
};

static int mirrored(int position, int n)
{
    while (position < 0 || position >= n)
        position = position < 0 ? -position : 2 * (n - 1) - position;
    return position;
}

static uint32_t sample(const struct picture *p, int x, int y)
{
    return p->samples[mirrored(y, p->h) * p->w + mirrored(x, p->w)];
}

static const struct {
    int offset;
    uint32_t weight;
} taps[4] = {{-3, -1u}, {-1, 9}, {1, 9}, {3, -1u}};

static uint32_t across(const struct picture *p, int x, int y)
{
    uint32_t sum = 0;
    for (int i = 0; i < 4 && p->w > 1; i++)
        sum += taps[i].weight * sample(p, x + taps[i].offset, y);
    return sum;
}

static uint32_t down(const struct picture *p, int x, int y)
{
    uint32_t sum = 0;
    for (int i = 0; i < 4 && p->h > 1; i++)
        sum += taps[i].weight * sample(p, x, y + taps[i].offset);
    return sum;
}

static uint32_t both(const struct picture *p, int x, int y)
{
    uint32_t sum = 0;
    for (int i = 0; i < 4 && p->h > 1; i++)
        sum += taps[i].weight * across(p, x, y + taps[i].offset);
    return sum;
}

static uint32_t rounded(uint32_t sum, int shift)
{
    return (uint32_t)((int32_t)(sum + (1u << (shift - 1))) >> shift);
}

/* What a sample of this place is lifted by. */
static uint32_t lifted_by(const struct picture *p, int x, int y)
{
    const uint32_t in_x = across(p, x, y), in_y = down(p, x, y);
    if (x % 2 == 1 && y % 2 == 1)
        return -rounded(16 * (in_x + in_y) - both(p, x, y), 8);
    if (x % 2 == 1)
        return -rounded(2 * in_x - in_y, 5);
    if (y % 2 == 1)
        return -rounded(2 * in_y - in_x, 5);
    return rounded(32 * (in_x + in_y) - both(p, x, y), 10);
}

/* One level of the w x h samples in the top-left corner of a plane. */
static void reference_level(int32_t *plane, size_t pitch, uint32_t w, uint32_t h)
{
    const struct picture p = {malloc((size_t)w * h * sizeof(uint32_t)), (int)w, (int)h};
    assert_non_null(p.samples);
    for (uint32_t y = 0; y < h; y++)
        memcpy(p.samples + (size_t)y * w, plane + y * pitch, w * sizeof *plane);
    static const uint32_t order[4][2] = {{1, 1}, {1, 0}, {0, 1}, {0, 0}};
    for (int kind = 0; kind < 4; kind++)
        for (uint32_t y = order[kind][1]; y < h; y += 2)
            for (uint32_t x = order[kind][0]; x < w; x += 2)
                p.samples[(size_t)y * w + x] += lifted_by(&p, (int)x, (int)y);
    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            plane[(y / 2 + y % 2 * ((h + 1) / 2)) * pitch + x / 2 + x % 2 * ((w + 1) / 2)] =
                (int32_t)p.samples[(size_t)y * w + x];
    free(p.samples);
}

/* A plane of numbers of this many bits, with its margin. */
static int32_t *new_noise(struct size size, int bits)
{
    const size_t n = (size_t)(size.width + MARGIN) * size.height;
    int32_t *plane = malloc(n * sizeof *plane);
    assert_non_null(plane);
    uint64_t seed = 5;
    for (size_t i = 0; i < n; i++) {
        const uint32_t top = random_next(&seed) >> 15 << 16, bottom = random_next(&seed) >> 15;
        plane[i] = (int32_t)(top | bottom) >> (32 - bits);
    }
    return plane;
}

static void check_against_reference(struct size s, int bits, uint32_t levels, uint32_t threads)
{
    const size_t pitch = s.width + MARGIN, bytes = pitch * s.height * sizeof(int32_t);
    int32_t *plane = new_noise(s, bits), *original = new_noise(s, bits);
    int32_t *want = new_noise(s, bits);
    for (uint32_t level = 0; level < levels; level++)
        reference_level(want, pitch, uqd_wavelet_side(s.width, level),
                        uqd_wavelet_side(s.height, level));
    assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, levels, WORK(threads)),
                     UQD_OK);
    if (memcmp(plane, want, bytes) != 0)
        fail_msg("forward: %u x %u, %d bits, %u levels, %u threads", s.width, s.height, bits,
                 levels, threads);
    assert_int_equal(uqd_wavelet_inverse(plane, pitch, s.width, s.height, levels, 0, WORK(threads)),
                     UQD_OK);
    if (memcmp(plane, original, bytes) != 0)
        fail_msg("inverse: %u x %u, %d bits, %u levels, %u threads", s.width, s.height, bits,
                 levels, threads);
    free(want);
    free(original);
    free(plane);
}

/* Numbers of pictures, of pictures with four fraction bits, and ones that wrap. */
static const int ranges[] = {9, 18, 32};
enum { N_RANGES = sizeof ranges / sizeof *ranges };

static void test_small_sizes_as_reference(void **state)
{
    (void)state;
    for (uint32_t height = 1; height <= 20; height++)
        for (uint32_t width = 1; width <= 20; width++)
            for (int i = 0; i < N_RANGES; i++)
                for (uint32_t levels = 1; levels <= 5; levels += 2)
                    check_against_reference((struct size){width, height}, ranges[i], levels, 1);
}

/* Sizes that are shared between threads, in bands of few rows and of many. */
static void test_large_sizes_as_reference(void **state)
{
    (void)state;
    static const struct size large[] = {{301, 211}, {128, 256}, {16500, 1}, {1, 16500},
                                        {2, 8195},  {8195, 2},  {5471, 3},  {3, 5471},
                                        {2345, 7},  {1639, 11}, {130, 129}};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        for (int range = 0; range < N_RANGES; range++)
            for (uint32_t threads = 1; threads <= 4; threads++)
                check_against_reference(large[i], ranges[range], 3, threads);
}

/* ---- Properties ---- */

static void test_inverse_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        const struct size s = sizes[i];
        const size_t pitch = s.width + MARGIN, bytes = pitch * s.height * sizeof(int32_t);
        for (int pattern = 0; pattern < N_PATTERNS; pattern++) {
            int32_t *plane = new_plane(s, pattern), *original = new_plane(s, pattern);
            for (uint32_t levels = 0; levels <= MAX_LEVELS; levels += 3) {
                assert_int_equal(
                    uqd_wavelet_forward(plane, pitch, s.width, s.height, levels, WORK(3)), UQD_OK);
                assert_int_equal(
                    uqd_wavelet_inverse(plane, pitch, s.width, s.height, levels, 0, WORK(3)),
                    UQD_OK);
                if (memcmp(plane, original, bytes) != 0)
                    fail_msg("%u x %u, pattern %d, %u levels", s.width, s.height, pattern, levels);
            }
            free(original);
            free(plane);
        }
    }
}

/* Undoing some levels leaves what splitting fewer levels gave. */
static void test_partial_inverse(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        const struct size s = sizes[i];
        const size_t pitch = s.width + MARGIN, bytes = pitch * s.height * sizeof(int32_t);
        for (uint32_t to = 0; to <= MAX_LEVELS; to++) {
            int32_t *plane = new_plane(s, PATTERN_RANDOM), *fewer = new_plane(s, PATTERN_RANDOM);
            assert_int_equal(
                uqd_wavelet_forward(plane, pitch, s.width, s.height, MAX_LEVELS, WORK(1)), UQD_OK);
            assert_int_equal(
                uqd_wavelet_inverse(plane, pitch, s.width, s.height, MAX_LEVELS, to, WORK(1)),
                UQD_OK);
            assert_int_equal(uqd_wavelet_forward(fewer, pitch, s.width, s.height, to, WORK(1)),
                             UQD_OK);
            if (memcmp(plane, fewer, bytes) != 0)
                fail_msg("%u x %u left at level %u", s.width, s.height, to);
            free(fewer);
            free(plane);
        }
    }
}

/* A constant picture has that low-pass and no details. */
static void test_constant(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        const struct size s = sizes[i];
        const size_t pitch = s.width + MARGIN;
        int32_t *plane = new_plane(s, PATTERN_WHITE);
        assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, 2, WORK(1)), UQD_OK);
        for (uint32_t y = 0; y < s.height; y++)
            for (uint32_t x = 0; x < s.width; x++) {
                const int low =
                    x < uqd_wavelet_side(s.width, 2) && y < uqd_wavelet_side(s.height, 2);
                if (plane[y * pitch + x] != (low ? 127 : 0))
                    fail_msg("%u x %u: %d at %u, %u", s.width, s.height, plane[y * pitch + x], x,
                             y);
            }
        free(plane);
    }
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    const struct size s = {301, 211};
    const size_t pitch = s.width + MARGIN, bytes = pitch * s.height * sizeof(int32_t);
    int32_t *first = new_plane(s, PATTERN_EXTREME);
    assert_int_equal(uqd_wavelet_forward(first, pitch, s.width, s.height, 5, WORK(1)), UQD_OK);
    for (uint32_t threads = 2; threads <= 40; threads += threads < 5 ? 1 : 7) {
        int32_t *plane = new_plane(s, PATTERN_EXTREME), *original = new_plane(s, PATTERN_EXTREME);
        assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, 5, WORK(threads)),
                         UQD_OK);
        assert_memory_equal(plane, first, bytes);
        assert_int_equal(uqd_wavelet_inverse(plane, pitch, s.width, s.height, 5, 0, WORK(threads)),
                         UQD_OK);
        assert_memory_equal(plane, original, bytes);
        free(original);
        free(plane);
    }
    free(first);
}

/* Damaged files may hold any coefficients: their inverse must be defined, and is exact too. */
static void test_huge_coefficients(void **state)
{
    (void)state;
    enum { W = 75, H = 61 };
    static int32_t plane[H * W], original[H * W];
    uint64_t seed = 11;
    for (int i = 0; i < H * W; i++)
        plane[i] = random_next(&seed) & 1 ? 1 << 24 : -(1 << 24);
    memcpy(original, plane, sizeof plane);
    assert_int_equal(uqd_wavelet_inverse(plane, W, W, H, 12, 0, WORK(3)), UQD_OK);
    assert_int_equal(uqd_wavelet_forward(plane, W, W, H, 12, WORK(3)), UQD_OK);
    assert_memory_equal(plane, original, sizeof plane);
}

static void test_sides(void **state)
{
    (void)state;
    static const struct {
        uint32_t side, levels, want;
    } cases[] = {{1, 0, 1},    {1, 31, 1},       {2, 1, 1},
                 {3, 1, 2},    {768, 3, 96},     {9, 3, 2},
                 {257, 2, 65}, {65535, 3, 8192}, {UINT32_MAX, 1, 1u << 31}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (uqd_wavelet_side(cases[i].side, cases[i].levels) != cases[i].want)
            fail_msg("side %u after %u levels", cases[i].side, cases[i].levels);
}

static void test_odd_size_as_in_training(void **state)
{
    (void)state;
    enum { W = GOLDEN_ODD_WIDTH, H = GOLDEN_ODD_HEIGHT };
    static uint8_t pixels[W * H * 3];
    static int32_t planes[3][W * H];
    golden_picture(pixels, W, H);
    int32_t *const pointers[3] = {planes[0], planes[1], planes[2]};
    assert_int_equal(uqd_colour_split(pixels, W * 3, W, H, pointers, W, WORK(1)), UQD_OK);
    uint64_t hash = HASH_START;
    for (int colour = 0; colour < 3; colour++) {
        assert_int_equal(uqd_wavelet_forward(planes[colour], W, (W + 1) / 2, (H + 1) / 2,
                                             GOLDEN_ODD_LEVELS - 1, WORK(1)),
                         UQD_OK);
        for (int i = 0; i < W * H; i++)
            hash = hash_value(hash, planes[colour][i]);
    }
    assert_true(hash == GOLDEN_ODD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_sizes_as_reference),
        cmocka_unit_test(test_large_sizes_as_reference),
        cmocka_unit_test(test_inverse_is_exact),
        cmocka_unit_test(test_partial_inverse),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_huge_coefficients),
        cmocka_unit_test(test_sides),
        cmocka_unit_test(test_odd_size_as_in_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
