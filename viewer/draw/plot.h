/* The plot of rate against distortion, as a control: draws curves, what is shown, and what lies
 * under the pointer, and tells which rate, bytes and point a place stands for, by the same
 * geometry.
 *
 * Bits per pixel are on a logarithmic axis, better values are up, and pictures that do not differ
 * from their original are on a line of their own above everything else. The smaller the plot, the
 * fewer texts it has; they never overlap and never leave the plot. */
#ifndef UQD_VIEWER_DRAW_PLOT_H
#define UQD_VIEWER_DRAW_PLOT_H

#include "draw/surface.h"
#include "session/curve_set.h"

#define PLOT_N_COLOURS 8

/* A picture that is shown, or is to be. */
struct plot_mark {
    double rate;
    double value;  /* of the plot's metric; NaN: unknown, then only its rate is marked */
    uint32_t mode; /* gives the shape, as does a curve's */
    struct colour colour;
    bool active;  /* of the pane that commands go to: on top, with a larger ring */
    bool pending; /* wanted, but not yet on the screen: hollow */
};

/* The file whose steps are shown along the bottom. */
struct plot_file {
    int document;
    const uint64_t *step_bytes;    /* of the file up to and including each step, ascending */
    const char *const *step_names; /* or NULL */
    uint32_t n_steps;
    uint64_t pixels;
};

/* All that drawing needs; borrowed. */
struct plot_view {
    struct surface *surface; /* begun with this scale */
    struct rect rect;
    float scale;         /* display pixels per unit of the layout */
    enum text_size text; /* of all texts but what is told of the pointer's place */
    bool brief;          /* names of modes alone, for an audience: a seed tells it nothing */
    const struct curve_set *set;
    enum metric metric;
    const struct colour *colours;  /* one per curve; NULL: plot_colour of its number */
    const struct plot_mark *marks; /* later ones above earlier ones */
    int n_marks;
    const struct plot_file *file; /* NULL: none */
    const struct point *pointer;  /* NULL: not over the plot */
};

/* Where everything lies; display pixels. */
struct plot_geometry {
    struct rect rect;   /* all of it */
    struct rect area;   /* between the axes; empty if there is no room for a plot */
    struct rect legend; /* empty without one; not for a single curve */
    struct curve_axes axes;
    bool titled, values_labelled, rates_labelled;
    int text_height;
};

/* Computes the geometry from the rectangle, the scale, the surface's texts, the metric, the curves
 * and the file; the pointer has no influence, and the marks on the order of brief names only. */
void plot_geometry(struct plot_geometry *plot, const struct plot_view *view);

/* Draws the plot on the ground THEME_BACKGROUND and leaves nothing clipped. */
void plot_draw(const struct plot_view *view);

/* Whether a point is between the axes, or so close to them that it is meant. */
bool plot_contains(const struct plot_geometry *plot, double x, double y);

/* The rate at x, limited to the axis; 0 if there is no room for a plot. */
double plot_rate_at(const struct plot_geometry *plot, double x);

/* The bytes of a file that cost the rate at x, limited to 1 and the whole file. */
uint64_t plot_bytes_at(const struct plot_geometry *plot, const struct plot_file *file, double x);

/* The point of a curve within so many pixels of a place; false if there is none. */
bool plot_nearest(const struct plot_geometry *plot, const struct curve_set *set, double x, double y,
                  double within, struct curve_place *place);

/* How close a pointer has to be to a point to mean it, pixels. */
double plot_reach(float scale);

/* Colours that the colour-blind can tell apart, and that can be seen on the background; the first
 * two are those of the first two files. Beyond PLOT_N_COLOURS they repeat. */
struct colour plot_colour(int number);

/* The mark of a mode, where curves and legends have it: a disc for denoised, a ring for ancestral,
 * a square for flow, a diamond for other codecs. */
void plot_draw_mark(struct surface *surface, uint32_t mode, struct colour colour,
                    struct colour ground, struct point at, float size);

#endif
