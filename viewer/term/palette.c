#include "term/palette.h"

#include "draw/theme.h"
#include "term/threshold.h"

#include <stdbool.h>
#include <stdlib.h>

#define CUBE       216 /* colours of six levels each */
#define GREYS      24
#define FIRST_CUBE 16 /* of the 256 colours */
#define FIRST_GREY (FIRST_CUBE + CUBE)
#define CLOSE      8 /* levels of a channel that are not worth dithering */
#define MIXED      4 /* entries that stand for a colour together */

static uint32_t rgb(unsigned r, unsigned g, unsigned b)
{
    return r << 16 | g << 8 | b;
}

static unsigned distance(uint32_t a, uint32_t b)
{
    unsigned sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);
        sum += (unsigned)(d * d);
    }
    return sum;
}

static unsigned cube_level(unsigned i)
{
    return i > 0 ? 55 + 40 * i : 0;
}

static unsigned nearest_level(unsigned value)
{
    return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

uint32_t palette_colour(unsigned index)
{
    if (index >= FIRST_GREY)
        return rgb(1, 1, 1) * (8 + 10 * (index - FIRST_GREY));
    index -= FIRST_CUBE;
    return rgb(cube_level(index / 36), cube_level(index / 6 % 6), cube_level(index % 6));
}

unsigned palette_nearest(uint32_t colour)
{
    unsigned r = colour >> 16 & 255, g = colour >> 8 & 255, b = colour & 255;
    unsigned cube = FIRST_CUBE + 36 * nearest_level(r) + 6 * nearest_level(g) + nearest_level(b);
    unsigned mean = (r + g + b) / 3, step = mean < 8 ? 0 : (mean - 3) / 10;
    unsigned grey = FIRST_GREY + (step < GREYS ? step : GREYS - 1);
    return distance(palette_colour(grey), colour) < distance(palette_colour(cube), colour) ? grey
                                                                                           : cube;
}

static int channel(uint32_t colour, int c)
{
    return (int)(colour >> (8 * c) & 255);
}

static bool is_close(uint32_t a, uint32_t b)
{
    bool close = true;
    for (int c = 0; c < 3; c++)
        close &= abs(channel(a, c) - channel(b, c)) <= CLOSE;
    return close;
}

/* Letters stand on these, with the nearest entry for a ground. */
static bool is_of_theme(uint32_t colour)
{
    const struct colour theme[] = {THEME_BACKGROUND, THEME_RAISED, THEME_OUTLINE, THEME_SURROUND,
                                   THEME_ACCENT,     THEME_SECOND, THEME_THIRD,   THEME_FOURTH};
    bool found = false;
    for (size_t i = 0; i < sizeof theme / sizeof *theme; i++)
        found |= colour == rgb(theme[i].r, theme[i].g, theme[i].b);
    return found;
}

static int compare_lightness(const void *a, const void *b)
{
    int sums[2] = {0};
    for (int c = 0; c < 3; c++) {
        sums[0] += channel(palette_colour(*(const unsigned *)a), c) * (c == 1 ? 3 : 1);
        sums[1] += channel(palette_colour(*(const unsigned *)b), c) * (c == 1 ? 3 : 1);
    }
    return sums[0] - sums[1];
}

/* Each entry makes up for what those before it lack. */
static void mix(uint32_t colour, unsigned entries[MIXED])
{
    int lack[3] = {0};
    for (int i = 0; i < MIXED; i++) {
        uint32_t wanted = 0;
        for (int c = 0; c < 3; c++) {
            int value = channel(colour, c) + lack[c];
            wanted |= (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value) << (8 * c);
        }
        entries[i] = palette_nearest(wanted);
        for (int c = 0; c < 3; c++)
            lack[c] += channel(colour, c) - channel(palette_colour(entries[i]), c);
    }
    qsort(entries, MIXED, sizeof *entries, compare_lightness);
}

unsigned palette_dithered(uint32_t colour, int x, int y)
{
    unsigned entries[MIXED], nearest = palette_nearest(colour);
    if (is_close(palette_colour(nearest), colour) || is_of_theme(colour))
        return nearest;
    mix(colour, entries);
    return entries[threshold_at(x, y) * MIXED / 64];
}
