/* Where the picture lies in its viewport: zoom, pan and fit as pure functions. Lengths are display
 * pixels unless they are called picture pixels. */
#ifndef UQD_VIEWER_SESSION_VIEW_H
#define UQD_VIEWER_SESSION_VIEW_H

#include <stdbool.h>

struct view {
    double zoom;               /* display pixels per picture pixel */
    double centre_x, centre_y; /* picture point in the middle of the viewport, picture pixels */
    bool fit;                  /* the zoom follows the size of the viewport */
    int grain; /* display pixels that are seen as one where letters stand for them; or 0 */
};

struct view_frame {
    int port_width, port_height;       /* of the viewport */
    int picture_width, picture_height; /* picture pixels */
};

struct view_rect {
    int x, y, width, height;
};

#define VIEW_ZOOM_MAX 64.0

/* Shows the whole picture as large as the viewport allows. */
void view_fit(struct view *view, const struct view_frame *frame);

/* Sets the zoom such that the picture point at (x, y) of the viewport stays there. The zoom is
 * limited to VIEW_ZOOM_MAX above, and below to 1 or to what shows the whole picture. */
void view_zoom_to(struct view *view, const struct view_frame *frame, double zoom, double x,
                  double y);

/* The zoom in what is seen, a display pixel or, where letters stand for them, half of one: that is
 * what people are told and give. And the zoom that it means. */
double view_seen_zoom(const struct view *view);
double view_meant_zoom(const struct view *view, double seen);

/* Next stop of the zoom: above 1 whole numbers, so that all picture pixels are equally large. */
double view_next_zoom(double zoom, int direction);

/* Moves the picture by a distance. It never leaves more than the margin that a centred picture
 * has: an edge of the picture does not come inside the viewport while it is the larger one. */
void view_pan(struct view *view, const struct view_frame *frame, double dx, double dy);

/* Keeps the view valid after the frame changed; fits again if the view is fitted. */
void view_update(struct view *view, const struct view_frame *frame);

/* The rectangle of the whole picture, relative to the viewport. Whole pixels, so that at whole
 * zooms every picture pixel covers exactly its square. */
struct view_rect view_place(const struct view *view, const struct view_frame *frame);

#endif
