/* Drawing the whole window from what is known; one file per part of the window. */
#ifndef UQD_VIEWER_SCENE_H
#define UQD_VIEWER_SCENE_H

#include "canvas.h"
#include "layout.h"
#include "look.h"
#include "picture_texture.h"
#include "state.h"
#include "text.h"

/* All that drawing needs; borrowed. */
struct scene {
    SDL_Renderer *renderer;
    struct canvas *canvas;
    struct text *text;
    const struct layout *layout;
    const struct look *look;
    const struct state *state;
    const struct view *view;
    struct picture_texture *picture; /* of the picture that is shown */
    struct picture_texture *thumbs;  /* one per position */
    bool background;                 /* pictures are computed unseen */
    int hover;                       /* button under the pointer, or -1 */
};

void scene_draw(const struct scene *scene);

/* The viewport and the picture's size in the terms of the view. */
struct view_frame scene_frame(const struct layout *layout, const struct state *state);

void draw_picture(const struct scene *scene);
void draw_panel(const struct scene *scene);
void draw_curve(const struct scene *scene);
void draw_strip(const struct scene *scene);
void draw_status(const struct scene *scene);
void draw_help(const struct scene *scene);

/* The mark of a mode in the curve and its legend: shapes differ as well as colours. */
void draw_mark(const struct scene *scene, enum uqd_mode mode, float x, float y, float size);
SDL_Color draw_mode_colour(enum uqd_mode mode);

#endif
