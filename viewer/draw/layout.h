/* Where everything lies in the window; pure functions in display pixels.
 *
 * The pictures, one or several beside each other, the strip of the active one's steps below them,
 * the status line at the bottom, and the panel: to the right of the pictures, or below them, by
 * where the pictures are larger; in an upright window below them. What has no room is left out in
 * the order of its worth: first the small pictures, then parts of the panel, the panel, the
 * numbers of the strip. The pictures always keep a good part of the window. */
#ifndef UQD_VIEWER_DRAW_LAYOUT_H
#define UQD_VIEWER_DRAW_LAYOUT_H

#include "draw/surface.h"

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

/* What a button says, and its name in the table of commands, which tells what it does. */
struct button {
    const char *label, *key;
};

extern const struct button buttons[N_BUTTONS];

#define LAYOUT_MAX_PANES 4

/* The place of the steps. */
struct layout_strip {
    struct rect whole;  /* empty if it is hidden, as are the rectangles inside */
    struct rect thumbs; /* row of the small pictures; empty if hidden */
    struct rect track;
    struct rect labels; /* empty if hidden */
    int n_lines;        /* of the labels: names, then rate and distortion in one line or in two */
};

struct layout {
    float scale; /* display pixels per unit of the layout */
    struct rect window;
    int n_panes;                            /* that are to be seen */
    struct rect pictures[LAYOUT_MAX_PANES]; /* their viewports, of equal size */
    struct rect captions[LAYOUT_MAX_PANES]; /* above them; empty where there is one pane only */
    struct rect panel; /* empty if it is hidden, as are the rectangles inside */
    bool panel_over;   /* the panel covers pictures and strip: there is no room beside them */
    struct rect title, readout, curve; /* of those only the curve is never left out */
    struct rect buttons[N_BUTTONS];
    struct rect mix; /* the slider below the first two buttons */
    struct layout_strip strip;
    struct rect status;
    int status_lines;
    bool presenting;              /* only what follows, the pictures and the curve are there */
    struct rect heading, numbers; /* lines of text; the heading is empty without one */
};

/* Sizes of texts at the layout's scale; 0: as a usual font has them. */
struct layout_metrics {
    int heights[TEXT_N_SIZES]; /* of a line */
    int button;                /* width of the widest label of a button */
    int numbers;               /* of rate and distortion of a step in one line */
    int number;                /* of one of them without its unit */
    int status;                /* of what the status line has to say in any case */
};

struct layout_wishes {
    int width, height; /* of the window in display pixels */
    float density;     /* display pixels per window unit */
    float text_scale;  /* chosen by the user */
    bool curve, filmstrip;
    bool curve_over; /* the panel was asked for: over the pictures if need be */
    int n_panes;     /* to be seen; fewer are if there is no room for them */
    int n_files;     /* whose names the panel lists; 0: it describes one file */
    int n_columns;   /* of the strip, at most */
    int picture_width, picture_height;
    bool profile; /* the panel names a colour profile */
    bool presenting;
    bool heading; /* there is a text above the pictures */
    struct layout_metrics metrics;
};

/* Display pixels per unit, by the window and the size of texts that the user chose. Texts are never
 * so large that the window could not hold the least it has to show. */
float layout_scale(const struct layout_wishes *wishes);

/* Fills the metrics as the surface has them at the layout's scale. */
void layout_measure(struct layout_wishes *wishes, struct surface *surface);

void layout_compute(struct layout *layout, const struct layout_wishes *wishes);

/* A length of the layout in display pixels. */
int layout_px(const struct layout *layout, float units);

/* The part of a row that belongs to step i of n. */
struct rect layout_column(const struct rect *row, int i, int n);

/* The column at x, limited to 0 .. n - 1. */
int layout_column_at(const struct rect *row, int x, int n);

/* The slider between the denoised and the ancestral picture: its ends, and what x on it means. */
struct rect layout_mix_track(const struct layout *layout);
int layout_mix_at(const struct layout *layout, int x);

/* The button, or the viewport that is at a point, or -1. */
int layout_button_at(const struct layout *layout, int x, int y);
int layout_picture_at(const struct layout *layout, int x, int y);

#endif
