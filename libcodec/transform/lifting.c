/* Lifting in two dimensions at once: every sample is rounded once per level.
 *
 * Call the samples ee, eo, oe, oo by the parity, even or odd, of their row and then their column.
 * Let X and Y of a sample be 9 (b + c) - (a + d) over the four at -3, -1, +1, +3 along its row or
 * column, mirrored about the first and last sample of the picture; zero along a side of 1. Then
 *
 *     oo -= (X(16 oe - Y(ee)) + 16 Y(eo) + 128) >> 8         becomes HH
 *     eo -= (2 X(ee) - Y(oo) + 16) >> 5                      becomes HL
 *     oe -= (2 Y(ee) - X(oo) + 16) >> 5                      becomes LH
 *     ee += (X(32 eo - Y(oo)) + 32 Y(oe) + 512) >> 10        becomes LL
 *
 * Each step changes samples of one kind from the other three, so that the inverse undoes them in
 * reverse order. A level first parts each row into its even and odd samples, so that steps are
 * loops over contiguous samples; then lifts the rows in place; then moves the odd rows below. */
#include "transform/lifting.h"

#include "transform/threads.h"
#include "uqd/uqd.h"
#include "util/checked.h"
#include "util/team.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    REACH = 3,                  /* farthest row that a row is lifted from */
    PAD = 2,                    /* mirrored samples at either end of half a row */
    STRIP = 64,                 /* columns that are moved together: four cache lines */
    PARALLEL_SAMPLES = 1 << 14, /* fewer are not worth the threads */
};

enum direction { FORWARD, INVERSE };

/* A picture of w x h, of which w_even columns and h_even rows are of even position. `zeros` is a
 * row of them; `buffers` has buffer_size elements for each thread. Bands of band_rows rows are
 * shared between the threads. */
struct level {
    const struct uqd_lifting *lifting;
    struct uqd_work *work;
    size_t pitch;
    size_t w, h, w_even, h_even;
    size_t band_rows;
    int32_t *zeros, *buffers;
    size_t buffer_size;
};

static int32_t *thread_buffer(const struct level *l)
{
    return l->buffers + (size_t)omp_get_thread_num() * l->buffer_size;
}

/* ---- Taps ---- */

struct taps {
    const int32_t *a, *b, *c, *d;
};

static inline uint32_t tap_sum(struct taps taps, size_t i)
{
    const uint32_t inner = (uint32_t)taps.b[i] + (uint32_t)taps.c[i];
    const uint32_t outer = (uint32_t)taps.a[i] + (uint32_t)taps.d[i];
    return 9 * inner - outer;
}

/* Position of a sample of a line of n >= 2 mirrored about both ends. */
static size_t reflect(ptrdiff_t position, size_t n)
{
    const size_t period = 2 * (n - 1);
    const size_t p = (size_t)(position < 0 ? -position : position) % period;
    return p < n ? p : period - p;
}

/* Y along row y, from the column at `offset` on. */
static struct taps vertical(const struct level *l, const int32_t *plane, size_t offset, size_t y)
{
    if (l->h == 1)
        return (struct taps){l->zeros, l->zeros, l->zeros, l->zeros};
    const int32_t *rows[4];
    for (ptrdiff_t i = 0; i < 4; i++)
        rows[i] = plane + reflect((ptrdiff_t)y + 2 * i - REACH, l->h) * l->pitch + offset;
    return (struct taps){rows[0], rows[1], rows[2], rows[3]};
}

/* X along half a row: the samples of this parity about those of the other. Pads the half row, which
 * is of a row of n samples. */
static struct taps horizontal(int32_t *half, size_t parity, size_t n)
{
    const ptrdiff_t n_half = (ptrdiff_t)((n + 1 - parity) / 2), first = (ptrdiff_t)parity;
    for (ptrdiff_t i = 1; i <= PAD; i++) {
        const ptrdiff_t before = -i, behind = n_half + i - 1;
        half[before] = n == 1 ? 0 : half[reflect(2 * before + first, n) / 2];
        half[behind] = n == 1 ? 0 : half[reflect(2 * behind + first, n) / 2];
    }
    const int32_t *a = half - 1 - first;
    return (struct taps){a, a + 1, a + 2, a + 3};
}

