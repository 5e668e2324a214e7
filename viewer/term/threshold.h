/* An order of places that spreads them, for dithering. */
#ifndef UQD_VIEWER_TERM_THRESHOLD_H
#define UQD_VIEWER_TERM_THRESHOLD_H

/* From 0 to 63, each once in any 8 x 8 places. */
static inline unsigned threshold_at(int x, int y)
{
    unsigned value = 0, a = (unsigned)x ^ (unsigned)y, b = (unsigned)y;
    for (int bit = 0; bit < 3; bit++)
        value = value << 2 | (a >> bit & 1) << 1 | (b >> bit & 1);
    return value;
}

#endif
