#include "draw/scene.h"

#include "draw/theme.h"

#define SQUARE 16.0F /* of the checkerboard, layout units */

const struct state *scene_state(const struct scene *scene)
{
    return scene->sides[scene->active].state;
}

struct view_frame scene_frame(const struct layout *layout, const struct state *state)
{
    const SDL_Rect *port = layout_port(layout);
    return (struct view_frame){.port_width = port->w,
                               .port_height = port->h,
                               .picture_width = (int)state->file->info.width,
                               .picture_height = (int)state->file->info.height};
}

struct picture_finish scene_finish(const struct layout *layout, const struct shown_colours *colours)
{
    int square = layout_px(layout, SQUARE);
    return (struct picture_finish){colours, square < 1 ? 1 : square};
}

void scene_draw(const struct scene *scene)
{
    SDL_Color ground = scene->look->blank ? THEME_SURROUND : THEME_BACKGROUND;
    SDL_RenderSetClipRect(scene->renderer, NULL);
    SDL_SetRenderDrawColor(scene->renderer, ground.r, ground.g, ground.b, ground.a);
    SDL_RenderClear(scene->renderer);
    if (!scene->look->blank) {
        draw_pictures(scene);
        draw_panel(scene);
        draw_strips(scene);
        draw_status(scene);
    }
    if (scene->look->help)
        draw_help(scene);
}