/* ---- Steps ---- */

enum sign { ADD = 0, SUBTRACT = -1 };

/* out[i] +- (p X + q Y, rounded, / 2^shift), in wrapping arithmetic. */
static inline void lift(int32_t *restrict out, size_t n, uint32_t p, struct taps x, uint32_t q,
                        struct taps y, int shift, enum sign sign)
{
    const uint32_t flip = (uint32_t)sign;
    for (size_t i = 0; i < n; i++) {
        const uint32_t sum = p * tap_sum(x, i) + q * tap_sum(y, i) + (1u << (shift - 1));
        const uint32_t amount = (uint32_t)((int32_t)sum >> shift);
        out[i] = (int32_t)((uint32_t)out[i] + ((amount ^ flip) - flip));
    }
}

/* out[i] = gain in[i] - Y. */
static inline void mix(int32_t *restrict out, size_t n, uint32_t gain, const int32_t *in,
                       struct taps y)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (int32_t)(gain * (uint32_t)in[i] - tap_sum(y, i));
}

/* The samples of row y of even column: oe or ee. */
static void lift_low(const struct level *l, int32_t *plane, size_t y, enum sign sign)
{
    const size_t n = l->w_even, n_odd = l->w - n;
    int32_t *low = plane + y * l->pitch, *high = low + n, *line = thread_buffer(l) + PAD;
    if (y % 2 == 1) {
        memcpy(line, high, n_odd * sizeof *line);
        lift(low, n, -1u, horizontal(line, 1, l->w), 2, vertical(l, plane, 0, y), 5, sign);
    } else {
        mix(line, n_odd, 32, high, vertical(l, plane, n, y));
        lift(low, n, 1, horizontal(line, 1, l->w), 32, vertical(l, plane, 0, y), 10, sign);
    }
}

/* The samples of row y of odd column: oo or eo. */
static void lift_high(const struct level *l, int32_t *plane, size_t y, enum sign sign)
{
    const size_t n = l->w_even, n_odd = l->w - n;
    int32_t *low = plane + y * l->pitch, *high = low + n, *line = thread_buffer(l) + PAD;
    if (y % 2 == 1) {
        mix(line, n, 16, low, vertical(l, plane, 0, y));
        lift(high, n_odd, 1, horizontal(line, 0, l->w), 16, vertical(l, plane, n, y), 8, sign);
    } else {
        memcpy(line, low, n * sizeof *line);
        lift(high, n_odd, 2, horizontal(line, 0, l->w), -1u, vertical(l, plane, n, y), 5, sign);
    }
}

/* The samples of row y of one parity of the column, in all planes. */
static void lift_half(const struct level *l, size_t y, int is_high, enum direction direction)
{
    const struct uqd_lifting *lifting = l->lifting;
    const size_t first = is_high ? l->w_even : 0, n = is_high ? l->w - l->w_even : l->w_even;
    const int adds_forward = !is_high && y % 2 == 0;
    const enum sign sign = adds_forward == (direction == FORWARD) ? ADD : SUBTRACT;
    int32_t *lifted[3] = {NULL}, *before = thread_buffer(l) + l->w + 2 * PAD;
    for (uint32_t c = 0; c < lifting->n_planes; c++) {
        lifted[c] = lifting->planes[c] + y * l->pitch + first;
        if (direction == FORWARD && lifting->replace != NULL)
            memcpy(before + c * l->w_even, lifted[c], n * sizeof *before);
        if (is_high)
            lift_high(l, lifting->planes[c], y, sign);
        else
            lift_low(l, lifting->planes[c], y, sign);
    }
    const int32_t *const befores[3] = {before, before + l->w_even, before + 2 * l->w_even};
    uqd_replace_samples *replace = direction == FORWARD ? lifting->replace : lifting->restore;
    if (replace != NULL)
        replace(lifted, befores, n);
}

