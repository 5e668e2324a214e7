#include "scale.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ONE_BITS = 16, ONE = 1 << ONE_BITS }; /* what the weights of a span sum up to */

/* The pixels of one side that a new pixel is made of. */
struct span {
    uint32_t first, n;
    const uint32_t *weights;
};

struct axis {
    struct span *spans; /* one for each new pixel */
    uint32_t *weights;
};

/* ---- Sizes --------------------------------------------------------------------------------- */

static uint32_t shorter_side(uint32_t side, uint32_t longer, uint32_t edge)
{
    const uint32_t scaled = (uint32_t)(((uint64_t)side * edge + longer / 2) / longer);
    return scaled > 0 ? scaled : 1;
}

void scale_fit(uint32_t *width, uint32_t *height, uint32_t edge)
{
    const uint32_t longer = *width > *height ? *width : *height;
    assert(edge > 0 && longer > 0);
    if (longer <= edge)
        return;
    *width = shorter_side(*width, longer, edge);
    *height = shorter_side(*height, longer, edge);
}

uint32_t scale_halvings(uint32_t width, uint32_t height, uint32_t edge)
{
    const uint32_t longer = width > height ? width : height;
    uint32_t n = 0;
    while (n < UQD_MAX_REDUCE && uqd_reduced_side(longer, n + 1) >= edge)
        n++;
    return n;
}

/* ---- Weights ------------------------------------------------------------------------------- */

/* What a new pixel covers, in units of 1 / scaled of an old one. */
static void cover(struct span *span, uint32_t *weights, uint32_t i, uint32_t source,
                  uint32_t scaled)
{
    const uint64_t begin = (uint64_t)i * source, end = begin + source;
    uint32_t sum = 0, largest = 0;
    span->first = (uint32_t)(begin / scaled);
    span->n = (uint32_t)((end - 1) / scaled) - span->first + 1;
    for (uint32_t k = 0; k < span->n; k++) {
        const uint64_t low = (span->first + (uint64_t)k) * scaled, high = low + scaled;
        const uint64_t covered = (high < end ? high : end) - (low > begin ? low : begin);
        weights[k] = (uint32_t)(covered * ONE / source);
        sum += weights[k];
        if (weights[k] > weights[largest])
            largest = k;
    }
    weights[largest] += ONE - sum;
}

/* The two old pixels around the middle of a new one; beyond the outer ones there is only one. */
static void interpolate(struct span *span, uint32_t *weights, uint32_t i, uint32_t source,
                        uint32_t scaled)
{
    const uint64_t middle = (2 * (uint64_t)i + 1) * source; /* in units of 1 / (2 * scaled) */
    const uint64_t at = middle > scaled ? middle - scaled : 0, unit = 2 * (uint64_t)scaled;
    span->first = (uint32_t)(at / unit);
    span->n = span->first + 1 < source ? 2 : 1;
    weights[1] = span->n == 2 ? (uint32_t)(at % unit * ONE / unit) : 0;
    weights[0] = ONE - weights[1];
}

static void axis_free(struct axis *axis)
{
    free(axis->spans);
    free(axis->weights);
}

static int axis_init(struct axis *axis, uint32_t source, uint32_t scaled)
{
    const size_t most = source / scaled + 2;
    axis->spans = calloc(scaled, sizeof *axis->spans);
    axis->weights = calloc(scaled, most * sizeof *axis->weights);
    if (!axis->spans || !axis->weights)
        return -1;
    for (uint32_t i = 0; i < scaled; i++) {
        uint32_t *weights = axis->weights + i * most;
        axis->spans[i].weights = weights;
        if (scaled <= source)
            cover(&axis->spans[i], weights, i, source, scaled);
        else
            interpolate(&axis->spans[i], weights, i, source, scaled);
    }
    return 0;
}

/* ---- Pixels -------------------------------------------------------------------------------- */

static int has_alpha(const struct pixels *pixels)
{
    return pixels->channels % 2 == 0;
}

