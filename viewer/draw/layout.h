/* Where everything lies in the window; pure functions in display pixels.
 *
 * The pictures, one or several beside each other, the panel to the right of them, and the strip of
 * the active one's steps below both. */
#ifndef UQD_VIEWER_DRAW_LAYOUT_H
#define UQD_VIEWER_DRAW_LAYOUT_H

#include "draw/shapes.h"

#include <stdbool.h>

enum button_id {
    BUTTON_DENOISED,
    BUTTON_ANCESTRAL,
    BUTTON_FLOW,
    BUTTON_SEED,
    BUTTON_PLAY,
    BUTTON_HELP,
    N_BUTTONS
};

/* What a button says and does: a command line. */
struct button {
    const char *label, *command;
};

extern const struct button buttons[N_BUTTONS];

#define LAYOUT_MAX_PANES 4

/* The place of the steps. */
struct layout_strip {
    struct rect whole;  /* empty if it is hidden, as are the rectangles inside */
    struct rect thumbs; /* row of the small pictures; empty if hidden */
    struct rect track, labels;
    bool narrow_columns; /* rate and distortion stand below each other */
};

struct layout {
    float scale; /* display pixels per unit of the layout */
    struct rect window;
    int n_panes;                            /* that are to be seen */
    struct rect pictures[LAYOUT_MAX_PANES]; /* their viewports, of equal size */
    struct rect captions[LAYOUT_MAX_PANES]; /* above them; empty for a single one */
    struct rect panel; /* empty if it is hidden, as are the rectangles inside */
    struct rect title, readout, curve, legend;
    struct rect buttons[N_BUTTONS];
    struct layout_strip strip;
    struct rect status;
};

struct layout_wishes {
    int width, height; /* of the window in display pixels */
    float density;     /* display pixels per window unit */
    float text_scale;  /* chosen by the user */
    bool curve, filmstrip;
    int n_panes;   /* to be seen; fewer are if there is no room for them */
    int n_columns; /* of the strip, at most */
    int picture_width, picture_height;
    bool profile; /* the panel names a colour profile */
};

void layout_compute(struct layout *layout, const struct layout_wishes *wishes);

/* A length of the layout in display pixels. */
int layout_px(const struct layout *layout, float units);

/* The part of a row that belongs to step i of n. */
struct rect layout_column(const struct rect *row, int i, int n);

/* The column at x, limited to 0 .. n - 1. */
int layout_column_at(const struct rect *row, int x, int n);

/* The button, or the viewport that is at a point, or -1. */
int layout_button_at(const struct layout *layout, int x, int y);
int layout_picture_at(const struct layout *layout, int x, int y);

#endif
