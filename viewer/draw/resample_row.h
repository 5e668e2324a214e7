/* One row of display pixels: the weighted sum of picture rows, then of columns. */
#ifndef UQD_VIEWER_DRAW_RESAMPLE_ROW_H
#define UQD_VIEWER_DRAW_RESAMPLE_ROW_H

#include "source/picture.h"

#define SPAN_ONE 65536u

/* What one display pixel covers along one axis: n picture pixels from `first`. Their weights are
 * 16-bit fractions that add up to exactly 1. Only a single one has the weight SPAN_ONE; those of
 * several are less, and from the third to the last but one they are equal. */
struct span {
    uint32_t first, n;
    const uint32_t *weights;
};

/* The columns of a row of n display pixels. */
struct columns {
    const struct span *spans;
    int n;
    uint32_t most; /* that one of them covers; all have so many weights, 0 behind their own */
};

/* The sums of the picture rows that the columns cover. The caller allocates, and zeroes,
 * picture->width
 * + columns->most pixels and one sample more. */
union row_sums {
    uint16_t *plain; /* without alpha: 8 fractional bits */
    uint32_t *alpha; /* 16 fractional bits, colours multiplied by alpha: 32 bits just hold them */
};

/* Renders a row of display pixels 0xAARRGGBB of what the span covers of the rows. */
void resample_row(const struct picture *picture, const struct span *rows,
                  const struct columns *columns, union row_sums sums, uint32_t *out);

#endif
