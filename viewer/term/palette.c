#include "term/palette.h"

#define CUBE       216 /* colours of six levels each */
#define GREYS      24
#define FIRST_CUBE 16 /* of the 256 colours */
#define FIRST_GREY (FIRST_CUBE + CUBE)

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
