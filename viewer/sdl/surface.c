#include "sdl/surface.h"

#include "sdl/convert.h"

static struct sdl_surface *own(struct surface *surface)
{
    return (struct sdl_surface *)surface;
}

static void begin(struct surface *surface, struct colour ground, float text_scale)
{
    struct sdl_surface *sdl = own(surface);
    text_set_scale(sdl->text, text_scale);
    textures_begin(&sdl->textures);
    SDL_RenderSetClipRect(sdl->renderer, NULL);
    SDL_SetRenderDrawColor(sdl->renderer, ground.r, ground.g, ground.b, ground.a);
    SDL_RenderClear(sdl->renderer);
}

static void text_scale(struct surface *surface, float scale)
{
    text_set_scale(own(surface)->text, scale);
}

static void clip(struct surface *surface, const struct rect *rect)
{
    SDL_Rect inside = rect ? sdl_rect(rect) : (SDL_Rect){0, 0, 0, 0};
    SDL_RenderSetClipRect(own(surface)->renderer, rect ? &inside : NULL);
}

static void fill(struct surface *surface, const struct rect *rect, struct colour colour)
{
    canvas_rect(&own(surface)->canvas, rect, colour);
}

static void round_rect(struct surface *surface, const struct rect *rect, float radius,
                       struct colour colour)
{
    canvas_round_rect(&own(surface)->canvas, rect, radius, colour);
}

static void line(struct surface *surface, struct point from, struct point to, float width,
                 struct colour colour)
{
    canvas_line(&own(surface)->canvas, from, to, width, colour);
}

static void disc(struct surface *surface, float x, float y, float radius, struct colour colour)
{
    canvas_disc(&own(surface)->canvas, x, y, radius, colour);
}

static int height_of_text(struct surface *surface, enum text_size size)
{
    return text_height(own(surface)->text, size);
}

static int width_of_text(struct surface *surface, enum text_size size, const char *string)
{
    return text_width(own(surface)->text, size, string);
}

static void text(struct surface *surface, enum text_size size, struct colour colour,
                 enum text_align align, int x, int y, const char *string)
{
    text_draw(own(surface)->text, size, colour, align, x, y, string);
}

static void picture(struct surface *surface, const struct rect *port,
                    const struct placed_picture *placed)
{
    textures_draw(&own(surface)->textures, port, placed);
}

static const struct surface_type type = {.begin = begin,
                                         .text_scale = text_scale,
                                         .clip = clip,
                                         .fill = fill,
                                         .round_rect = round_rect,
                                         .line = line,
                                         .disc = disc,
                                         .text_height = height_of_text,
                                         .text_width = width_of_text,
                                         .text = text,
                                         .picture = picture};

int sdl_surface_open(struct sdl_surface *surface, SDL_Renderer *renderer, const char *font,
                     struct message *message)
{
    *surface = (struct sdl_surface){.base.type = &type,
                                    .renderer = renderer,
                                    .canvas.renderer = renderer,
                                    .textures.renderer = renderer};
    surface->text = text_new(renderer, font, message);
    return surface->text ? 0 : -1;
}

void sdl_surface_forget(struct sdl_surface *surface)
{
    if (surface->text)
        text_forget(surface->text);
    canvas_forget(&surface->canvas);
    textures_clear(&surface->textures);
}

void sdl_surface_close(struct sdl_surface *surface)
{
    sdl_surface_forget(surface);
    text_free(surface->text);
    *surface = (struct sdl_surface){0};
}
