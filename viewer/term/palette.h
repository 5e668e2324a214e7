/* The colours of terminals that have no more than 256. Colours are 0x00RRGGBB. */
#ifndef UQD_VIEWER_TERM_PALETTE_H
#define UQD_VIEWER_TERM_PALETTE_H

#include <stdint.h>

/* The entry from 16 to 255 of the usual 256 colours that is nearest, and its colour. */
unsigned palette_nearest(uint32_t colour);
uint32_t palette_colour(unsigned index);

/* The entry for half a cell, x columns and y half rows from the corner: what is nearly in the
 * palette, or a colour of the theme, is the nearest one; others are dithered by their place. */
unsigned palette_dithered(uint32_t colour, int x, int y);

#endif
