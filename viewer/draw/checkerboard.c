#include "draw/checkerboard.h"

#include "draw/theme.h"

static uint32_t blend(uint32_t above, uint32_t below, uint32_t alpha)
{
    return (above * alpha + below * (255 - alpha) + 127) / 255;
}

static uint32_t lay(uint32_t pixel, struct colour ground)
{
    uint32_t alpha = pixel >> 24;
    return 0xff000000u | blend(pixel >> 16 & 255, ground.r, alpha) << 16 |
           blend(pixel >> 8 & 255, ground.g, alpha) << 8 | blend(pixel & 255, ground.b, alpha);
}

void checkerboard_lay(uint32_t *row, int n, int x, int y, int square)
{
    for (int i = 0; i < n; i++)
        if (row[i] < 0xff000000u)
            row[i] = lay(row[i], ((x + i) / square + y / square) % 2 ? THEME_CHECK_DARK
                                                                     : THEME_CHECK_LIGHT);
}
