/* Errors of pixels, and what steps change. */
#include "session/maps/private.h"

#include <stdio.h>
#include <stdlib.h>

/* Sums of squares from which on the heat is the same, for each channel. */
#define MOST_SQUARES (MAP_MOST_LEVELS * MAP_MOST_LEVELS)

/* Inlined for every number of channels. */
static inline void take_row(const uint8_t *a, const uint8_t *b, uint32_t n, uint32_t channels,
                            const uint8_t *table, uint8_t *entries)
{
    const uint32_t most = MOST_SQUARES * channels;
    for (uint32_t x = 0; x < n; x++, a += channels, b += channels) {
        uint32_t sum = 0;
        for (uint32_t c = 0; c < channels; c++)
            sum += (uint32_t)((a[c] - b[c]) * (a[c] - b[c]));
        entries[x] = table[sum < most ? sum : most];
    }
}

static void take(const struct picture *a, const struct picture *b, uint32_t y, const uint8_t *table,
                 uint8_t *entries)
{
    const uint8_t *row_a = a->pixels + y * a->stride, *row_b = b->pixels + y * b->stride;
    switch (a->channels) {
    case 1:
        take_row(row_a, row_b, a->width, 1, table, entries);
        break;
    case 2:
        take_row(row_a, row_b, a->width, 2, table, entries);
        break;
    case 3:
        take_row(row_a, row_b, a->width, 3, table, entries);
        break;
    default:
        take_row(row_a, row_b, a->width, 4, table, entries);
        break;
    }
}

static struct picture *measure(const struct picture *a, const struct picture *b, const char *title,
                               struct map_legend *legend)
{
    uint8_t table[4 * MOST_SQUARES + 1], *entries;
    struct picture *map = map_same_shape(a, b) ? map_new(a->width, a->height) : NULL;
    entries = map ? malloc(map->width) : NULL;
    if (!entries) {
        picture_unref(map);
        return NULL;
    }
    map_fourth_roots(table, MOST_SQUARES * a->channels);
    for (uint32_t y = 0; y < map->height; y++) {
        take(a, b, y, table, entries);
        map_paint(picture_pixels(map) + y * map->stride, entries, map->width, SCALE_HEAT);
    }
    free(entries);
    *legend = (struct map_legend){.scale = SCALE_HEAT};
    snprintf(legend->title, sizeof legend->title, "%s", title);
    snprintf(legend->low, sizeof legend->low, "0");
    snprintf(legend->middle, sizeof legend->middle, "%d", MAP_MOST_LEVELS / 4);
    snprintf(legend->high, sizeof legend->high, "%d or more", MAP_MOST_LEVELS);
    return map;
}

struct picture *map_error(const struct picture *picture, const struct picture *reference,
                          struct map_legend *legend)
{
    return measure(picture, reference, "Error, RMS in grey levels", legend);
}

struct picture *map_change(const struct picture *picture, const struct picture *previous,
                           struct map_legend *legend)
{
    return measure(picture, previous, "Change, RMS in grey levels", legend);
}
