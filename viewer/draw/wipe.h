/* Two pictures in one viewport, parted by a line that can be moved: one is seen on its left, the
 * other on its right. */
#ifndef UQD_VIEWER_DRAW_WIPE_H
#define UQD_VIEWER_DRAW_WIPE_H

#include "draw/surface.h"

/* Borrowed; a picture that is not there yet may be NULL. */
struct wipe {
    const struct placed_picture *left, *right;
    const char *left_label, *right_label;
    int x; /* of the line in the window; taken as the nearest inside the viewport */
    const char *left_short, *right_short; /* where a label has no room; NULL: its beginning */
};

/* Fills the viewport. The pictures stay where they are when the line moves, and so do the textures
 * of a surface that keeps them. Labels are shortened to their side, and left out where it is too
 * narrow. Leaves nothing clipped. scale: display pixels per unit of the layout. */
void wipe_draw(struct surface *surface, const struct rect *port, const struct wipe *wipe,
               float scale);

/* Whether a point of the window is on the line or its handle, so that it can be dragged. */
bool wipe_grabs(const struct rect *port, const struct wipe *wipe, float scale, int x, int y);

#endif
