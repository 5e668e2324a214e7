#include "session/maps/histogram.h"

#include "session/maps/luma.h"

#include <math.h>

static void count_grey(struct histogram *histogram, const uint8_t *pixel, uint32_t n,
                       uint32_t channels)
{
    for (uint32_t x = 0; x < n; x++, pixel += channels)
        histogram->channels[HISTOGRAM_LUMA].counts[pixel[0]]++;
}

static void count_colours(struct histogram *histogram, const uint8_t *pixel, uint32_t n,
                          uint32_t channels)
{
    struct histogram_values *values = histogram->channels;
    for (uint32_t x = 0; x < n; x++, pixel += channels) {
        values[HISTOGRAM_LUMA].counts[luma(pixel, channels)]++;
        values[HISTOGRAM_RED].counts[pixel[0]]++;
        values[HISTOGRAM_GREEN].counts[pixel[1]]++;
        values[HISTOGRAM_BLUE].counts[pixel[2]]++;
    }
}

static void sum_up(struct histogram_values *values, uint64_t n)
{
    uint64_t sum = 0;
    values->least = HISTOGRAM_BINS - 1;
    values->most = 0;
    for (int i = 0; i < HISTOGRAM_BINS; i++) {
        sum += (uint64_t)values->counts[i] * (uint64_t)i;
        if (values->counts[i] > 0) {
            values->least = i < values->least ? i : values->least;
            values->most = i;
        }
    }
    values->mean = n > 0 ? (double)sum / (double)n : NAN;
}

void histogram_take(struct histogram *histogram, const struct picture *picture,
                    const struct histogram_region *region)
{
    struct histogram_region part = {0, 0, picture->width, picture->height};
    if (region) {
        part.x = region->x < picture->width ? region->x : picture->width;
        part.y = region->y < picture->height ? region->y : picture->height;
        uint32_t width = picture->width - part.x, height = picture->height - part.y;
        part.width = region->width < width ? region->width : width;
        part.height = region->height < height ? region->height : height;
    }
    *histogram = (struct histogram){.n = (uint64_t)part.width * part.height};
    histogram->n_channels = picture->channels < 3 ? 1 : HISTOGRAM_N_CHANNELS;
    for (uint32_t y = part.y; y < part.y + part.height; y++) {
        const uint8_t *row =
            picture->pixels + y * picture->stride + (size_t)part.x * picture->channels;
        if (picture->channels < 3)
            count_grey(histogram, row, part.width, picture->channels);
        else
            count_colours(histogram, row, part.width, picture->channels);
    }
    for (int c = 0; c < histogram->n_channels; c++)
        sum_up(&histogram->channels[c], histogram->n);
}
