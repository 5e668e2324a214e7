/* The plot and the scrubber of a scene, for drawing as for finding what the pointer is on. */
#ifndef UQD_VIEWER_DRAW_PLOTTING_H
#define UQD_VIEWER_DRAW_PLOTTING_H

#include "draw/plot.h"
#include "draw/scene.h"
#include "draw/scrubber.h"

/* A plot_view with what it borrows. */
struct plotting {
    struct plot_view view;
    struct colour colours[CURVE_MAX_CURVES];
    struct plot_mark marks[2 * SCENE_MAX_PANES];
    struct plot_file file;
    uint64_t step_bytes[SCRUBBER_MAX_STEPS];
    const char *step_names[SCRUBBER_MAX_STEPS];
    struct point pointer;
};

void plotting_prepare(struct plotting *plotting, const struct scene *scene);

/* A scrubber_view likewise. */
struct scrubbing {
    struct scrubber_view view;
    uint64_t step_bytes[SCRUBBER_MAX_STEPS];
    const char *step_names[SCRUBBER_MAX_STEPS];
    double step_psnr[SCRUBBER_MAX_STEPS];
    struct scrubber_handle handles[SCENE_MAX_PANES];
};

void scrubbing_prepare(struct scrubbing *scrubbing, const struct scene *scene);

#endif
