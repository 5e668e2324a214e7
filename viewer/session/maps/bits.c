/* Where the bits of a file go. */
#include "session/maps/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bits for a pixel are counted in 1/256; the table has an entry for each up to the most. */
#define MOST (MAP_MOST_BITS * MAP_BIT_FRACTIONS)

/* The pixels of a picture along one side that block i covers. */
static uint32_t covered(uint32_t side, uint32_t i)
{
    uint32_t rest = side - i * MAP_BLOCK;
    return rest < MAP_BLOCK ? rest : MAP_BLOCK;
}

/* Entries of a row of blocks, one for each pixel; the most bits for a pixel seen so far goes on. */
static void take_blocks(const uint32_t *bits, uint32_t width, uint32_t rows, const uint8_t *table,
                        uint8_t *entries, uint32_t *most)
{
    for (uint32_t i = 0; i * MAP_BLOCK < width; i++) {
        uint32_t n = covered(width, i), for_pixel = bits[i] / (n * rows);
        if (for_pixel > *most)
            *most = for_pixel;
        memset(entries + (size_t)i * MAP_BLOCK, table[for_pixel < MOST ? for_pixel : MOST], n);
    }
}

static void describe(uint32_t most, struct map_legend *legend)
{
    *legend = (struct map_legend){.scale = SCALE_HEAT, .low = "0", .middle = "0.5"};
    snprintf(legend->title, sizeof legend->title, "Bits per pixel, at most %.3g",
             (double)most / MAP_BIT_FRACTIONS);
    snprintf(legend->high, sizeof legend->high, "%d or more", MAP_MOST_BITS);
}

struct picture *map_bits(const uint32_t *bits, uint32_t blocks_wide, uint32_t blocks_high,
                         uint32_t width, uint32_t height, struct map_legend *legend)
{
    uint8_t table[MOST + 1], *entries;
    uint32_t most = 0;
    struct picture *map = map_new(width, height);
    if (!map || blocks_wide != (width + MAP_BLOCK - 1) / MAP_BLOCK ||
        blocks_high != (height + MAP_BLOCK - 1) / MAP_BLOCK || !(entries = malloc(width))) {
        picture_unref(map);
        return NULL;
    }
    map_fourth_roots(table, MOST);
    for (uint32_t i = 0; i < blocks_high; i++) {
        uint8_t *row = picture_pixels(map) + (size_t)i * MAP_BLOCK * map->stride;
        uint32_t rows = covered(height, i);
        take_blocks(bits + (size_t)i * blocks_wide, width, rows, table, entries, &most);
        map_paint(row, entries, width, SCALE_HEAT);
        for (uint32_t y = 1; y < rows; y++)
            memcpy(row + y * map->stride, row, map->stride);
    }
    free(entries);
    describe(most, legend);
    return map;
}

void map_bits_explain_copy(struct map_legend *legend)
{
    size_t length = strlen(legend->title);
    snprintf(legend->title + length, sizeof legend->title - length,
             ": a copy is of the whole picture");
}
