/* The ground behind transparent pictures. */
#ifndef UQD_VIEWER_DRAW_CHECKERBOARD_H
#define UQD_VIEWER_DRAW_CHECKERBOARD_H

#include <stdint.h>

/* Lays n pixels of a row, 0xAARRGGBB, on a checkerboard that begins at (0, 0); they become opaque.
 * (x, y), not negative, is the place of the first, square the side of a square, both in display
 * pixels. */
void checkerboard_lay(uint32_t *row, int n, int x, int y, int square);

#endif
