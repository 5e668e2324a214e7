#include "session/view.h"

#include <math.h>

static double minimum(double a, double b)
{
    return a < b ? a : b;
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static double fit_zoom(const struct view_frame *frame)
{
    double zoom = minimum((double)frame->port_width / frame->picture_width,
                          (double)frame->port_height / frame->picture_height);
    return clamp(zoom, 1e-4, VIEW_ZOOM_MAX);
}

/* The centre along one axis: free while the picture covers the viewport, else the middle. */
static double limit_centre(double centre, double picture, double port, double zoom)
{
    double half = port / zoom / 2;
    if (picture <= 2 * half)
        return picture / 2;
    return clamp(centre, half, picture - half);
}

static void limit(struct view *view, const struct view_frame *frame)
{
    view->centre_x =
        limit_centre(view->centre_x, frame->picture_width, frame->port_width, view->zoom);
    view->centre_y =
        limit_centre(view->centre_y, frame->picture_height, frame->port_height, view->zoom);
}

void view_fit(struct view *view, const struct view_frame *frame)
{
    view->fit = true;
    view->zoom = fit_zoom(frame);
    view->centre_x = frame->picture_width / 2.0;
    view->centre_y = frame->picture_height / 2.0;
}

void view_zoom_to(struct view *view, const struct view_frame *frame, double zoom, double x,
                  double y)
{
    double from_x = x - frame->port_width / 2.0;
    double from_y = y - frame->port_height / 2.0;
    double point_x = view->centre_x + from_x / view->zoom;
    double point_y = view->centre_y + from_y / view->zoom;
    view->zoom = clamp(zoom, minimum(1, fit_zoom(frame)), VIEW_ZOOM_MAX);
    view->centre_x = point_x - from_x / view->zoom;
    view->centre_y = point_y - from_y / view->zoom;
    view->fit = false;
    limit(view, frame);
}

double view_seen_zoom(const struct view *view)
{
    return view->grain > 0 ? view->zoom / view->grain : view->zoom;
}

double view_meant_zoom(const struct view *view, double seen)
{
    return view->grain > 0 ? seen * view->grain : seen;
}

double view_next_zoom(double zoom, int direction)
{
    static const double stops[] = {1 / 64.0, 1 / 48.0, 1 / 32.0, 1 / 24.0, 1 / 16.0, 1 / 12.0,
                                   1 / 8.0,  1 / 6.0,  1 / 4.0,  1 / 3.0,  1 / 2.0,  2 / 3.0,
                                   1,        2,        3,        4,        6,        8,
                                   12,       16,       24,       32,       48,       64};
    int n_stops = sizeof stops / sizeof *stops;
    if (direction > 0) {
        for (int i = 0; i < n_stops; i++)
            if (stops[i] > zoom * 1.001)
                return stops[i];
        return stops[n_stops - 1];
    }
    for (int i = n_stops - 1; i >= 0; i--)
        if (stops[i] < zoom * 0.999)
            return stops[i];
    return stops[0];
}

void view_pan(struct view *view, const struct view_frame *frame, double dx, double dy)
{
    view->centre_x -= dx / view->zoom;
    view->centre_y -= dy / view->zoom;
    limit(view, frame);
}

void view_update(struct view *view, const struct view_frame *frame)
{
    if (view->fit) {
        view_fit(view, frame);
        return;
    }
    view->zoom = clamp(view->zoom, minimum(1, fit_zoom(frame)), VIEW_ZOOM_MAX);
    limit(view, frame);
}

struct view_rect view_place(const struct view *view, const struct view_frame *frame)
{
    double width = frame->picture_width * view->zoom;
    double height = frame->picture_height * view->zoom;
    struct view_rect place = {
        .x = (int)floor(frame->port_width / 2.0 - view->centre_x * view->zoom + 0.5),
        .y = (int)floor(frame->port_height / 2.0 - view->centre_y * view->zoom + 0.5),
        .width = (int)floor(width + 0.5),
        .height = (int)floor(height + 0.5),
    };
    place.width = place.width < 1 ? 1 : place.width;
    place.height = place.height < 1 ? 1 : place.height;
    return place;
}
