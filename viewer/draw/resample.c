/* Two passes per output row: a weighted sum of picture rows, then of columns. Weights are 16-bit
 * fractions that add up to exactly 1. */
#include "draw/resample.h"

#include <stdlib.h>
#include <string.h>

#define ONE 65536u

/* What one display pixel covers along one axis: n picture pixels from `first`. */
struct span {
    uint32_t first, n;
    uint32_t weights; /* index of the first of its n weights */
};

struct axis {
    struct span *spans; /* one per display pixel */
    uint32_t *weights;
};

static void axis_free(struct axis *axis)
{
    free(axis->spans);
    free(axis->weights);
}

/* Weights of one span; coverage is counted in units of 1/scaled picture pixels. */
static void fill_span(struct span *span, uint32_t *weights, uint64_t begin, uint64_t source,
                      uint64_t scaled)
{
    uint64_t end = begin + source;
    uint32_t sum = 0, largest = 0;
    for (uint32_t i = 0; i < span->n; i++) {
        uint64_t low = (span->first + (uint64_t)i) * scaled;
        uint64_t high = low + scaled;
        uint64_t covered = (high < end ? high : end) - (low > begin ? low : begin);
        weights[i] = (uint32_t)(covered * ONE / source);
        sum += weights[i];
        if (weights[i] > weights[largest])
            largest = i;
    }
    weights[largest] += ONE - sum;
}

static int axis_init(struct axis *axis, uint32_t source, uint32_t scaled, uint32_t offset,
                     uint32_t n)
{
    size_t per_span = source / scaled + 2;
    axis->spans = calloc(n, sizeof *axis->spans);
    axis->weights = calloc(n, per_span * sizeof *axis->weights);
    if (!axis->spans || !axis->weights)
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t begin = (uint64_t)(offset + i) * source;
        struct span *span = &axis->spans[i];
        span->first = (uint32_t)(begin / scaled);
        span->n = (uint32_t)((begin + source - 1) / scaled) - span->first + 1;
        span->weights = (uint32_t)(i * per_span);
        fill_span(span, axis->weights + span->weights, begin, source, scaled);
    }
    return 0;
}

/* ---- Without alpha ------------------------------------------------------------------------- */

/* Sums rows of the picture into 16-bit samples with 8 fractional bits. */
static void sum_rows(const struct picture *picture, const struct span *span,
                     const uint32_t *weights, size_t from, size_t to, uint32_t *sums)
{
    memset(sums + from, 0, (to - from) * sizeof *sums);
    for (uint32_t i = 0; i < span->n; i++) {
        const uint8_t *row = picture->pixels + (span->first + i) * picture->stride;
        uint32_t weight = weights[span->weights + i];
        for (size_t x = from; x < to; x++)
            sums[x] += row[x] * weight;
    }
    for (size_t x = from; x < to; x++)
        sums[x] >>= 8;
}

static uint32_t sum_columns(const uint32_t *sums, const struct span *span, const uint32_t *weights,
                            uint32_t channels, uint32_t channel)
{
    uint32_t sum = 1u << 23;
    for (uint32_t i = 0; i < span->n; i++)
        sum += sums[(span->first + i) * (size_t)channels + channel] * weights[span->weights + i];
    return sum >> 24;
}

static void write_row(const uint32_t *sums, const struct axis *columns, uint32_t channels,
                      int width, uint32_t *out)
{
    for (int x = 0; x < width; x++) {
        const struct span *span = &columns->spans[x];
        uint32_t red = sum_columns(sums, span, columns->weights, channels, 0);
        uint32_t green = red, blue = red;
        if (channels > 1) {
            green = sum_columns(sums, span, columns->weights, channels, 1);
            blue = sum_columns(sums, span, columns->weights, channels, 2);
        }
        out[x] = 0xff000000u | red << 16 | green << 8 | blue;
    }
}

/* ---- Alpha --------------------------------------------------------------------------------- */

