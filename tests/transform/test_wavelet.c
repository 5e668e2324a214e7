/* The wavelet: exact inverse, partial inverse, threads, and equality with the training's. */
#include "golden.h"
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

static void test_inverse_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SIZES; i++) {
        const struct size s = sizes[i];
        const size_t pitch = s.width + MARGIN, bytes = pitch * s.height * sizeof(int32_t);
        for (int pattern = 0; pattern < N_PATTERNS; pattern++) {
            int32_t *plane = new_plane(s, pattern), *original = new_plane(s, pattern);
            for (uint32_t levels = 0; levels <= MAX_LEVELS; levels += 3) {
                assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, levels, 0),
                                 UQD_OK);
                assert_int_equal(uqd_wavelet_inverse(plane, pitch, s.width, s.height, levels, 0, 0),
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
            assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, MAX_LEVELS, 1),
                             UQD_OK);
            assert_int_equal(
                uqd_wavelet_inverse(plane, pitch, s.width, s.height, MAX_LEVELS, to, 1), UQD_OK);
            assert_int_equal(uqd_wavelet_forward(fewer, pitch, s.width, s.height, to, 1), UQD_OK);
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
        assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, 2, 1), UQD_OK);
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
    assert_int_equal(uqd_wavelet_forward(first, pitch, s.width, s.height, 5, 1), UQD_OK);
    for (uint32_t threads = 2; threads <= 4; threads *= 2) {
        int32_t *plane = new_plane(s, PATTERN_EXTREME), *original = new_plane(s, PATTERN_EXTREME);
        assert_int_equal(uqd_wavelet_forward(plane, pitch, s.width, s.height, 5, threads), UQD_OK);
        assert_memory_equal(plane, first, bytes);
        assert_int_equal(uqd_wavelet_inverse(plane, pitch, s.width, s.height, 5, 0, threads),
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
    assert_int_equal(uqd_wavelet_inverse(plane, W, W, H, 12, 0, 0), UQD_OK);
    assert_int_equal(uqd_wavelet_forward(plane, W, W, H, 12, 0), UQD_OK);
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
    uqd_colour_forward(pixels, W * 3, 3, W, H, (int32_t *[]){planes[0], planes[1], planes[2]}, W,
                       1);
    uint64_t hash = HASH_START;
    for (int colour = 0; colour < 3; colour++) {
        assert_int_equal(uqd_wavelet_forward(planes[colour], W, W, H, GOLDEN_ODD_LEVELS, 1),
                         UQD_OK);
        for (int i = 0; i < W * H; i++)
            hash = hash_value(hash, planes[colour][i]);
    }
    assert_true(hash == GOLDEN_ODD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
