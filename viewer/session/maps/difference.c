/* Signed and unsigned differences of two pictures. */
#include "session/maps/luma.h"
#include "session/maps/private.h"

#include <stdio.h>
#include <stdlib.h>

#define LARGEST 255
/* Tables of what a difference of two channels becomes; 0 is in their middle. */
#define N_DIFFERENCES (2 * LARGEST + 1)

static uint8_t limited(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > LARGEST ? LARGEST : value);
}

static void fill_table(uint8_t *table, enum map_difference_kind kind, int gain)
{
    for (int d = -LARGEST; d <= LARGEST; d++)
        table[d + LARGEST] =
            kind == MAP_ABSOLUTE ? limited(gain * abs(d)) : limited(SCALE_MIDDLE + gain * d / 2);
}

/* Grey pictures have the same difference in all three. Inlined for every number of channels. */
static inline void take_channels(const uint8_t *a, const uint8_t *b, uint32_t n, uint32_t channels,
                                 const uint8_t *table, uint8_t *out)
{
    for (uint32_t x = 0; x < n; x++, a += channels, b += channels, out += 3)
        for (uint32_t c = 0; c < 3; c++) {
            uint32_t from = channels < 3 ? 0 : c;
            out[c] = table[a[from] - b[from] + LARGEST];
        }
}

static inline void take_luma(const uint8_t *a, const uint8_t *b, uint32_t n, uint32_t channels,
                             const uint8_t *table, uint8_t *entries)
{
    for (uint32_t x = 0; x < n; x++, a += channels, b += channels)
        entries[x] = table[luma(a, channels) - luma(b, channels) + LARGEST];
}

/* The table has an entry for each sum. */
static inline void take_sums(const uint8_t *a, const uint8_t *b, uint32_t n, uint32_t channels,
                             const uint8_t *table, uint8_t *entries)
{
    for (uint32_t x = 0; x < n; x++, a += channels, b += channels) {
        int sum = 0;
        for (uint32_t c = 0; c < channels; c++)
            sum += abs(a[c] - b[c]);
        entries[x] = table[sum];
    }
}

typedef void take_row(const uint8_t *a, const uint8_t *b, uint32_t n, const uint8_t *table,
                      uint8_t *out);

#define DEFINE(name, channels)                                                                     \
    static void name##_##channels(const uint8_t *a, const uint8_t *b, uint32_t n,                  \
                                  const uint8_t *table, uint8_t *out)                              \
    {                                                                                              \
        name(a, b, n, channels, table, out);                                                       \
    }
#define DEFINE_ALL(name) DEFINE(name, 1) DEFINE(name, 2) DEFINE(name, 3) DEFINE(name, 4)
#define ALL(name)        name##_1, name##_2, name##_3, name##_4

DEFINE_ALL(take_channels)
DEFINE_ALL(take_luma)
DEFINE_ALL(take_sums)

static take_row *const takes[MAP_N_DIFFERENCES][4] = {[MAP_SIGNED] = {ALL(take_channels)},
                                                      [MAP_ABSOLUTE] = {ALL(take_channels)},
                                                      [MAP_HEAT] = {ALL(take_sums)},
                                                      [MAP_LUMA] = {ALL(take_luma)}};

static void describe(enum map_difference_kind kind, int gain, struct map_legend *legend)
{
    static const char *const titles[] = {"Difference", "Absolute difference",
                                         "Mean absolute difference", "Difference of luma"};
    static const enum scale_kind scales[] = {SCALE_GREY, SCALE_GREY, SCALE_HEAT, SCALE_BALANCE};
    bool signs = kind == MAP_SIGNED || kind == MAP_LUMA;
    /* Up to this the map tells differences apart; halves and less are left out of its texts. */
    int most = (LARGEST + gain - 1) / gain;
    *legend = (struct map_legend){.scale = scales[kind]};
    snprintf(legend->title, sizeof legend->title, "%s × %d", titles[kind], gain);
    snprintf(legend->low, sizeof legend->low, signs ? "–%d" : "0", most);
    snprintf(legend->high, sizeof legend->high, signs ? "+%d" : "%d", most);
    if (signs)
        snprintf(legend->middle, sizeof legend->middle, "equal");
}

struct picture *map_difference(const struct picture *a, const struct picture *b,
                               enum map_difference_kind kind, int gain, struct map_legend *legend)
{
    uint8_t table[4 * LARGEST + 1], *entries;
    struct picture *map = map_same_shape(a, b) ? map_new(a->width, a->height) : NULL;
    gain = gain < 1 ? 1 : gain > LARGEST ? LARGEST : gain;
    entries = map ? malloc(map->width) : NULL;
    if (!entries) {
        picture_unref(map);
        return NULL;
    }
    if (kind == MAP_HEAT)
        for (int sum = 0; sum <= LARGEST * (int)a->channels; sum++)
            table[sum] = limited(sum * gain / (int)a->channels);
    else
        fill_table(table, kind, gain);
    take_row *take = takes[kind][a->channels - 1];
    for (uint32_t y = 0; y < map->height; y++) {
        const uint8_t *row_a = a->pixels + y * a->stride, *row_b = b->pixels + y * b->stride;
        uint8_t *row = picture_pixels(map) + y * map->stride;
        bool channels = kind == MAP_SIGNED || kind == MAP_ABSOLUTE;
        take(row_a, row_b, map->width, table, channels ? row : entries);
        if (!channels)
            map_paint(row, entries, map->width, kind == MAP_HEAT ? SCALE_HEAT : SCALE_BALANCE);
    }
    free(entries);
    describe(kind, gain, legend);
    return map;
}
