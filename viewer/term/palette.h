/* The colours of terminals that have no more than 256. Colours are 0x00RRGGBB. */
#ifndef UQD_VIEWER_TERM_PALETTE_H
#define UQD_VIEWER_TERM_PALETTE_H

#include <stdint.h>

/* The entry from 16 to 255 of the usual 256 colours that is nearest, and its colour. */
unsigned palette_nearest(uint32_t colour);
uint32_t palette_colour(unsigned index);

#endif