static void lift_row(const struct level *l, size_t y, enum direction direction)
{
    lift_half(l, y, direction == FORWARD, direction);
    lift_half(l, y, direction != FORWARD, direction);
}

/* ---- Order of the rows ---- */

/* Rows of one parity, odd forward and even inverse, are lifted from unlifted rows of the other, and
 * those then from lifted ones. A row follows in the same sweep, while its neighbours are in the
 * cache, where all within its reach are in the band; the others when all bands are swept. */

static size_t band_end(const struct level *l, size_t first)
{
    return l->h - first < l->band_rows ? l->h : first + l->band_rows;
}

static void sweep_band(const struct level *l, size_t first, enum direction direction)
{
    const size_t end = band_end(l, first), samples = 2 * l->w * l->lifting->n_planes;
    for (size_t y = first + (direction == FORWARD);
         y < end && uqd_work_look(l->work, samples) == UQD_OK; y += 2) {
        lift_row(l, y, direction);
        if (y >= first + 2 * REACH)
            lift_row(l, y - REACH, direction);
    }
}

static void finish_band(const struct level *l, size_t first, enum direction direction)
{
    const size_t end = band_end(l, first);
    for (size_t y = first + (direction == INVERSE); y < end; y += 2)
        if (y < first + REACH || y + REACH >= end)
            lift_row(l, y, direction);
}

static void lift_rows(const struct level *l, enum direction direction)
{
#pragma omp for
    for (size_t y = 0; y < l->h; y += l->band_rows)
        sweep_band(l, y, direction);
#pragma omp for
    for (size_t y = 0; y < l->h; y += l->band_rows)
        finish_band(l, y, direction);
}

/* ---- Moves ---- */

/* Even samples to the left half of a row, odd ones to the right. */
static void part_row(int32_t *restrict row, const struct level *l)
{
    int32_t *even = thread_buffer(l), *odd = even + l->w_even;
    for (size_t i = 0; i < l->w / 2; i++) {
        even[i] = row[2 * i];
        odd[i] = row[2 * i + 1];
    }
    if (l->w % 2 == 1)
        even[l->w / 2] = row[l->w - 1];
    memcpy(row, even, l->w * sizeof *row);
}

static void join_row(int32_t *restrict row, const struct level *l)
{
    int32_t *even = thread_buffer(l), *odd = even + l->w_even;
    memcpy(even, row, l->w * sizeof *row);
    for (size_t i = 0; i < l->w / 2; i++) {
        row[2 * i] = even[i];
        row[2 * i + 1] = odd[i];
    }
    if (l->w % 2 == 1)
        row[l->w - 1] = even[l->w / 2];
}

/* Even rows of a strip of columns to its upper half, odd ones to the lower. */
static void part_strip(int32_t *strip, size_t columns, const struct level *l)
{
    int32_t *odd = thread_buffer(l);
    const size_t h_odd = l->h - l->h_even, bytes = columns * sizeof *strip;
    for (size_t j = 0; j < h_odd; j++)
        memcpy(odd + j * columns, strip + (2 * j + 1) * l->pitch, bytes);
    for (size_t j = 1; j < l->h_even; j++)
        memcpy(strip + j * l->pitch, strip + 2 * j * l->pitch, bytes);
    for (size_t j = 0; j < h_odd; j++)
        memcpy(strip + (l->h_even + j) * l->pitch, odd + j * columns, bytes);
}

static void join_strip(int32_t *strip, size_t columns, const struct level *l)
{
    int32_t *odd = thread_buffer(l);
    const size_t h_odd = l->h - l->h_even, bytes = columns * sizeof *strip;
    for (size_t j = 0; j < h_odd; j++)
        memcpy(odd + j * columns, strip + (l->h_even + j) * l->pitch, bytes);
    for (size_t j = l->h_even; j-- > 1;)
        memcpy(strip + 2 * j * l->pitch, strip + j * l->pitch, bytes);
    for (size_t j = 0; j < h_odd; j++)
        memcpy(strip + (2 * j + 1) * l->pitch, odd + j * columns, bytes);
}

