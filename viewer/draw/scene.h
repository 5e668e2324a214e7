/* Drawing the whole window from what is known; one file per part of the window. */
#ifndef UQD_VIEWER_DRAW_SCENE_H
#define UQD_VIEWER_DRAW_SCENE_H

#include "draw/layout.h"
#include "draw/surface.h"
#include "session/difference.h"
#include "session/look.h"
#include "session/pane.h"
#include "session/plotted.h"
#include "session/schedule.h"
#include "session/shown_histogram.h"

#define SCENE_MAX_PANES LAYOUT_MAX_PANES

/* Height of the labels at the top of pictures that are compared in place, units of the layout. */
#define COMPARISON_LABELS 40.0F

/* Something that is shown. */
struct scene_pane {
    const struct pane *pane;
    int document;          /* number of the file */
    const char *label;     /* of the file */
    struct frames *frames; /* its pictures that are at hand */
    /* Of the file's pictures, and of the original; NULL: as they are stored. */
    const struct shown_colours *colours, *original_colours;
};

/* All that drawing needs; borrowed. */
struct scene {
    struct surface *surface;
    const struct layout *layout;
    const struct look *look;
    const struct view *view;
    struct scene_pane panes[SCENE_MAX_PANES];
    int n_panes, active;
    int other;    /* the pane that the active one is compared with, or the active one itself */
    bool several; /* the panes show more than one file */
    const struct difference *difference;     /* of these two */
    const struct shown_histogram *histogram; /* of the active pane's visible part, or NULL */
    const struct curve_set *curves;
    bool moving; /* the zoom */
    int pointer_x, pointer_y;
    int n_documents;        /* that are open */
    bool background;        /* pictures are computed unseen */
    int hover;              /* button under the pointer, or -1 */
    int help_page;          /* of the list of keys, from 0 */
    struct text_line point; /* of a talk: "3 / 14"; empty if none is given */
};

void scene_draw(const struct scene *scene);

/* The active pane; while another one is seen in its place, that. */
const struct pane *scene_pane(const struct scene *scene);

/* The pane in a viewport of the layout. */
int scene_pane_at(const struct scene *scene, int viewport);

/* The viewport and the picture's size in the terms of the view. */
struct view_frame scene_frame(const struct layout *layout, const struct uqd_file *file);

/* The picture of a pane where the view puts it; its picture is NULL if there is none yet. */
struct placed_picture scene_place(const struct scene *scene, const struct scene_pane *shown);

/* Whether something is said of the pictures. */
bool scene_has_caption(const struct look *look);

/* The side of the checkerboard's squares. */
int scene_square(const struct layout *layout);

void draw_pictures(const struct scene *scene);
/* The two panes that are compared, parted by a line; and what lies over the picture of a pane. */
void draw_wiped(const struct scene *scene, const struct rect *port);
/* What the difference is one of. */
void draw_difference_names(const struct scene *scene, struct text_line *line);
void draw_helps(const struct scene *scene, const struct rect *port, int index);

/* present.c: everything but the help while presenting; and in the usual window what is said of the
 * pictures, over them. */
void draw_presentation(const struct scene *scene);
void draw_notes(const struct scene *scene);

void draw_panel(const struct scene *scene);
void draw_curve(const struct scene *scene);
void draw_strip(const struct scene *scene);
void draw_status(const struct scene *scene);
void draw_help(const struct scene *scene);

/* How many pages the list of keys has in a window, the surface's texts being of its scale. */
int scene_help_pages(struct surface *surface, const struct layout *layout, bool several_panes);

/* Above a picture, where there are several: what it is, and what that costs and brings. */
void draw_caption(const struct scene *scene, int viewport);

/* What a pane is told by where its colour is not enough: its number on a disc, whose left end is at
 * x, in the middle of a line of this height. Returns how wide it is, with a gap. */
int draw_pane_number(const struct scene *scene, int pane, int x, int y, int height);

/* The colour of a mode where there is one file, and of a pane. */
struct colour draw_mode_colour(enum uqd_mode mode);
struct colour draw_pane_colour(int pane);

#endif
