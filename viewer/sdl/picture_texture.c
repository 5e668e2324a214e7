#include "sdl/picture_texture.h"

#include "draw/checkerboard.h"
#include "draw/resample.h"

#include <string.h>

/* The part of the placed picture inside the viewport, relative to the placed picture. */
static struct view_rect visible_part(const SDL_Rect *port, const struct view_rect *place)
{
    int left = place->x > 0 ? place->x : 0;
    int top = place->y > 0 ? place->y : 0;
    int right = place->x + place->width < port->w ? place->x + place->width : port->w;
    int bottom = place->y + place->height < port->h ? place->y + place->height : port->h;
    return (struct view_rect){left - place->x, top - place->y, right - left, bottom - top};
}

static int make_texture(struct picture_texture *texture, SDL_Renderer *renderer, int width,
                        int height)
{
    if (texture->texture && texture->width == width && texture->height == height)
        return 0;
    SDL_DestroyTexture(texture->texture);
    texture->texture = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888,
                                         SDL_TEXTUREACCESS_STREAMING, width, height);
    texture->width = width;
    texture->height = height;
    return texture->texture ? 0 : -1;
}

/* Pixels of the part as they are shown; 0, or -1 if there is no memory. */
static int render(const struct picture *picture, const struct view_rect *place,
                  const struct view_rect *part, const struct picture_finish *finish, void *pixels,
                  size_t stride)
{
    if (resample(picture, place, part, pixels, stride))
        return -1;
    for (int y = 0; y < part->height; y++) {
        uint32_t *row = (uint32_t *)((uint8_t *)pixels + (size_t)y * stride);
        shown_colours_convert(finish->colours, row, part->width);
        if (picture_has_alpha(picture))
            checkerboard_lay(row, part->width, place->x + part->x, place->y + part->y + y,
                             finish->square);
    }
    return 0;
}

static int fill(struct picture_texture *texture, SDL_Renderer *renderer, struct picture *picture,
                const struct view_rect *place, const struct view_rect *part,
                const struct picture_finish *finish)
{
    void *pixels;
    int pitch;
    if (make_texture(texture, renderer, part->width, part->height) ||
        SDL_LockTexture(texture->texture, NULL, &pixels, &pitch))
        return -1;
    int result = render(picture, place, part, finish, pixels, (size_t)pitch);
    SDL_UnlockTexture(texture->texture);
    picture_ref(picture);
    picture_unref(texture->picture);
    texture->picture = picture;
    texture->place = *place;
    texture->part = *part;
    texture->finish = *finish;
    return result;
}

/* Whether the squares behind the picture are where they were. */
static bool same_ground(const struct picture_texture *texture, const struct view_rect *place,
                        const struct picture_finish *finish)
{
    return texture->place.x == place->x && texture->place.y == place->y &&
           texture->finish.square == finish->square;
}

static bool is_filled(const struct picture_texture *texture, const struct picture *picture,
                      const struct view_rect *place, const struct view_rect *part,
                      const struct picture_finish *finish)
{
    return texture->texture && texture->picture == picture &&
           texture->place.width == place->width && texture->place.height == place->height &&
           memcmp(&texture->part, part, sizeof *part) == 0 &&
           texture->finish.colours == finish->colours &&
           (!picture_has_alpha(picture) || same_ground(texture, place, finish));
}

void picture_texture_draw(struct picture_texture *texture, SDL_Renderer *renderer,
                          struct picture *picture, const SDL_Rect *port,
                          const struct view_rect *place, const struct picture_finish *finish)
{
    struct view_rect part = visible_part(port, place);
    if (part.width <= 0 || part.height <= 0)
        return;
    if (!is_filled(texture, picture, place, &part, finish) &&
        fill(texture, renderer, picture, place, &part, finish))
        return;
    SDL_Rect to = {port->x + place->x + part.x, port->y + place->y + part.y, part.width,
                   part.height};
    SDL_RenderCopy(renderer, texture->texture, NULL, &to);
}

void picture_texture_clear(struct picture_texture *texture)
{
    SDL_DestroyTexture(texture->texture);
    picture_unref(texture->picture);
    *texture = (struct picture_texture){0};
}
