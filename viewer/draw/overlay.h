/* What lies over pictures: cards with texts. Lengths are given in units of the layout with a scale,
 * display pixels per unit. */
#ifndef UQD_VIEWER_DRAW_OVERLAY_H
#define UQD_VIEWER_DRAW_OVERLAY_H

#include "draw/surface.h"

/* Units in display pixels, at least 1. */
int overlay_px(float scale, float units);

/* An opaque ground for texts, with a thin border inside the rectangle. */
void overlay_card(struct surface *surface, const struct rect *at, float scale);

/* The border of a rectangle, inside of it. */
void overlay_frame(struct surface *surface, const struct rect *at, int width, struct colour colour);

#endif
