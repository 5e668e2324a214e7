/* Lifting: with x[-1], x[-2], .. mirrored about the first sample and likewise about the last,
 *
 *     odd[i]  -= (9 (even[i] + even[i + 1]) - (even[i - 1] + even[i + 2]) + 8) >> 4
 *     even[i] += (9 (odd[i - 1] + odd[i]) - (odd[i - 2] + odd[i + 1]) + 16) >> 5
 *
 * splits a line into the low-pass (even) and high-pass (odd) half. A level splits along x, then
 * along y; its inverse merges along y, then along x. Rows are split with their halves padded by
 * mirrored samples; columns many at a time, so that both are loops over contiguous samples. */
#include "transform/wavelet.h"

#include "transform/threads.h"
#include "uqd/uqd.h"
#include "util/checked.h"

#include <string.h>

enum {
    STRIP = 32, /* columns that are split together: two cache lines */
    PAD = 2,    /* mirrored samples at either end of a half of a row */
    PREDICT_SHIFT = 4,
    UPDATE_SHIFT = 5,
    PARALLEL_SAMPLES = 1 << 14, /* fewer are not worth the threads */
};

enum direction { ADD = 0, SUBTRACT = -1 };

/* out[i] +- the four-tap prediction, in wrapping arithmetic. */
static void lift(int32_t *restrict out, const int32_t *a, const int32_t *b, const int32_t *c,
                 const int32_t *d, size_t n, int shift, enum direction direction)
{
    const uint32_t flip = (uint32_t)direction;
    for (size_t i = 0; i < n; i++) {
        const uint32_t inner = (uint32_t)b[i] + (uint32_t)c[i];
        const uint32_t outer = (uint32_t)a[i] + (uint32_t)d[i];
        const uint32_t sum = 9 * inner - outer + (1u << (shift - 1));
        const uint32_t amount = (uint32_t)((int32_t)sum >> shift);
        out[i] = (int32_t)((uint32_t)out[i] + ((amount ^ flip) - flip));
    }
}

/* Position of a sample of a line of n >= 2 mirrored about both ends. */
static size_t reflect(ptrdiff_t position, size_t n)
{
    const size_t period = 2 * (n - 1);
    const size_t p = (size_t)(position < 0 ? -position : position) % period;
    return p < n ? p : period - p;
}

/* The halves of a line of n samples, as rows of `stride` elements. */
struct halves {
    int32_t *even, *odd;
    size_t n, n_even, n_odd, stride;
};

static struct halves halves_of(int32_t *scratch, size_t n, size_t stride)
{
    const size_t n_even = (n + 1) / 2;
    struct halves halves = {.n = n, .n_even = n_even, .n_odd = n - n_even, .stride = stride};
    halves.even = scratch + PAD * stride;
    halves.odd = halves.even + (n_even + 2 * PAD) * stride;
    return halves;
}

/* ---- Rows ---- */

static void pad_row(int32_t *half, size_t n_half, ptrdiff_t parity, size_t n)
{
    for (ptrdiff_t i = 1; i <= PAD; i++) {
        const ptrdiff_t behind = (ptrdiff_t)n_half + i - 1;
        half[-i] = half[reflect(-2 * i + parity, n) / 2];
        half[behind] = half[reflect(2 * behind + parity, n) / 2];
    }
}

static void predict_row(const struct halves *h, enum direction direction)
{
    const int32_t *even = h->even;
    pad_row(h->even, h->n_even, 0, h->n);
    lift(h->odd, even - 1, even, even + 1, even + 2, h->n_odd, PREDICT_SHIFT, direction);
}

static void update_row(const struct halves *h, enum direction direction)
{
    const int32_t *odd = h->odd;
    pad_row(h->odd, h->n_odd, 1, h->n);
    lift(h->even, odd - 2, odd - 1, odd, odd + 1, h->n_even, UPDATE_SHIFT, direction);
}

static void split_row(int32_t *row, size_t n, int32_t *scratch)
{
    const struct halves h = halves_of(scratch, n, 1);
    for (size_t i = 0; i < h.n_odd; i++) {
        h.even[i] = row[2 * i];
        h.odd[i] = row[2 * i + 1];
    }
    if (n % 2 == 1)
        h.even[n / 2] = row[n - 1];
    predict_row(&h, SUBTRACT);
    update_row(&h, ADD);
    memcpy(row, h.even, h.n_even * sizeof *row);
    memcpy(row + h.n_even, h.odd, h.n_odd * sizeof *row);
}

static void merge_row(int32_t *row, size_t n, int32_t *scratch)
{
    const struct halves h = halves_of(scratch, n, 1);
    memcpy(h.even, row, h.n_even * sizeof *row);
    memcpy(h.odd, row + h.n_even, h.n_odd * sizeof *row);
    update_row(&h, SUBTRACT);
    predict_row(&h, ADD);
    for (size_t i = 0; i < h.n_odd; i++) {
        row[2 * i] = h.even[i];
        row[2 * i + 1] = h.odd[i];
    }
    if (n % 2 == 1)
        row[n - 1] = h.even[n / 2];
}

/* ---- Columns ---- */

/* Row of the strip at a position of the line, either half. */
static int32_t *strip_row(const struct halves *h, ptrdiff_t position)
{
    const size_t p = reflect(position, h->n);
    return (p % 2 == 0 ? h->even : h->odd) + p / 2 * h->stride;
}

