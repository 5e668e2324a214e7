/* From tiles to rows of a picture. */
#ifndef UQD_PAPER_SHOWN_H
#define UQD_PAPER_SHOWN_H

#include <stddef.h>
#include <stdint.h>

/* tiles: planes [3][64][64] of each tile, row by row. The picture has colours 1 or 3, of a grey one
 * the mean of the planes is shown; `reduce` times halved, each pixel the mean of the square that it
 * stands for, as far as that is in the picture. */
void uqd_paper_show(const uint8_t *tiles, uint32_t width, uint32_t height, uint32_t colours,
                    uint32_t reduce, uint8_t *pixels, size_t stride);

#endif
