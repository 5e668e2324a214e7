#include "draw/loupe.h"

#include "draw/fit_text.h"
#include "draw/overlay.h"
#include "draw/theme.h"

#include <stdio.h>

/* Units of the layout. */
#define SIDE       152 /* of what is seen of a picture */
#define LEAST_SIDE 48
#define CELL       8 /* of a picture pixel at least; else twice as large as it is in the viewport */
#define PAD        8
#define GAP        4
#define DISTANCE   20 /* from the pointer */

/* Where everything lies, in display pixels. */
struct plan {
    struct rect card;
    int side, cell, pad, gap, line;
    bool labels;
};

bool loupe_pixel_at(const struct rect *port, const struct placed_picture *placed, int x, int y,
                    uint32_t *pixel_x, uint32_t *pixel_y)
{
    const struct view_rect *place = &placed->place;
    int64_t u = (int64_t)x - port->x - place->x, v = (int64_t)y - port->y - place->y;
    if (!rect_contains(port, x, y) || u < 0 || v < 0 || u >= place->width || v >= place->height)
        return false;
    *pixel_x = (uint32_t)(u * placed->picture->width / place->width);
    *pixel_y = (uint32_t)(v * placed->picture->height / place->height);
    return true;
}

static bool has_labels(const struct loupe *loupe)
{
    for (int i = 0; i < loupe->n_sides; i++)
        if (loupe->sides[i].label && loupe->sides[i].label[0])
            return true;
    return false;
}

/* On the right of the pointer and below, or on the other side where there is no room. */
static int beside(int pointer, int distance, int size, int begin, int end)
{
    int at = pointer + distance;
    if (at + size > end)
        at = pointer - distance - size;
    if (at + size > end)
        at = end - size;
    return at < begin ? begin : at;
}

/* Whether there is room. */
static bool make_plan(struct surface *surface, const struct loupe *loupe, float scale,
                      struct plan *plan)
{
    const struct rect *port = loupe->port;
    const struct placed_picture *placed = loupe->sides[0].placed;
    int n = loupe->n_sides;
    *plan = (struct plan){.side = overlay_px(scale, SIDE),
                          .pad = overlay_px(scale, PAD),
                          .gap = overlay_px(scale, GAP),
                          .line = surface_text_height(surface, TEXT_SMALL),
                          .labels = has_labels(loupe)};
    int lines = (plan->labels ? 3 : 2) * (plan->line + plan->gap), pad = plan->pad;
    int most_width = (port->w - (n + 3) * pad) / n, most_height = port->h - 4 * pad - lines;
    int most = most_width < most_height ? most_width : most_height;
    plan->side = plan->side < most ? plan->side : most;
    if (plan->side < overlay_px(scale, LEAST_SIDE))
        return false;
    plan->cell = 2 * placed->place.width / (int)placed->picture->width;
    plan->cell = plan->cell > plan->side / 5 ? plan->side / 5 : plan->cell;
    plan->cell = plan->cell < overlay_px(scale, CELL) ? overlay_px(scale, CELL) : plan->cell;
    plan->card.w = n * plan->side + (n + 1) * pad;
    plan->card.h = plan->side + 2 * pad + lines;
    int distance = overlay_px(scale, DISTANCE);
    plan->card.x = beside(loupe->x, distance, plan->card.w, port->x + pad, port->x + port->w - pad);
    plan->card.y = beside(loupe->y, distance, plan->card.h, port->y + pad, port->y + port->h - pad);
    return true;
}

/* The picture with the pixel in the middle, which has a frame that is seen on everything. */
static void draw_magnified(struct surface *surface, const struct rect *port,
                           const struct placed_picture *placed, uint32_t x, uint32_t y, int cell)
{
    struct placed_picture magnified = *placed;
    struct rect frame = {port->x + (port->w - cell) / 2, port->y + (port->h - cell) / 2, cell,
                         cell};
    magnified.place =
        (struct view_rect){frame.x - port->x - (int)x * cell, frame.y - port->y - (int)y * cell,
                           (int)placed->picture->width * cell, (int)placed->picture->height * cell};
    surface_fill(surface, port, THEME_SURROUND);
    surface_picture(surface, port, &magnified);
    int width = cell / 8 > 1 ? cell / 8 : 1;
    width = width > 2 ? 2 : width;
    for (int i = 1; i <= 2; i++) {
        struct rect outside = {frame.x - i * width, frame.y - i * width, cell + 2 * i * width,
                               cell + 2 * i * width};
        overlay_frame(surface, &outside, width,
                      i == 1 ? (struct colour){255, 255, 255, 255} : (struct colour){0, 0, 0, 255});
    }
}

