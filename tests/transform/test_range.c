/* The largest coefficients that any 8-bit picture can have.
 *
 * A coefficient is a linear function of the picture, but for rounding: its bound is the sum of the
 * absolute weights times the largest plane value, plus what the roundings add. The weights are
 * products of those of one-dimensional lines, which are found here in floating point from the
 * lifting's definition. Pictures made of the signs of the weights show that the bound is met. */
#include "one_work.h"
#include "patterns.h"

#include "transform/colour.h"
#include "transform/wavelet.h"
#include "uqd/uqd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 4095, MAX_LEVELS = 16 };

/* Rows of weights: row i is the linear function of the n samples of a line that gives sample i. */
struct weights {
    double *rows;
    int n, n_rows;
};

static double *row_of(const struct weights *w, int i)
{
    return w->rows + (size_t)i * (size_t)w->n;
}

static void weights_init(struct weights *w, int n)
{
    *w = (struct weights){calloc((size_t)n * (size_t)n, sizeof(double)), n, n};
    assert_non_null(w->rows);
    for (int i = 0; i < n; i++)
        row_of(w, i)[i] = 1;
}

static int mirrored(int position, int n)
{
    while (position < 0 || position >= n)
        position = position < 0 ? -position : 2 * (n - 1) - position;
    return position;
}

/* Adds factor * (9 (inner neighbours) - (outer neighbours)) to every second row from `first`. */
static void lift_rows(struct weights *w, int first, double factor)
{
    for (int i = first; i < w->n_rows; i += 2) {
        for (int step = -3; step <= 3; step += 2) {
            const double *from = row_of(w, mirrored(i + step, w->n_rows));
            const double tap = factor * (step * step == 1 ? 9 : -1);
            for (int x = 0; x < w->n; x++)
                row_of(w, i)[x] += tap * from[x];
        }
    }
}

/* One level: the rows become the low-pass, high those of the high-pass. */
static void split(struct weights *w, struct weights *high)
{
    lift_rows(w, 1, -1.0 / 16);
    lift_rows(w, 0, 1.0 / 32);
    *high = (struct weights){malloc((size_t)w->n_rows * (size_t)w->n * sizeof(double)), w->n,
                             w->n_rows / 2};
    assert_non_null(high->rows);
    for (int i = 0; i < w->n_rows; i++) {
        struct weights *half = i % 2 ? high : w;
        memmove(row_of(half, i / 2), row_of(w, i), (size_t)w->n * sizeof(double));
    }
    w->n_rows -= high->n_rows;
}

/* Largest sum of absolute weights. *at is its row. */
static double largest_norm(const struct weights *w, int *at)
{
    double largest = 0;
    for (int i = 0; i < w->n_rows; i++) {
        double norm = 0;
        for (int x = 0; x < w->n; x++)
            norm += fabs(row_of(w, i)[x]);
        if (norm > largest) {
            largest = norm;
            *at = i;
        }
    }
    return largest;
}

/* The largest norms of a line's low and high-pass by level, over many lengths. Levels beyond those
 * of the longest line get the largest of all. */
static void line_norms(double low[MAX_LEVELS + 1], double high[MAX_LEVELS + 1])
{
    double most_low = 1, most_high = 0;
    for (int level = 0; level <= MAX_LEVELS; level++)
        low[level] = high[level] = 1;
    for (int n = 2; n <= 300; n += n < 70 ? 1 : 23) {
        struct weights w, detail;
        weights_init(&w, n);
        for (int level = 1, at; w.n_rows > 1; level++) {
            split(&w, &detail);
            low[level] = fmax(low[level], largest_norm(&w, &at));
            high[level] = fmax(high[level], largest_norm(&detail, &at));
            most_low = fmax(most_low, low[level]);
            most_high = fmax(most_high, high[level]);
            free(detail.rows);
        }
        free(w.rows);
    }
    for (int level = 4; level <= MAX_LEVELS; level++) {
        low[level] = most_low;
        high[level] = most_high;
    }
}

/* Largest plane values, over the corners of the colour cube, where the rotation's linear part is
 * largest; its roundings add at most 2. */
