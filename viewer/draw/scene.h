/* Drawing the whole window from what is known; one file per part of the window. */
#ifndef UQD_VIEWER_DRAW_SCENE_H
#define UQD_VIEWER_DRAW_SCENE_H

#include "draw/layout.h"
#include "draw/surface.h"
#include "session/look.h"
#include "session/state.h"

#define SCENE_MAX_SIDES LAYOUT_MAX_FILES

/* A file that is shown. */
struct scene_side {
    const struct state *state;
    const char *label; /* of the file, where there are two */
    /* Of the file's pictures, and of the original; NULL: as they are stored. */
    const struct shown_colours *colours, *original_colours;
};

/* All that drawing needs; borrowed. */
struct scene {
    struct surface *surface;
    const struct layout *layout;
    const struct look *look;
    const struct view *view;
    struct scene_side sides[SCENE_MAX_SIDES];
    int n_sides, active;
    bool background; /* pictures are computed unseen */
    int hover;       /* button under the pointer, or -1 */
};

void scene_draw(const struct scene *scene);

/* The state of the active side. */
const struct state *scene_state(const struct scene *scene);

/* The viewport and the picture's size in the terms of the view. */
struct view_frame scene_frame(const struct layout *layout, const struct state *state);

/* The side of the checkerboard's squares. */
int scene_square(const struct layout *layout);

void draw_pictures(const struct scene *scene);
void draw_panel(const struct scene *scene);
void draw_curve(const struct scene *scene);
void draw_strips(const struct scene *scene);
void draw_status(const struct scene *scene);
void draw_help(const struct scene *scene);

/* Above a picture, where there are two: the file, its step, and what that costs and brings. */
void draw_caption(const struct scene *scene, int side);

/* The mark of a mode in the curve and its legend: shapes differ as well as colours. */
void draw_mark(const struct scene *scene, enum uqd_mode mode, struct colour colour, float x,
               float y, float size);

/* The colour of a mode where there is one file, and of a file. */
struct colour draw_mode_colour(enum uqd_mode mode);
struct colour draw_side_colour(int side);

#endif
