#include "term/palette.h"

#include "draw/theme.h"

#define CUBE       216 /* colours of six levels each */
#define GREYS      24
#define FIRST_CUBE 16 /* of the 256 colours */
#define FIRST_GREY (FIRST_CUBE + CUBE)
#define CLOSE      12 /* squared distance that nobody sees */

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

/* ---- 256 colours --------------------------------------------------------------------------- */

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

/* ---- Sixels -------------------------------------------------------------------------------- */

uint32_t sixel_colour(unsigned index)
{
    const struct colour theme[] = {
        THEME_BACKGROUND, THEME_RAISED, THEME_OUTLINE, THEME_SURROUND, THEME_CHECK_LIGHT,
        THEME_CHECK_DARK, THEME_ACCENT, THEME_SECOND,  THEME_THIRD,    THEME_FOURTH};
    if (index < CUBE)
        return rgb(51 * (index / 36), 51 * (index / 6 % 6), 51 * (index % 6));
    if (index < CUBE + GREYS)
        return rgb(1, 1, 1) * (5 + 10 * (index - CUBE));
    index = (index - CUBE - GREYS) % (sizeof theme / sizeof *theme);
    return rgb(theme[index].r, theme[index].g, theme[index].b);
}

/* The entry beyond the cube that is as good as the colour, or SIXEL_COLOURS. */
static unsigned find_close(uint32_t colour)
{
    unsigned r = colour >> 16 & 255, grey = CUBE + r / 10;
    if (grey < CUBE + GREYS && distance(sixel_colour(grey), colour) <= CLOSE)
        return grey;
    for (unsigned i = CUBE + GREYS; i < SIXEL_COLOURS; i++)
        if (distance(sixel_colour(i), colour) <= CLOSE)
            return i;
    return SIXEL_COLOURS;
}

/* Thresholds from 0 to 63 in an order that spreads them. */
static unsigned threshold(int x, int y)
{
    unsigned value = 0, a = (unsigned)x ^ (unsigned)y, b = (unsigned)y;
    for (int bit = 0; bit < 3; bit++)
        value = value << 2 | (a >> bit & 1) << 1 | (b >> bit & 1);
    return value;
}

unsigned sixel_dithered(uint32_t colour, int x, int y)
{
    unsigned close = find_close(colour), index = 0, limit = threshold(x & 7, y & 7);
    if (close < SIXEL_COLOURS)
        return close;
    for (int shift = 16; shift >= 0; shift -= 8) {
        unsigned value = colour >> shift & 255, level = value / 51;
        if ((value - 51 * level) * 64 > limit * 51 + 25)
            level++;
        index = index * 6 + level;
    }
    return index;
}
