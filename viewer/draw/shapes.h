/* Places on a surface and what they are filled with. Lengths are display pixels, y grows downwards.
 */
#ifndef UQD_VIEWER_DRAW_SHAPES_H
#define UQD_VIEWER_DRAW_SHAPES_H

#include <stdbool.h>
#include <stdint.h>

struct rect {
    int x, y, w, h;
};

struct point {
    float x, y;
};

/* Alpha is not multiplied into the colours. */
struct colour {
    uint8_t r, g, b, a;
};

static inline bool rect_contains(const struct rect *rect, int x, int y)
{
    return x >= rect->x && x < rect->x + rect->w && y >= rect->y && y < rect->y + rect->h;
}

#endif
