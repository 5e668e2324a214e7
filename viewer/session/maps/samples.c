/* What several pictures of one step agree on and where they differ, a band of rows at a time: the
 * sums of a whole picture would take eight times its memory. */
#include "session/maps/private.h"
#include "spread.h"

#include <stdio.h>
#include <stdlib.h>

#define BAND 8 /* rows */
/* Variances are told apart by sixteenths: the table is of at most 64 kB. */
#define FRACTIONS    16
#define MOST_SQUARES (MAP_MOST_LEVELS * MAP_MOST_LEVELS * FRACTIONS)

static bool fit_together(struct picture *const *pictures, uint32_t n, uint32_t least)
{
    if (n < least || n > SPREAD_MAX)
        return false;
    for (uint32_t i = 1; i < n; i++)
        if (!map_same_shape(pictures[i], pictures[0]))
            return false;
    return true;
}

/* Sums up rows of all pictures. 0, or -1 if there is no memory. */
static int add_band(struct spread *spread, struct picture *const *pictures, uint32_t n, uint32_t y)
{
    uint32_t rows = pictures[0]->height - y < BAND ? pictures[0]->height - y : BAND;
    if (spread_init(spread, pictures[0]->width, rows, pictures[0]->channels))
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        struct uqd_image image = picture_image(pictures[i]);
        image.pixels = pictures[i]->pixels + y * pictures[i]->stride;
        image.height = rows;
        if (spread_add(spread, &image))
            return -1;
    }
    return 0;
}

/* As spread_variance, but of all channels together, and with one division for all pixels: what is
 * multiplied instead is exact to the 53 bits of a double, the same on every machine. */
static void take_entries(const struct spread *spread, const uint8_t *table, uint8_t *entries)
{
    const uint64_t n = spread->n;
    const double factor = (double)FRACTIONS / (double)(n * (n - 1));
    const uint32_t channels = spread->channels, most = MOST_SQUARES * channels;
    const uint32_t *sums = spread->sums, *squares = spread->squares;
    size_t n_pixels = (size_t)spread->width * spread->height;
    for (size_t i = 0; i < n_pixels; i++, sums += channels, squares += channels) {
        uint64_t deviations = 0; /* n times the sum of their squares */
        for (uint32_t c = 0; c < channels; c++)
            deviations += n * squares[c] - (uint64_t)sums[c] * sums[c];
        double place = (double)(int64_t)deviations * factor + 0.5;
        entries[i] = table[place < most ? (uint32_t)place : most];
    }
}

static int fill(struct picture *map, struct picture *const *pictures, uint32_t n,
                const uint8_t *table, uint8_t *entries)
{
    for (uint32_t y = 0; y < map->height; y += BAND) {
        struct spread spread;
        int result = add_band(&spread, pictures, n, y);
        if (result == 0) {
            take_entries(&spread, table, entries);
            map_paint(picture_pixels(map) + y * map->stride, entries, spread.width * spread.height,
                      SCALE_HEAT);
        }
        spread_free(&spread);
        if (result)
            return -1;
    }
    return 0;
}

static void describe(uint32_t n, struct map_legend *legend)
{
    *legend = (struct map_legend){.scale = SCALE_HEAT, .low = "0"};
    snprintf(legend->title, sizeof legend->title, "Deviation of %u samples, grey levels",
             (unsigned)n);
    snprintf(legend->middle, sizeof legend->middle, "%d", MAP_MOST_LEVELS / 4);
    snprintf(legend->high, sizeof legend->high, "%d or more", MAP_MOST_LEVELS);
}

struct picture *map_variance(struct picture *const *pictures, uint32_t n, struct map_legend *legend)
{
    if (!fit_together(pictures, n, 2))
        return NULL;
    uint32_t most = MOST_SQUARES * pictures[0]->channels;
    struct picture *map = map_new(pictures[0]->width, pictures[0]->height);
    uint8_t *table = malloc(most + 1), *entries = malloc((size_t)pictures[0]->width * BAND);
    int result = -1;
    if (map && table && entries) {
        map_fourth_roots(table, most);
        result = fill(map, pictures, n, table, entries);
    }
    free(table);
    free(entries);
    if (result) {
        picture_unref(map);
        return NULL;
    }
    describe(n, legend);
    return map;
}

struct picture *map_mean(struct picture *const *pictures, uint32_t n)
{
    if (!fit_together(pictures, n, 1))
        return NULL;
    struct picture *mean =
        picture_new(pictures[0]->width, pictures[0]->height, pictures[0]->channels);
    for (uint32_t y = 0; mean && y < mean->height; y += BAND) {
        struct spread spread;
        int result = add_band(&spread, pictures, n, y);
        if (result == 0)
            spread_mean(&spread, picture_pixels(mean) + y * mean->stride);
        spread_free(&spread);
        if (result) {
            picture_unref(mean);
            return NULL;
        }
    }
    return mean;
}
