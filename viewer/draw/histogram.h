/* A histogram as a card: red, green and blue as areas that mix where they overlap, luma as a line,
 * and their means and ranges. */
#ifndef UQD_VIEWER_DRAW_HISTOGRAM_H
#define UQD_VIEWER_DRAW_HISTOGRAM_H

#include "draw/surface.h"
#include "session/maps/histogram.h"

/* Fills a rectangle; scale: display pixels per unit of the layout. Heights go with the square root
 * of the counts, so that rare values are seen, too. Numbers are left out where the rectangle is too
 * small for them, then the title; nothing is drawn where it is too small for the areas. coming: the
 * title says that it is of something else than what is seen. */
void histogram_draw(struct surface *surface, const struct rect *at, float scale,
                    const struct histogram *histogram, bool coming);

#endif