/* "214, 120, 33"; a grey picture's value; with alpha behind a semicolon. */
static void describe_pixel(const struct picture *picture, uint32_t x, uint32_t y, char text[48])
{
    const uint8_t *pixel = picture->pixels + y * picture->stride + (size_t)x * picture->channels;
    int length = picture->channels < 3
                     ? snprintf(text, 48, "%d", pixel[0])
                     : snprintf(text, 48, "%d, %d, %d", pixel[0], pixel[1], pixel[2]);
    if (picture_has_alpha(picture))
        snprintf(text + length, 48 - (size_t)length, "; %d", pixel[picture->channels - 1]);
}

/* What the first has more than the second; empty where that says nothing. */
static void describe_difference(const struct picture *a, const struct picture *b, uint32_t x,
                                uint32_t y, char text[64])
{
    int length = 0;
    text[0] = '\0';
    if (a == b || a->width != b->width || a->height != b->height || a->channels != b->channels)
        return;
    const uint8_t *of_a = a->pixels + y * a->stride + (size_t)x * a->channels;
    const uint8_t *of_b = b->pixels + y * b->stride + (size_t)x * b->channels;
    for (uint32_t c = 0; c < (a->channels < 3 ? 1 : 3); c++) {
        int d = of_a[c] - of_b[c];
        length += snprintf(text + length, 64 - (size_t)length, "%s%s%d", c == 0 ? "Δ " : ", ",
                           d > 0   ? "+"
                           : d < 0 ? "–"
                                   : "",
                           d < 0 ? -d : d);
    }
}

static void draw_side(struct surface *surface, const struct loupe *loupe, int i,
                      const struct plan *plan, float scale)
{
    const struct loupe_side *side = &loupe->sides[i];
    struct rect port = {plan->card.x + plan->pad + i * (plan->side + plan->pad),
                        plan->card.y + plan->pad, plan->side, plan->side};
    struct fitted_text fitted;
    uint32_t x, y;
    char text[48];
    int line = port.y + port.h + plan->gap;
    if (plan->labels) {
        fit_text(surface, TEXT_SMALL, side->label ? side->label : "", port.w, &fitted);
        surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, port.x, port.y, fitted.text);
        port.y += plan->line + plan->gap;
        line += plan->line + plan->gap;
    }
    if (!loupe_pixel_at(loupe->port, side->placed, loupe->x, loupe->y, &x, &y)) {
        surface_fill(surface, &port, THEME_SURROUND);
        return;
    }
    draw_magnified(surface, &port, side->placed, x, y, plan->cell);
    describe_pixel(side->placed->picture, x, y, text);
    fit_text(surface, TEXT_SMALL, text, port.w - overlay_px(scale, 2), &fitted);
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, port.x, line, fitted.text);
}

struct rect loupe_draw(struct surface *surface, const struct loupe *loupe, float scale)
{
    const struct placed_picture *first = loupe->n_sides > 0 ? loupe->sides[0].placed : NULL;
    struct plan plan;
    struct fitted_text place, difference;
    uint32_t x, y;
    char text[64];
    if (!first || !loupe_pixel_at(loupe->port, first, loupe->x, loupe->y, &x, &y) ||
        !make_plan(surface, loupe, scale, &plan))
        return (struct rect){loupe->x, loupe->y, 0, 0};
    overlay_card(surface, &plan.card, scale);
    for (int i = 0; i < loupe->n_sides; i++)
        draw_side(surface, loupe, i, &plan, scale);
    int left = plan.card.x + plan.pad, right = plan.card.x + plan.card.w - plan.pad;
    int line = plan.card.y + plan.card.h - plan.pad - plan.line;
    snprintf(text, sizeof text, "x %u, y %u", (unsigned)x, (unsigned)y);
    fit_text(surface, TEXT_SMALL, text, right - left, &place);
    surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, left, line, place.text);
    if (loupe->n_sides > 1) {
        describe_difference(first->picture, loupe->sides[1].placed->picture, x, y, text);
        fit_text(surface, TEXT_SMALL, text, right - left - place.width - 2 * plan.pad, &difference);
        surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, right, line, difference.text);
    }
    return plan.card;
}