static void lift_strip(const struct halves *h, size_t first, int shift, enum direction direction)
{
    for (size_t p = first; p < h->n; p += 2) {
        const ptrdiff_t i = (ptrdiff_t)p;
        lift(strip_row(h, i), strip_row(h, i - 3), strip_row(h, i - 1), strip_row(h, i + 1),
             strip_row(h, i + 3), h->stride, shift, direction);
    }
}

static void split_strip(int32_t *strip, size_t pitch, size_t columns, size_t n, int32_t *scratch)
{
    const struct halves h = halves_of(scratch, n, columns);
    const size_t bytes = columns * sizeof *strip;
    for (size_t y = 0; y < n; y++)
        memcpy(strip_row(&h, (ptrdiff_t)y), strip + y * pitch, bytes);
    lift_strip(&h, 1, PREDICT_SHIFT, SUBTRACT);
    lift_strip(&h, 0, UPDATE_SHIFT, ADD);
    for (size_t y = 0; y < h.n_even; y++)
        memcpy(strip + y * pitch, h.even + y * columns, bytes);
    for (size_t y = 0; y < h.n_odd; y++)
        memcpy(strip + (h.n_even + y) * pitch, h.odd + y * columns, bytes);
}

static void merge_strip(int32_t *strip, size_t pitch, size_t columns, size_t n, int32_t *scratch)
{
    const struct halves h = halves_of(scratch, n, columns);
    const size_t bytes = columns * sizeof *strip;
    for (size_t y = 0; y < h.n_even; y++)
        memcpy(h.even + y * columns, strip + y * pitch, bytes);
    for (size_t y = 0; y < h.n_odd; y++)
        memcpy(h.odd + y * columns, strip + (h.n_even + y) * pitch, bytes);
    lift_strip(&h, 0, UPDATE_SHIFT, SUBTRACT);
    lift_strip(&h, 1, PREDICT_SHIFT, ADD);
    for (size_t y = 0; y < n; y++)
        memcpy(strip + y * pitch, strip_row(&h, (ptrdiff_t)y), bytes);
}

/* ---- Levels ---- */

/* Scratch for each thread, in elements. */
struct scratch {
    int32_t *elements;
    size_t per_thread;
    int threads;
};

static int scratch_init(struct scratch *scratch, size_t width, size_t height, uint32_t threads)
{
    const int n_threads = uqd_thread_count(threads);
    size_t row, strip, all;
    if (uqd_add_size(width, 4 * PAD, &row) < 0 || uqd_add_size(height, 4 * PAD, &strip) < 0 ||
        uqd_mul_size(strip, STRIP, &strip) < 0)
        return UQD_ERR_NOMEM;
    scratch->threads = n_threads;
    scratch->per_thread = row > strip ? row : strip;
    if (uqd_mul_size(scratch->per_thread, (size_t)n_threads, &all) < 0)
        return UQD_ERR_NOMEM;
    scratch->elements = uqd_malloc_array(all, sizeof *scratch->elements);
    return scratch->elements != NULL ? UQD_OK : UQD_ERR_NOMEM;
}

static int32_t *scratch_of_thread(const struct scratch *scratch)
{
    return scratch->elements + (size_t)omp_get_thread_num() * scratch->per_thread;
}

typedef void row_function(int32_t *row, size_t n, int32_t *scratch);
typedef void strip_function(int32_t *strip, size_t pitch, size_t columns, size_t n,
                            int32_t *scratch);

static void each_row(row_function *function, int32_t *plane, size_t pitch, size_t width,
                     size_t height, const struct scratch *scratch)
{
    if (width == 1)
        return;
#pragma omp parallel for num_threads(scratch->threads) if (width * height >= PARALLEL_SAMPLES)
    for (size_t y = 0; y < height; y++)
        function(plane + y * pitch, width, scratch_of_thread(scratch));
}

static void each_strip(strip_function *function, int32_t *plane, size_t pitch, size_t width,
                       size_t height, const struct scratch *scratch)
{
    if (height == 1)
        return;
#pragma omp parallel for num_threads(scratch->threads) if (width * height >= PARALLEL_SAMPLES)
    for (size_t x = 0; x < width; x += STRIP) {
        const size_t columns = width - x < STRIP ? width - x : STRIP;
        function(plane + x, pitch, columns, height, scratch_of_thread(scratch));
    }
}

int uqd_wavelet_forward(int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                        uint32_t levels, uint32_t threads)
{
    struct scratch scratch;
    const int status = scratch_init(&scratch, width, height, threads);
    if (status != UQD_OK)
        return status;
    for (uint32_t level = 0; level < levels; level++) {
        const size_t w = uqd_wavelet_side(width, level), h = uqd_wavelet_side(height, level);
        each_row(split_row, plane, pitch, w, h, &scratch);
        each_strip(split_strip, plane, pitch, w, h, &scratch);
    }
    free(scratch.elements);
    return UQD_OK;
}

int uqd_wavelet_inverse(int32_t *plane, size_t pitch, uint32_t width, uint32_t height,
                        uint32_t levels_from, uint32_t levels_to, uint32_t threads)
{
    struct scratch scratch;
    const int status = scratch_init(&scratch, width, height, threads);
    if (status != UQD_OK)
        return status;
    for (uint32_t level = levels_from; level-- > levels_to;) {
        const size_t w = uqd_wavelet_side(width, level), h = uqd_wavelet_side(height, level);
        each_strip(merge_strip, plane, pitch, w, h, &scratch);
        each_row(merge_row, plane, pitch, w, h, &scratch);
    }
    free(scratch.elements);
    return UQD_OK;
}
