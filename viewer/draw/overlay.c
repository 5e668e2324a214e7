#include "draw/overlay.h"

#include "draw/theme.h"

int overlay_px(float scale, float units)
{
    int pixels = (int)(scale * units + 0.5F);
    return pixels < 1 ? 1 : pixels;
}

void overlay_card(struct surface *surface, const struct rect *at, float scale)
{
    int border = overlay_px(scale, 1);
    float radius = 6 * scale;
    struct rect inside = {at->x + border, at->y + border, at->w - 2 * border, at->h - 2 * border};
    surface_round_rect(surface, at, radius, THEME_OUTLINE);
    surface_round_rect(surface, &inside, radius - (float)border, THEME_BACKGROUND);
}

void overlay_frame(struct surface *surface, const struct rect *at, int width, struct colour colour)
{
    struct rect top = {at->x, at->y, at->w, width}, left = {at->x, at->y + width, width, 0};
    struct rect bottom = {at->x, at->y + at->h - width, at->w, width}, right;
    left.h = at->h - 2 * width;
    right = left;
    right.x = at->x + at->w - width;
    surface_fill(surface, &top, colour);
    surface_fill(surface, &bottom, colour);
    surface_fill(surface, &left, colour);
    surface_fill(surface, &right, colour);
}
