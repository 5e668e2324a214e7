/* The colours that maps tell amounts with. Each scale grows lighter from entry to entry, so that it
 * can be read in grey and by the colour-blind. */
#ifndef UQD_VIEWER_SESSION_MAPS_SCALE_H
#define UQD_VIEWER_SESSION_MAPS_SCALE_H

#include <stdint.h>

enum scale_kind {
    SCALE_GREY,    /* black to white */
    SCALE_HEAT,    /* dark blue, violet, rose, orange, light yellow: from nothing to much */
    SCALE_BALANCE, /* blue, grey, orange: from less over equal, which is entry 128, to more */
    N_SCALES
};

enum { SCALE_SIZE = 256, SCALE_MIDDLE = 128 };

/* 0xRRGGBB. */
extern const uint32_t scale_colours[N_SCALES][SCALE_SIZE];

#endif
