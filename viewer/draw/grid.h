/* A magnified picture's pixels, told apart by lines and with their values. */
#ifndef UQD_VIEWER_DRAW_GRID_H
#define UQD_VIEWER_DRAW_GRID_H

#include "draw/surface.h"

/* Display pixels per picture pixel from which on there are lines. */
#define GRID_LEAST_CELL 16

/* Where more pixels are to be seen, their values are left out. */
#define GRID_MAX_VALUES 2400

/* Draws the grid over a picture in a viewport: lines, and once they fit, the values of red, green
 * and blue below each other, or of grey, as they are stored. The values are those of another
 * picture of the same place where there is one, such as what a map is of; NULL: of the placed one.
 * Nothing is drawn where the picture's pixels are smaller. Leaves nothing clipped. */
void grid_draw(struct surface *surface, const struct rect *port,
               const struct placed_picture *placed, const struct picture *values);

#endif