/* The same with 16 fractional bits, colours multiplied by alpha: 32 bits just hold them. */
static void sum_alpha_rows(const struct picture *picture, const struct span *span,
                           const uint32_t *weights, size_t from, size_t to, uint32_t *sums)
{
    size_t channels = picture->channels, n_colours = channels - 1;
    memset(sums + from, 0, (to - from) * sizeof *sums);
    for (uint32_t i = 0; i < span->n; i++) {
        const uint8_t *row = picture->pixels + (span->first + i) * picture->stride;
        for (size_t x = from; x < to; x += channels) {
            uint32_t alpha = row[x + n_colours] * weights[span->weights + i];
            for (size_t c = 0; c < n_colours; c++)
                sums[x + c] += row[x + c] * alpha;
            sums[x + n_colours] += alpha;
        }
    }
}

static uint32_t sum_alpha_columns(const uint32_t *sums, const struct span *span,
                                  const uint32_t *weights, uint32_t channels, uint32_t channel)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < span->n; i++)
        sum += (uint64_t)sums[(span->first + i) * (size_t)channels + channel] *
               weights[span->weights + i];
    return (uint32_t)(sum >> 16);
}

static uint32_t mix_alpha(const uint32_t *sums, const struct span *span, const uint32_t *weights,
                          uint32_t channels)
{
    uint32_t sum = sum_alpha_columns(sums, span, weights, channels, channels - 1);
    uint32_t alpha = (sum + (1u << 15)) >> 16, colours[3] = {0};
    if (alpha == 0)
        return 0;
    for (uint32_t c = 0; c < channels - 1; c++)
        colours[c] = (sum_alpha_columns(sums, span, weights, channels, c) + sum / 2) / sum;
    if (channels == 2)
        colours[1] = colours[2] = colours[0];
    return alpha << 24 | colours[0] << 16 | colours[1] << 8 | colours[2];
}

static void write_alpha_row(const uint32_t *sums, const struct axis *columns, uint32_t channels,
                            int width, uint32_t *out)
{
    for (int x = 0; x < width; x++)
        out[x] = mix_alpha(sums, &columns->spans[x], columns->weights, channels);
}

/* ---- Both ---------------------------------------------------------------------------------- */

/* Above 1:1 most display rows show the same picture row as the one before. */
static int same_rows(const struct axis *rows, int y)
{
    const struct span *a = &rows->spans[y - 1], *b = &rows->spans[y];
    return a->n == 1 && b->n == 1 && a->first == b->first;
}

int resample(const struct picture *picture, const struct view_rect *place,
             const struct view_rect *part, uint32_t *pixels, size_t stride)
{
    int result = -1;
    uint32_t channels = picture->channels;
    struct axis columns = {0}, rows = {0};
    uint32_t *sums = malloc(picture->width * (size_t)channels * sizeof *sums);
    if (!sums ||
        axis_init(&columns, picture->width, (uint32_t)place->width, (uint32_t)part->x,
                  (uint32_t)part->width) ||
        axis_init(&rows, picture->height, (uint32_t)place->height, (uint32_t)part->y,
                  (uint32_t)part->height))
        goto out;
    const struct span *last = &columns.spans[part->width - 1];
    size_t from = columns.spans[0].first * (size_t)channels;
    size_t to = (last->first + last->n) * (size_t)channels;
    for (int y = 0; y < part->height; y++) {
        uint32_t *out = (uint32_t *)((uint8_t *)pixels + (size_t)y * stride);
        if (y > 0 && same_rows(&rows, y)) {
            memcpy(out, (uint8_t *)out - stride, (size_t)part->width * sizeof *out);
            continue;
        }
        if (picture_has_alpha(picture)) {
            sum_alpha_rows(picture, &rows.spans[y], rows.weights, from, to, sums);
            write_alpha_row(sums, &columns, channels, part->width, out);
        } else {
            sum_rows(picture, &rows.spans[y], rows.weights, from, to, sums);
            write_row(sums, &columns, channels, part->width, out);
        }
    }
    result = 0;
out:
    axis_free(&rows);
    axis_free(&columns);
    free(sums);
    return result;
}
