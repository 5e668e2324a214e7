/* From tiles to pixels of a picture. */
#ifndef UQD_PAPER_SHOWN_H
#define UQD_PAPER_SHOWN_H

#include <stddef.h>
#include <stdint.h>

/* What a picture shows of a tile of which nothing is known. */
enum { UQD_PAPER_UNKNOWN = 128 };

/* tile: planes [3][64][64], of which width x height lie in the picture. That has colours 1 or 3, of
 * a grey one the mean of the planes is shown; `reduce` (6 at most) times halved, each pixel the
 * mean of the square that it stands for, as far as that is in the picture. pixels: where the tile's
 * first one goes. */
void uqd_paper_show(const uint8_t *tile, uint32_t width, uint32_t height, uint32_t colours,
                    uint32_t reduce, uint8_t *pixels, size_t stride);

#endif