static void each_row(const struct level *l, void (*move)(int32_t *, const struct level *))
{
#pragma omp for collapse(2)
    for (uint32_t c = 0; c < l->lifting->n_planes; c++)
        for (size_t y = 0; y < l->h; y++)
            if (uqd_work_look(l->work, l->w) == UQD_OK)
                move(l->lifting->planes[c] + y * l->pitch, l);
}

static void each_strip(const struct level *l, void (*move)(int32_t *, size_t, const struct level *))
{
#pragma omp for collapse(2)
    for (uint32_t c = 0; c < l->lifting->n_planes; c++)
        for (size_t x = 0; x < l->w; x += STRIP)
            if (uqd_work_look(l->work, STRIP * l->h) == UQD_OK)
                move(l->lifting->planes[c] + x, l->w - x < STRIP ? l->w - x : STRIP, l);
}

/* ---- Levels ---- */

static void split(const struct level *l)
{
    each_row(l, part_row);
    lift_rows(l, FORWARD);
    each_strip(l, part_strip);
}

static void merge(const struct level *l)
{
    each_strip(l, join_strip);
    lift_rows(l, INVERSE);
    each_row(l, join_row);
}

/* Scratch for a row and what it was, or a strip; the caller frees l->zeros. */
static int scratch_init(struct level *l, uint32_t n_threads)
{
    size_t row, strip, all;
    if (uqd_mul_size(l->w_even, 3, &row) < 0 || uqd_add_size(row, l->w + 2 * PAD, &row) < 0 ||
        uqd_mul_size(l->h / 2, STRIP, &strip) < 0)
        return UQD_ERR_NOMEM;
    l->buffer_size = row > strip ? row : strip;
    if (uqd_mul_size(l->buffer_size, n_threads, &all) < 0 || uqd_add_size(all, row, &all) < 0)
        return UQD_ERR_NOMEM;
    l->zeros = uqd_malloc_array(all, sizeof *l->zeros);
    if (l->zeros == NULL)
        return UQD_ERR_NOMEM;
    memset(l->zeros, 0, row * sizeof *l->zeros);
    l->buffers = l->zeros + row;
    return UQD_OK;
}

static int transform(const struct uqd_lifting *lifting, uint32_t width, uint32_t height,
                     enum direction direction, struct uqd_work *work)
{
    const uint32_t n_threads = work->threads;
    const int is_worthwhile = (size_t)width * height >= PARALLEL_SAMPLES;

    assert(lifting->n_planes >= 1 && lifting->n_planes <= 3);
    assert(width >= 1 && height >= 1 && lifting->pitch >= width);
    struct level l = {
        .lifting = lifting,
        .work = work,
        .pitch = lifting->pitch,
        .w = width,
        .h = height,
        .w_even = ((size_t)width + 1) / 2,
        .h_even = ((size_t)height + 1) / 2,
        .band_rows = (height / (size_t)n_threads + 2) / 2 * 2,
    };
    const int status = scratch_init(&l, n_threads);
    if (status != UQD_OK)
        return status;
#pragma omp parallel num_threads(uqd_team(n_threads, is_worthwhile))
    if (direction == FORWARD)
        split(&l);
    else
        merge(&l);
    free(l.zeros);
    return uqd_work_look(work, 0);
}

int uqd_lifting_forward(const struct uqd_lifting *lifting, uint32_t width, uint32_t height,
                        struct uqd_work *work)
{
    return transform(lifting, width, height, FORWARD, work);
}

int uqd_lifting_inverse(const struct uqd_lifting *lifting, uint32_t width, uint32_t height,
                        struct uqd_work *work)
{
    return transform(lifting, width, height, INVERSE, work);
}
