#include "codec/paper/cells.h"

#include "nn/elementary.h"

/* Frequencies that every cell has, more than the sigmoid's error: so they ascend. */
enum { CELL_FLOOR = 8, CELL_TOTAL = 1 << UQD_PAPER_CELL_BITS };

/* Frequency of the nearest level, so that all are within UQD_RANGE_MAX_TOTAL: of sharp
 * distributions, which come to less than three times that of the nearest, and of any. */
enum { SHARP_PEAK = 1 << 24, BROAD_PEAK = (1 << 18) - 1 };
#define SHARP 1.0f

/* ---- Cells ---- */

uint32_t uqd_paper_cell_cum(const struct uqd_paper_cells *cells, int32_t k)
{
    const int32_t reach = cells->reach;
    if (k <= -reach)
        return 0;
    if (k > reach)
        return CELL_TOTAL;
    const uint32_t spread = CELL_TOTAL - CELL_FLOOR * (2 * (uint32_t)reach + 1);
    const float edge = ((float)k - 0.5f - cells->dither) * cells->slope;
    const float distance = edge < 0 ? -edge : edge;
    /* Of the tail that the edge cuts off, which has the smaller error. */
    const uint32_t tail = (uint32_t)((float)spread / (1.0f + uqd_expf(distance)));
    return (edge < 0 ? tail : spread - tail) + CELL_FLOOR * (uint32_t)(k + reach);
}

int32_t uqd_paper_cell_find(const struct uqd_paper_cells *cells, uint32_t target)
{
    int32_t low = -cells->reach, high = cells->reach + 1; /* cum(low) <= target < cum(high) */
    const int is_above = uqd_paper_cell_cum(cells, 0) <= target;
    *(is_above ? &low : &high) = 0;
    /* Most are close to 0: look near there first, then halve. */
    for (int32_t step = 1; high - low > step; step *= 2) {
        const int32_t k = is_above ? low + step : high - step;
        const int k_is_low = uqd_paper_cell_cum(cells, k) <= target;
        *(k_is_low ? &low : &high) = k;
        if (k_is_low != is_above)
            break;
    }
    while (high - low > 1) {
        const int32_t k = low + (high - low) / 2;
        *(uqd_paper_cell_cum(cells, k) <= target ? &low : &high) = k;
    }
    return low;
}

void uqd_paper_cell_encode(struct uqd_range_encoder *encoder, const struct uqd_paper_cells *cells,
                           int32_t k)
{
    const uint32_t cum = uqd_paper_cell_cum(cells, k);
    uqd_range_encode(encoder, cum, uqd_paper_cell_cum(cells, k + 1) - cum, CELL_TOTAL);
}

int uqd_paper_cell_decode(struct uqd_range_decoder *decoder, const struct uqd_paper_cells *cells,
                          int32_t *k)
{
    const int64_t target = uqd_range_decode_target(decoder, CELL_TOTAL);
    if (target < 0)
        return UQD_RANGE_STOPPED;
    *k = uqd_paper_cell_find(cells, (uint32_t)target);
    const uint32_t cum = uqd_paper_cell_cum(cells, *k);
    uqd_range_decode_take(decoder, cum, uqd_paper_cell_cum(cells, *k + 1) - cum, CELL_TOTAL);
    return UQD_OK;
}

/* ---- Levels ---- */

/* The i-th value from the nearest on, by turns above and below. */
static int32_t level_at(const struct uqd_paper_levels *levels, uint32_t i)
{
    return levels->nearest + (i % 2 == 1 ? (int32_t)(i + 1) / 2 : -(int32_t)(i / 2));
}

static int is_level(int32_t value)
{
    return value >= 0 && value < UQD_PAPER_LEVELS;
}

static uint32_t level_freq(int32_t value, int32_t nearest, float off, float sharpness)
{
    const float peak = sharpness >= SHARP ? SHARP_PEAK : BROAD_PEAK;
    const float j = (float)(value - nearest);
    /* The square of the distance, less that of the nearest. */
    const float more = j * (j - 2.0f * off);
    return is_level(value) ? (uint32_t)(peak * uqd_expf(-sharpness * more)) + 1 : 0;
}

void uqd_paper_levels_init(struct uqd_paper_levels *levels, float centre, float sharpness)
{
    centre = uqd_clampf(centre, -512.0f, 767.0f);
    levels->nearest = uqd_round(uqd_clampf(centre, 0.0f, 255.0f));
    const float off = centre - (float)levels->nearest;
    uint32_t n = 0, n_levels = 0, total = 0, most = 2;
    /* Each pair is of the same distance; behind one of which no value has more, none has. */
    while (most > 1 && n < 2 * UQD_PAPER_LEVELS - 1) {
        most = 0;
        for (const uint32_t end = n == 0 ? 1 : n + 2; n < end; n++) {
            const uint32_t freq = level_freq(level_at(levels, n), levels->nearest, off, sharpness);
            levels->freq[n] = freq;
            total += freq;
            n_levels += freq > 0;
            most = freq > most ? freq : most;
        }
    }
    levels->n = n;
    levels->total = total + UQD_PAPER_LEVELS - n_levels;
}

/* Values of frequency 1 below and above those of levels->freq. */
static uint32_t n_below(const struct uqd_paper_levels *levels)
{
    const int32_t lowest = levels->nearest - (int32_t)(levels->n / 2);
    return lowest > 0 ? (uint32_t)lowest : 0;
}

static int32_t first_above(const struct uqd_paper_levels *levels)
{
    return levels->nearest + (int32_t)(levels->n / 2) + 1;
}

static uint32_t sum_near(const struct uqd_paper_levels *levels, uint32_t end)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < end; i++)
        sum += levels->freq[i];
    return sum;
}

void uqd_paper_level_encode(struct uqd_range_encoder *encoder,
                            const struct uqd_paper_levels *levels, int32_t value)
{
    const int32_t j = value - levels->nearest;
    const uint32_t i = j > 0 ? 2 * (uint32_t)j - 1 : 2 * (uint32_t)-j;
    if (i < levels->n) {
        uqd_range_encode(encoder, sum_near(levels, i), levels->freq[i], levels->total);
        return;
    }
    const uint32_t rank =
        j < 0 ? (uint32_t)value : n_below(levels) + (uint32_t)(value - first_above(levels));
    uqd_range_encode(encoder, sum_near(levels, levels->n) + rank, 1, levels->total);
}

int uqd_paper_level_decode(struct uqd_range_decoder *decoder, const struct uqd_paper_levels *levels,
                           int32_t *value)
{
    const int64_t target = uqd_range_decode_target(decoder, levels->total);
    if (target < 0)
        return UQD_RANGE_STOPPED;
    uint32_t cum = 0, i = 0;
    while (i < levels->n && cum + levels->freq[i] <= target)
        cum += levels->freq[i++];
    if (i < levels->n) {
        *value = level_at(levels, i);
        uqd_range_decode_take(decoder, cum, levels->freq[i], levels->total);
        return UQD_OK;
    }
    const uint32_t rank = (uint32_t)target - cum, below = n_below(levels);
    *value = rank < below ? (int32_t)rank : first_above(levels) + (int32_t)(rank - below);
    uqd_range_decode_take(decoder, cum + rank, 1, levels->total);
    return UQD_OK;
}
