#include "scene.h"

#include "theme.h"

struct view_frame scene_frame(const struct layout *layout, const struct state *state)
{
    return (struct view_frame){.port_width = layout->picture.w,
                               .port_height = layout->picture.h,
                               .picture_width = (int)state->file->info.width,
                               .picture_height = (int)state->file->info.height};
}

void scene_draw(const struct scene *scene)
{
    SDL_Color ground = scene->look->blank ? THEME_SURROUND : THEME_BACKGROUND;
    SDL_RenderSetClipRect(scene->renderer, NULL);
    SDL_SetRenderDrawColor(scene->renderer, ground.r, ground.g, ground.b, ground.a);
    SDL_RenderClear(scene->renderer);
    if (!scene->look->blank) {
        draw_picture(scene);
        draw_panel(scene);
        draw_strip(scene);
        draw_status(scene);
    }
    if (scene->look->help)
        draw_help(scene);
}
