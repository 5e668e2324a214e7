/* Scaling a picture to display pixels by exact area coverage: every display pixel is the mean of
 * what it covers of the picture. Below 1:1 this is a box filter that drops nothing; at whole
 * zooms it is nearest neighbour; between them only display pixels that straddle two picture pixels
 * are mixed, so that all picture pixels look equally large. Colours are weighted by alpha: those of
 * clear pixels do not show. Integer arithmetic throughout. */
#ifndef UQD_VIEWER_DRAW_RESAMPLE_H
#define UQD_VIEWER_DRAW_RESAMPLE_H

#include "session/view.h"
#include "source/picture.h"

/* Renders a part of the picture scaled to place->width x place->height. The part lies inside that
 * rectangle, its origin relative to the scaled picture. Pixels are 0xAARRGGBB, alpha not multiplied
 * into the colours and 255 where the picture has none; stride in bytes. 0, or -1 if there is no
 * memory. */
int resample(const struct picture *picture, const struct view_rect *place,
             const struct view_rect *part, uint32_t *pixels, size_t stride);

#endif
