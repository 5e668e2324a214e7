#include "draw/scene.h"

#include "draw/theme.h"

#define SQUARE 16.0F /* of the checkerboard, layout units */

const struct pane *scene_pane(const struct scene *scene)
{
    bool flicker = scene->look->comparison == COMPARE_FLICKER && scene->look->flicker;
    return scene->panes[flicker ? scene->other : scene->active].pane;
}

int scene_pane_at(const struct scene *scene, int viewport)
{
    return scene->layout->n_panes > 1 ? viewport : scene->active;
}

struct view_frame scene_frame(const struct layout *layout, const struct uqd_file *file)
{
    const struct rect *port = &layout->pictures[0];
    return (struct view_frame){.port_width = port->w,
                               .port_height = port->h,
                               .picture_width = (int)file->info.width,
                               .picture_height = (int)file->info.height};
}

struct placed_picture scene_place(const struct scene *scene, const struct scene_pane *shown)
{
    const struct pane *pane = shown->pane;
    struct view_frame frame = scene_frame(scene->layout, pane->progress->file);
    const struct shown_colours *colours = pane->values             ? NULL
                                          : pane->exhibit.original ? shown->original_colours
                                                                   : shown->colours;
    return (struct placed_picture){pane->shown, view_place(scene->view, &frame), colours,
                                   scene_square(scene->layout), scene->moving};
}

int scene_square(const struct layout *layout)
{
    int square = layout_px(layout, SQUARE);
    return square < 1 ? 1 : square;
}

static void draw_window(const struct scene *scene)
{
    if (!scene->layout->panel_over) {
        draw_pictures(scene);
        draw_notes(scene);
    }
    draw_panel(scene);
    draw_strip(scene);
    draw_status(scene);
}

void scene_draw(const struct scene *scene)
{
    bool presenting = scene->layout->presenting, blank = scene->look->blank;
    struct colour ground = !blank ? THEME_BACKGROUND : presenting ? THEME_BLACK : THEME_SURROUND;
    surface_begin(scene->surface, ground, scene->layout->scale);
    if (!blank && presenting)
        draw_presentation(scene);
    else if (!blank)
        draw_window(scene);
    if (scene->look->help)
        draw_help(scene);
}
