/* Pictures made smaller to fit a square. */
#ifndef UQD_COMMON_SCALE_H
#define UQD_COMMON_SCALE_H

#include "image_file.h"

#include <stdint.h>

/* The size of a picture that fits a square of edge pixels, at least 1, and keeps its aspect: the
 * longer side is the edge, the other rounded to the nearest, but no less than 1 pixel. A picture
 * that fits already stays as it is. */
void scale_fit(uint32_t *width, uint32_t *height, uint32_t edge);

/* How often the library may halve the sides, at most UQD_MAX_REDUCE times, until the longer one
 * would be below the edge. */
uint32_t scale_halvings(uint32_t width, uint32_t height, uint32_t edge);

/* Scales the picture to exactly that size, at least 1 x 1. Along a side that becomes shorter every
 * new pixel is the mean of what it covers; one that becomes longer is interpolated linearly.
 * Colours are weighted by alpha: those of clear pixels do not show. Metadata stays. 0, or
 * UQD_ERR_NOMEM, the picture being unchanged. */
int scale_pixels(struct pixels *pixels, uint32_t width, uint32_t height);

/* The same, which can be cancelled: look is called after each row that is read, and is not told how
 * far it has come (done is 0); it may be NULL. Also UQD_ERR_CANCELLED, the picture being unchanged.
 */
int scale_pixels_with(struct pixels *pixels, uint32_t width, uint32_t height, uqd_progress look,
                      void *cookie);

#endif
