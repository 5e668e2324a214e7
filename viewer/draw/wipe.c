#include "draw/wipe.h"

#include "draw/fit_text.h"
#include "draw/overlay.h"
#include "draw/theme.h"

/* Units of the layout. */
#define LINE   2
#define EDGE   1  /* the dark border of the line, to either side */
#define HANDLE 15 /* its radius */
#define GRAB   8  /* how far from the line it is still caught */
#define PAD    12

static int line_at(const struct rect *port, const struct wipe *wipe)
{
    int right = port->x + port->w;
    return wipe->x < port->x ? port->x : wipe->x > right ? right : wipe->x;
}

static void draw_side(struct surface *surface, const struct rect *port, const struct rect *part,
                      const struct placed_picture *placed)
{
    if (!placed || part->w <= 0)
        return;
    surface_clip(surface, part);
    surface_picture(surface, port, placed);
}

/* A pill in the upper outer corner of a side. */
static void draw_label(struct surface *surface, const struct rect *part, const char *label,
                       const char *brief, bool on_right, float scale)
{
    int pad = overlay_px(scale, PAD), height = surface_text_height(surface, TEXT_BODY);
    int room = part->w - 4 * pad;
    struct fitted_text text;
    if (brief && label && surface_text_width(surface, TEXT_BODY, label) > room)
        label = surface_text_width(surface, TEXT_BODY, brief) > room ? "" : brief;
    fit_text(surface, TEXT_BODY, label ? label : "", room, &text);
    if (text.width == 0 || height + 3 * pad > part->h)
        return;
    struct rect pill = {part->x + pad, part->y + pad, text.width + 2 * pad, height + pad};
    if (on_right)
        pill.x = part->x + part->w - pad - pill.w;
    struct colour ground = THEME_BACKGROUND;
    ground.a = 224;
    surface_round_rect(surface, &pill, (float)pill.h / 2, ground);
    surface_text(surface, TEXT_BODY, THEME_TEXT, TEXT_LEFT, pill.x + pad, pill.y + pad / 2,
                 text.text);
}

/* A light line with dark edges, and a disc with an arrow to either side. */
static void draw_handle(struct surface *surface, const struct rect *port, int x, float scale)
{
    int line = overlay_px(scale, LINE), edge = overlay_px(scale, EDGE);
    const struct colour dark = {0, 0, 0, 144};
    struct rect whole = {x - line / 2 - edge, port->y, line + 2 * edge, port->h};
    float cx = (float)(x - line / 2) + (float)line / 2, top = (float)port->y;
    float cy = top + (float)port->h / 2, bottom = top + (float)port->h;
    surface_fill(surface, &whole, dark);
    surface_line(surface, (struct point){cx, top}, (struct point){cx, bottom}, (float)line,
                 THEME_TEXT);
    surface_disc(surface, cx, cy, (HANDLE + 1.5F) * scale, dark);
    surface_disc(surface, cx, cy, HANDLE * scale, THEME_TEXT);
    for (int side = -1; side <= 1; side += 2) {
        struct point tip = {cx + (float)side * 9 * scale, cy};
        struct point up = {cx + (float)side * 4.5F * scale, cy - 4.5F * scale};
        struct point down = {up.x, cy + 4.5F * scale};
        surface_line(surface, up, tip, 1.75F * scale, THEME_BACKGROUND);
        surface_line(surface, tip, down, 1.75F * scale, THEME_BACKGROUND);
    }
}

void wipe_draw(struct surface *surface, const struct rect *port, const struct wipe *wipe,
               float scale)
{
    int x = line_at(port, wipe);
    struct rect left = {port->x, port->y, x - port->x, port->h};
    struct rect right = {x, port->y, port->x + port->w - x, port->h};
    surface_fill(surface, port, THEME_SURROUND);
    draw_side(surface, port, &left, wipe->left);
    draw_side(surface, port, &right, wipe->right);
    surface_clip(surface, port);
    draw_label(surface, &left, wipe->left_label, wipe->left_short, false, scale);
    draw_label(surface, &right, wipe->right_label, wipe->right_short, true, scale);
    draw_handle(surface, port, x, scale);
    surface_clip(surface, NULL);
}

bool wipe_grabs(const struct rect *port, const struct wipe *wipe, float scale, int x, int y)
{
    int dx = x - line_at(port, wipe), dy = y - (port->y + port->h / 2);
    int radius = overlay_px(scale, HANDLE), near = overlay_px(scale, GRAB);
    if (!rect_contains(port, x, y))
        return false;
    return (dx <= near && dx >= -near) || dx * dx + dy * dy <= radius * radius;
}
