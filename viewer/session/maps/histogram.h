/* How often each value occurs in a part of a picture. */
#ifndef UQD_VIEWER_SESSION_MAPS_HISTOGRAM_H
#define UQD_VIEWER_SESSION_MAPS_HISTOGRAM_H

#include "source/picture.h"

#define HISTOGRAM_BINS 256

enum histogram_channel {
    HISTOGRAM_LUMA, /* Rec. 709 of the values as they are stored; of grey pictures the only one */
    HISTOGRAM_RED,
    HISTOGRAM_GREEN,
    HISTOGRAM_BLUE,
    HISTOGRAM_N_CHANNELS
};

struct histogram_values {
    uint32_t counts[HISTOGRAM_BINS];
    double mean; /* NaN without pixels */
    int least, most;
};

struct histogram {
    uint64_t n;     /* pixels */
    int n_channels; /* 1 or HISTOGRAM_N_CHANNELS */
    struct histogram_values channels[HISTOGRAM_N_CHANNELS];
};

/* A part of a picture, picture pixels. */
struct histogram_region {
    uint32_t x, y, width, height;
};

/* Counts the pixels of a region, whatever of it is inside the picture; NULL: all of them. Alpha is
 * left out. Whole numbers but for the means. */
void histogram_take(struct histogram *histogram, const struct picture *picture,
                    const struct histogram_region *region);

#endif