static void plane_maxima(int32_t maxima[3])
{
    memset(maxima, 0, 3 * sizeof *maxima);
    for (int corner = 0; corner < 8; corner++) {
        uint8_t pixel[3];
        int32_t values[3];
        for (int i = 0; i < 3; i++)
            pixel[i] = corner >> i & 1 ? 255 : 0;
        int32_t *const planes[3] = {&values[0], &values[1], &values[2]};
        assert_int_equal(uqd_colour_split(pixel, 3, 1, 1, planes, 1, WORK(1)), UQD_OK);
        for (int i = 0; i < 3; i++)
            maxima[i] = abs(values[i]) > maxima[i] ? abs(values[i]) : maxima[i];
    }
}

static void test_bound(void **state)
{
    (void)state;
    /* The roundings of one level, each by at most 1/2, move HH by no more; HL and LH by
     * 1/2 (1 + 20/32), the sum of the update's weights; and the low-pass by 1/2 (1 + 20/32)^2. The
     * low-pass's error passes through the levels behind it. In the finest level the rotation's four
     * steps round a sample by up to 1.7 together. */
    const double first_level = 1.7 / 0.5;
    const double detail_error = 0.5 * (1 + 20.0 / 32);
    const double low_error = detail_error * (1 + 20.0 / 32);
    double low[MAX_LEVELS + 1], high[MAX_LEVELS + 1];
    int32_t maxima[3];
    line_norms(low, high);
    plane_maxima(maxima);
    for (int colour = 0; colour < 3; colour++) {
        double rounding = first_level * detail_error;
        for (int level = 1; level <= MAX_LEVELS; level++) {
            const double side = high[level] * fmax(high[level], low[level]);
            const double bound = (maxima[colour] + 2) * side + rounding;
            if (level % 3 == 0)
                print_message("# colour %d, level %d: below %.0f\n", colour, level, bound);
            if (bound >= LIMIT)
                fail_msg("colour %d, level %d: %f", colour, level, bound);
            rounding += (level == 1 ? first_level : 1) * low_error * side;
        }
    }
}

/* The grey picture whose black and white are the signs of weights of x times weights of y. */
static void sign_picture(uint8_t *pixels, const double *wx, const double *wy, int n, int negative)
{
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++)
            memset(pixels + 3 * (y * n + x), (wx[x] * wy[y] > 0) != negative ? 255 : 0, 3);
}

/* Luma coefficient (x, y) of the Mallat layout after some levels; the inverse must be exact. */
static int32_t coefficient_of(const uint8_t *pixels, int n, uint32_t levels, int x, int y)
{
    const size_t samples = (size_t)n * (size_t)n;
    const uint32_t side = (uint32_t)n;
    int32_t *all = malloc(3 * samples * sizeof *all);
    uint8_t *back = malloc(3 * samples);
    int32_t *const planes[3] = {all, all + samples, all + 2 * samples};
    const uint32_t low_side = (side + 1) / 2;
    assert_int_equal(uqd_colour_split(pixels, 3 * side, side, side, planes, side, WORK(1)), UQD_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            uqd_wavelet_forward(planes[i], side, low_side, low_side, levels - 1, WORK(1)), UQD_OK);
    const int32_t coefficient = planes[0][y * n + x];
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            uqd_wavelet_inverse(planes[i], side, low_side, low_side, levels - 1, 0, WORK(1)),
            UQD_OK);
    assert_int_equal(uqd_colour_merge(planes, side, side, side, back, 3 * side, WORK(1)), UQD_OK);
    assert_memory_equal(pixels, back, 3 * samples);
    free(back);
    free(all);
    return coefficient;
}

static void test_adversarial_pictures(void **state)
{
    (void)state;
    static const int lengths[] = {11, 30, 73};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const int n = lengths[i];
        struct weights w, detail;
        weights_init(&w, n);
        uint8_t *pixels = malloc(3 * (size_t)(n * n));
        for (int level = 1, at = 0; w.n_rows > 1; level++) {
            split(&w, &detail);
            const double norm = largest_norm(&detail, &at);
            for (int negative = 0; negative < 2; negative++) {
                sign_picture(pixels, row_of(&detail, at), row_of(&detail, at), n, negative);
                const int32_t found =
                    coefficient_of(pixels, n, (uint32_t)level, w.n_rows + at, w.n_rows + at);
                if (abs(found) < 0.97 * 220 * norm * norm || abs(found) >= LIMIT)
                    fail_msg("side %d, level %d: %d", n, level, found);
                print_message("# side %d, level %d: an HH coefficient of %d\n", n, level, found);
            }
            free(detail.rows);
        }
        free(pixels);
        free(w.rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_adversarial_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
