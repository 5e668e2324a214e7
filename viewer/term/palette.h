/* The colours of terminals that have no more than 256. Colours are 0x00RRGGBB. */
#ifndef UQD_VIEWER_TERM_PALETTE_H
#define UQD_VIEWER_TERM_PALETTE_H

#include <stdint.h>

/* The entry from 16 to 255 of the usual 256 colours that is nearest, and its colour. */
unsigned palette_nearest(uint32_t colour);
uint32_t palette_colour(unsigned index);

/* The fixed palette of sixels: a cube of six levels, greys, and the colours of the theme. */
#define SIXEL_COLOURS 250

uint32_t sixel_colour(unsigned index);

/* The entry for a pixel at (x, y): what is nearly in the palette is taken as it is, other colours
 * are dithered by their place, so that what does not change is sent alike. */
unsigned sixel_dithered(uint32_t colour, int x, int y);

#endif
