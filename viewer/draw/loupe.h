/* A loupe beside the pointer: what is under it of one picture or two, magnified, with the values of
 * the pixel in the middle. */
#ifndef UQD_VIEWER_DRAW_LOUPE_H
#define UQD_VIEWER_DRAW_LOUPE_H

#include "draw/surface.h"

#define LOUPE_MAX_SIDES 2

/* Borrowed. */
struct loupe_side {
    const struct placed_picture *placed; /* in the viewport; the two may differ in size */
    const char *label;                   /* "" or NULL: none */
};

struct loupe {
    const struct rect *port; /* the viewport, which the loupe does not leave */
    int x, y;                /* the pointer in the window */
    struct loupe_side sides[LOUPE_MAX_SIDES];
    int n_sides;
};

/* The pixel of a placed picture at a point of the window; false if there is none. */
bool loupe_pixel_at(const struct rect *port, const struct placed_picture *placed, int x, int y,
                    uint32_t *pixel_x, uint32_t *pixel_y);

/* Draws the loupe and returns what it covers; empty, with nothing drawn, if the pointer is beside
 * the first picture or the viewport too small. scale: display pixels per unit of the layout. */
struct rect loupe_draw(struct surface *surface, const struct loupe *loupe, float scale);

#endif
