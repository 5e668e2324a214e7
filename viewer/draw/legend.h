/* What the colours of a map mean: a card with its title, its scale, and the scale's ends. */
#ifndef UQD_VIEWER_DRAW_LEGEND_H
#define UQD_VIEWER_DRAW_LEGEND_H

#include "draw/surface.h"
#include "session/maps/map.h"

/* The height of a legend whatever it says, for placing it; scale: display pixels per unit. */
int legend_height(struct surface *surface, float scale);

/* Draws a legend in the upper left corner of a rectangle, as wide as its texts need and the
 * rectangle allows: texts are shortened, then left out. Returns what it covers; empty, with nothing
 * drawn, if there is no room for it. */
struct rect legend_draw(struct surface *surface, const struct rect *at, float scale,
                        const struct map_legend *legend);

#endif
