#include "draw/surface.h"

void surface_begin(struct surface *surface, struct colour ground, float text_scale)
{
    surface->type->begin(surface, ground, text_scale);
}

void surface_text_scale(struct surface *surface, float scale)
{
    if (surface->type->text_scale)
        surface->type->text_scale(surface, scale);
}

void surface_clip(struct surface *surface, const struct rect *rect)
{
    surface->type->clip(surface, rect);
}

void surface_fill(struct surface *surface, const struct rect *rect, struct colour colour)
{
    surface->type->fill(surface, rect, colour);
}

void surface_round_rect(struct surface *surface, const struct rect *rect, float radius,
                        struct colour colour)
{
    surface->type->round_rect(surface, rect, radius, colour);
}

void surface_line(struct surface *surface, struct point from, struct point to, float width,
                  struct colour colour)
{
    surface->type->line(surface, from, to, width, colour);
}

void surface_disc(struct surface *surface, float x, float y, float radius, struct colour colour)
{
    surface->type->disc(surface, x, y, radius, colour);
}

int surface_text_height(struct surface *surface, enum text_size size)
{
    return surface->type->text_height(surface, size);
}

int surface_text_width(struct surface *surface, enum text_size size, const char *string)
{
    return surface->type->text_width(surface, size, string);
}

void surface_text(struct surface *surface, enum text_size size, struct colour colour,
                  enum text_align align, int x, int y, const char *string)
{
    surface->type->text(surface, size, colour, align, x, y, string);
}

void surface_picture(struct surface *surface, const struct rect *port,
                     const struct placed_picture *placed)
{
    surface->type->picture(surface, port, placed);
}
