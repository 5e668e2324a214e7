#include "draw/scene.h"
#include "draw/theme.h"

#include <stdio.h>

/* A dark pill with a text in the upper left corner of a viewport. */
static void draw_tag(const struct scene *scene, const struct rect *port, const char *text)
{
    int pad = layout_px(scene->layout, 12);
    int height = surface_text_height(scene->surface, TEXT_BODY);
    struct rect pill = {port->x + pad, port->y + pad,
                        surface_text_width(scene->surface, TEXT_BODY, text) + 2 * pad,
                        height + pad};
    struct colour colour = THEME_BACKGROUND;
    colour.a = 224;
    surface_round_rect(scene->surface, &pill, (float)pill.h / 2, colour);
    surface_text(scene->surface, TEXT_BODY, THEME_TEXT, TEXT_LEFT, port->x + 2 * pad,
                 port->y + pad + pad / 2, text);
}

static void draw_tags(const struct scene *scene, const struct rect *port, const struct state *state)
{
    struct text_line line;
    if (state->original)
        draw_tag(scene, port, state->reference_given ? "Original" : "Original (lossless step)");
    else if (!state_is_shown(state) && state_n_positions(state) > 0 && !state->lost &&
             !state->failed) {
        snprintf(line.text, sizeof line.text, "Step %u, %s, is coming ...",
                 (unsigned)state->position, state_mode_name(state->mode));
        draw_tag(scene, port, line.text);
    }
}

static void draw_picture(const struct scene *scene, int side)
{
    const struct scene_side *shown = &scene->sides[side];
    const struct state *state = shown->state;
    const struct rect *port = &scene->layout->pictures[side];
    struct picture *picture = state->original ? state->reference : state->shown;
    surface_fill(scene->surface, port, THEME_SURROUND);
    if (picture) {
        struct view_frame frame = scene_frame(scene->layout, state);
        struct placed_picture placed = {picture, view_place(scene->view, &frame),
                                        state->original ? shown->original_colours : shown->colours,
                                        scene_square(scene->layout)};
        surface_picture(scene->surface, port, &placed);
    } else {
        surface_text(scene->surface, TEXT_TITLE, THEME_TEXT, TEXT_CENTRE, port->x + port->w / 2,
                     port->y + (port->h - surface_text_height(scene->surface, TEXT_TITLE)) / 2,
                     state->failed ? "No picture" : "Waiting for the first step ...");
    }
    surface_clip(scene->surface, port);
    draw_tags(scene, port, state);
    surface_clip(scene->surface, NULL);
}

void draw_pictures(const struct scene *scene)
{
    for (int side = 0; side < scene->n_sides; side++) {
        if (scene->layout->captions[side].w > 0)
            draw_caption(scene, side);
        if (scene->layout->pictures[side].w > 0)
            draw_picture(scene, side);
    }
}
