/* The track of a file, along which one looks for a place in it: from the end of the first step to
 * the end of the last one. Steps lie evenly; or by the logarithm of their bytes, as of their rate;
 * or by their PSNR: then those of which it is unknown or no better than before are spread evenly
 * between their neighbours, and without two that are finite all steps lie evenly. Drawing and the
 * functions that tell places use the same geometry. */
#ifndef UQD_VIEWER_DRAW_SCRUBBER_H
#define UQD_VIEWER_DRAW_SCRUBBER_H

#include "draw/surface.h"
#include "session/look.h"

#include <stddef.h>

#define SCRUBBER_MAX_STEPS 32         /* as files have at most */
#define SCRUBBER_NO_STEP   UINT32_MAX /* a place between steps */

/* A place in the file. */
struct scrubber_place {
    uint64_t bytes;
    uint32_t step; /* that ends there, or SCRUBBER_NO_STEP */
};

/* What a pane shows, or is to show. */
struct scrubber_handle {
    uint64_t bytes;
    struct colour colour;
    bool active; /* of the pane that commands go to: on top, and larger */
};

/* All that drawing needs; borrowed. */
struct scrubber_view {
    struct surface *surface; /* begun with this scale */
    struct rect rect;
    float scale; /* display pixels per unit of the layout */
    enum scrub_unit unit;
    const uint64_t *step_bytes;    /* of the file up to and including each step, ascending */
    const double *step_psnr;       /* decibels, infinite if exact, NaN if unknown; or NULL */
    const char *const *step_names; /* or NULL */
    uint32_t n_steps;              /* 1 to SCRUBBER_MAX_STEPS */
    uint64_t pixels;
    uint64_t received; /* bytes */
    const struct scrubber_handle *handles;
    int n_handles;
};

/* Where everything lies; display pixels. */
struct scrubber_geometry {
    struct rect rect;
    double left, right; /* of the track */
    int track_y;
    int title_y, labels_y; /* of the texts; -1: there is no room for them */
    enum scrub_unit unit;
    uint32_t n_steps;
    uint64_t bytes[SCRUBBER_MAX_STEPS];
    double places[SCRUBBER_MAX_STEPS]; /* 0 to 1 along the track, ascending */
    double low, high;                  /* of the numbers at the track's ends, for labels */
    double high_place;                 /* of the high number; before 1 if the last step is exact */
    bool exact;                        /* it is; known only where the unit is PSNR */
};

void scrubber_geometry(struct scrubber_geometry *scrubber, const struct scrubber_view *view);

/* Draws it on the ground THEME_BACKGROUND. */
void scrubber_draw(const struct scrubber_view *view);

/* Of a number of bytes; those before the first step and behind the last one are at the ends. */
double scrubber_x(const struct scrubber_geometry *scrubber, uint64_t bytes);

/* The bytes at x, limited to the ends of the first and last step. scrubber_x of them is x, to a
 * pixel unless the file has fewer bytes than the track has pixels there. */
uint64_t scrubber_bytes_at(const struct scrubber_geometry *scrubber, double x);

/* The step that ends nearest to x; of several at the same place the last one. */
uint32_t scrubber_step_at(const struct scrubber_geometry *scrubber, double x);

/* What a click or drag to x means: always a step where the unit is steps; else the end of a step
 * within `reach` pixels, or the bytes there. */
struct scrubber_place scrubber_place_at(const struct scrubber_geometry *scrubber, double x,
                                        double reach);

/* "steps", "bytes", "bits per pixel", "PSNR" */
const char *scrubber_unit_name(enum scrub_unit unit);

#endif