/* Adds a row, colours multiplied by alpha. */
static void add_row(const struct pixels *pixels, uint32_t y, uint32_t weight, uint64_t *sums)
{
    const uint32_t channels = pixels->channels;
    const uint8_t *pixel = pixels->data + (size_t)y * pixels->width * channels;
    for (uint32_t x = 0; x < pixels->width; x++, pixel += channels, sums += channels) {
        const uint32_t alpha = has_alpha(pixels) ? pixel[channels - 1] : 1;
        for (uint32_t c = 0; c < channels; c++)
            sums[c] +=
                (uint64_t)weight * pixel[c] * (has_alpha(pixels) && c == channels - 1 ? 1 : alpha);
    }
}

static uint8_t rounded(uint64_t sum)
{
    return (uint8_t)((sum + (UINT64_C(1) << (2 * ONE_BITS - 1))) >> (2 * ONE_BITS));
}

/* One new pixel of the sums of rows. */
static void mix(const uint64_t *sums, const struct span *span, uint32_t channels, uint8_t *pixel)
{
    uint64_t totals[4] = {0};
    sums += (size_t)span->first * channels;
    for (uint32_t i = 0; i < span->n; i++, sums += channels)
        for (uint32_t c = 0; c < channels; c++)
            totals[c] += sums[c] * span->weights[i];
    const uint64_t alpha = totals[channels - 1];
    if (channels % 2 != 0) {
        for (uint32_t c = 0; c < channels; c++)
            pixel[c] = rounded(totals[c]);
        return;
    }
    for (uint32_t c = 0; c + 1 < channels; c++)
        pixel[c] = alpha > 0 ? (uint8_t)((totals[c] + alpha / 2) / alpha) : 0;
    pixel[channels - 1] = rounded(alpha);
}

/* Who may end it. */
struct looking {
    uqd_progress look;
    void *cookie;
};

/* The rows of a new one, mixed down the picture. 0 or UQD_ERR_CANCELLED. */
static int add_rows(const struct pixels *pixels, const struct span *rows, uint64_t *sums,
                    const struct looking *looking)
{
    memset(sums, 0, (size_t)pixels->width * pixels->channels * sizeof *sums);
    for (uint32_t i = 0; i < rows->n; i++) {
        add_row(pixels, rows->first + i, rows->weights[i], sums);
        if (looking->look && looking->look(looking->cookie, 0))
            return UQD_ERR_CANCELLED;
    }
    return 0;
}

static int scale_rows(const struct pixels *pixels, const struct axis *across,
                      const struct axis *down, uint64_t *sums, struct pixels *scaled,
                      const struct looking *looking)
{
    const uint32_t channels = pixels->channels;
    uint8_t *pixel = scaled->data;
    for (uint32_t y = 0; y < scaled->height; y++) {
        if (add_rows(pixels, &down->spans[y], sums, looking) < 0)
            return UQD_ERR_CANCELLED;
        for (uint32_t x = 0; x < scaled->width; x++, pixel += channels)
            mix(sums, &across->spans[x], channels, pixel);
    }
    return 0;
}

int scale_pixels_with(struct pixels *pixels, uint32_t width, uint32_t height, uqd_progress look,
                      void *cookie)
{
    const struct looking looking = {look, cookie};
    struct axis across = {0}, down = {0};
    struct pixels scaled = *pixels;
    assert(width > 0 && height > 0);
    scaled.width = width;
    scaled.height = height;
    scaled.data = calloc((size_t)width * height, pixels->channels);
    uint64_t *sums = calloc(pixels->width, pixels->channels * sizeof *sums);
    int status = UQD_ERR_NOMEM;
    if (scaled.data && sums && axis_init(&across, pixels->width, width) == 0 &&
        axis_init(&down, pixels->height, height) == 0)
        status = scale_rows(pixels, &across, &down, sums, &scaled, &looking);
    if (status == 0) {
        free(pixels->data);
        *pixels = scaled;
    } else {
        free(scaled.data);
    }
    axis_free(&down);
    axis_free(&across);
    free(sums);
    return status;
}

int scale_pixels(struct pixels *pixels, uint32_t width, uint32_t height)
{
    return scale_pixels_with(pixels, width, height, NULL, NULL);
}
