/* What the files of the plot share. */
#ifndef UQD_VIEWER_DRAW_PLOT_PRIVATE_H
#define UQD_VIEWER_DRAW_PLOT_PRIVATE_H

#include "draw/plot.h"

/* A length of the layout in display pixels. */
int plot_px(const struct plot_view *view, float units);

struct colour plot_curve_colour(const struct plot_view *view, int curve);

/* What stands above the axis of values. */
void plot_title(const struct plot_view *view, char *text, size_t size);

/* Whether a rate is between the ends of the axis. */
bool plot_has_rate(const struct curve_axes *axes, double rate);

void plot_draw_bars(const struct plot_view *view, const struct plot_geometry *plot);

void plot_draw_axes(const struct plot_view *view, const struct plot_geometry *plot);

/* The step of the file that is being received at x; -1 if there is none. */
int plot_step_at(const struct plot_view *view, const struct plot_geometry *plot, double x);

bool plot_has_legend(const struct plot_view *view);

/* The height that the legend takes of its rectangle, the title's row included. */
int plot_legend_height(const struct plot_geometry *plot, const struct plot_view *view);

void plot_draw_legend(const struct plot_view *view, const struct plot_geometry *plot);

/* What the place under the pointer costs and brings, in a box beside it. */
void plot_draw_readout(const struct plot_view *view, const struct plot_geometry *plot);

#endif
