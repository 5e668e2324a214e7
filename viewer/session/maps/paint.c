#include "session/maps/private.h"

bool map_same_shape(const struct picture *a, const struct picture *b)
{
    return a->width == b->width && a->height == b->height && a->channels == b->channels;
}

struct picture *map_new(uint32_t width, uint32_t height)
{
    if (width < 1 || width > UQD_MAX_SIDE || height < 1 || height > UQD_MAX_SIDE)
        return NULL;
    return picture_new(width, height, 3);
}

void map_paint(uint8_t *pixels, const uint8_t *entries, uint32_t n, enum scale_kind scale)
{
    const uint32_t *colours = scale_colours[scale];
    for (uint32_t x = 0; x < n; x++, pixels += 3) {
        uint32_t colour = colours[entries[x]];
        pixels[0] = (uint8_t)(colour >> 16);
        pixels[1] = (uint8_t)(colour >> 8);
        pixels[2] = (uint8_t)colour;
    }
}

void map_fourth_roots(uint8_t *entries, uint32_t most)
{
    const uint64_t last = SCALE_SIZE - 1, whole = last * last * last * last;
    uint64_t entry = 0;
    for (uint32_t i = 0; i <= most; i++) {
        /* The fourth power of 255 times most stays below 2^64 for any most of 32 bits. */
        while (entry < last &&
               (entry + 1) * (entry + 1) * (entry + 1) * (entry + 1) * most <= whole * i)
            entry++;
        entries[i] = (uint8_t)entry;
    }
}
