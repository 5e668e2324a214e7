#include "draw/resample.h"

#include "draw/resample_row.h"

#include <stdlib.h>
#include <string.h>

struct axis {
    struct span *spans; /* one per display pixel */
    uint32_t *weights;
    uint32_t most; /* that a span has */
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
        weights[i] = (uint32_t)(covered * SPAN_ONE / source);
        sum += weights[i];
        if (weights[i] > weights[largest])
            largest = i;
    }
    weights[largest] += SPAN_ONE - sum;
    span->weights = weights;
    if (weights[largest] == SPAN_ONE) { /* the others are 0 */
        weights[largest] = 0;
        weights[0] = SPAN_ONE;
        span->first += largest;
        span->n = 1;
    }
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
        fill_span(span, axis->weights + i * per_span, begin, source, scaled);
        axis->most = span->n > axis->most ? span->n : axis->most;
    }
    return 0;
}

/* Above 1:1 most display rows show the same picture row as the one before. */
static int same_rows(const struct span *a, const struct span *b)
{
    return a->n == 1 && b->n == 1 && a->first == b->first;
}

/* NULL if there is no memory. */
static void *new_sums(const struct picture *picture, uint32_t most, union row_sums *sums)
{
    size_t n = ((size_t)picture->width + most) * picture->channels + 1;
    if (!picture_has_alpha(picture))
        return sums->plain = calloc(n, sizeof *sums->plain);
    return sums->alpha = calloc(n, sizeof *sums->alpha);
}

int resample(const struct picture *picture, const struct view_rect *place,
             const struct view_rect *part, uint32_t *pixels, size_t stride)
{
    int result = -1;
    struct axis across = {0}, down = {0};
    union row_sums sums;
    void *memory = NULL;
    if (axis_init(&across, picture->width, (uint32_t)place->width, (uint32_t)part->x,
                  (uint32_t)part->width) ||
        axis_init(&down, picture->height, (uint32_t)place->height, (uint32_t)part->y,
                  (uint32_t)part->height) ||
        !(memory = new_sums(picture, across.most, &sums)))
        goto out;
    struct columns columns = {across.spans, part->width, across.most};
    for (int y = 0; y < part->height; y++) {
        uint32_t *out = (uint32_t *)((uint8_t *)pixels + (size_t)y * stride);
        if (y > 0 && same_rows(&down.spans[y], &down.spans[y - 1]))
            memcpy(out, (uint8_t *)out - stride, (size_t)part->width * sizeof *out);
        else
            resample_row(picture, &down.spans[y], &columns, sums, out);
    }
    result = 0;
out:
    axis_free(&down);
    axis_free(&across);
    free(memory);
    return result;
}
