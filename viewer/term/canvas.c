#include "term/canvas.h"

#include <math.h>
#include <stdlib.h>

#define SUBPIXELS 4 /* per side, for the coverage of a pixel */

static struct rect intersect(const struct rect *a, const struct rect *b)
{
    int left = a->x > b->x ? a->x : b->x, top = a->y > b->y ? a->y : b->y;
    int right = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int bottom = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    return (struct rect){left, top, right > left ? right - left : 0,
                         bottom > top ? bottom - top : 0};
}

int term_canvas_resize(struct canvas *canvas, int width, int height)
{
    uint32_t *pixels = calloc((size_t)width * (size_t)height, sizeof *pixels);
    if (!pixels)
        return -1;
    free(canvas->pixels);
    *canvas = (struct canvas){width, height, pixels, {0, 0, width, height}};
    return 0;
}

void term_canvas_free(struct canvas *canvas)
{
    free(canvas->pixels);
    *canvas = (struct canvas){0};
}

void term_canvas_clip(struct canvas *canvas, const struct rect *rect)
{
    struct rect all = {0, 0, canvas->width, canvas->height};
    canvas->clip = rect ? intersect(&all, rect) : all;
}

static uint32_t mix(uint32_t below, uint32_t above, uint32_t alpha)
{
    return (below * (255 - alpha) + above * alpha + 127) / 255;
}

uint32_t term_blend(uint32_t below, struct colour colour)
{
    return mix(below >> 16 & 255, colour.r, colour.a) << 16 |
           mix(below >> 8 & 255, colour.g, colour.a) << 8 | mix(below & 255, colour.b, colour.a);
}

static uint32_t *pixel_at(struct canvas *canvas, int x, int y)
{
    return &canvas->pixels[(size_t)y * (size_t)canvas->width + (size_t)x];
}

/* Lays the colour on a pixel, of which it covers a share. */
static void cover(struct canvas *canvas, int x, int y, float share, struct colour colour)
{
    if (!rect_contains(&canvas->clip, x, y))
        return;
    uint32_t *pixel = pixel_at(canvas, x, y);
    colour.a = (uint8_t)((float)colour.a * share + 0.5F);
    *pixel = term_blend(*pixel, colour);
}

void term_canvas_fill(struct canvas *canvas, const struct rect *rect, struct colour colour)
{
    struct rect inside = intersect(&canvas->clip, rect);
    for (int y = inside.y; y < inside.y + inside.h; y++)
        for (int x = inside.x; x < inside.x + inside.w; x++) {
            uint32_t *pixel = pixel_at(canvas, x, y);
            *pixel = term_blend(*pixel, colour);
        }
}

/* ---- Round shapes -------------------------------------------------------------------------- */

/* How much of a pixel lies in a disc. */
static float share_in_disc(int x, int y, float centre_x, float centre_y, float radius)
{
    int inside = 0;
    for (int i = 0; i < SUBPIXELS * SUBPIXELS; i++) {
        float dx = (float)x + ((float)(i % SUBPIXELS) + 0.5F) / SUBPIXELS - centre_x;
        float dy = (float)y + ((float)(i / SUBPIXELS) + 0.5F) / SUBPIXELS - centre_y;
        inside += dx * dx + dy * dy <= radius * radius;
    }
    return (float)inside / (SUBPIXELS * SUBPIXELS);
}

void term_canvas_disc(struct canvas *canvas, float x, float y, float radius, struct colour colour)
{
    struct rect box = {(int)floorf(x - radius), (int)floorf(y - radius), (int)(2 * radius) + 2,
                       (int)(2 * radius) + 2};
    box = intersect(&canvas->clip, &box);
    for (int row = box.y; row < box.y + box.h; row++)
        for (int column = box.x; column < box.x + box.w; column++)
            cover(canvas, column, row, share_in_disc(column, row, x, y, radius), colour);
}

/* The nearest point of the straight sides' rectangle is the centre of the corner's disc. */
static float nearest(float value, float low, float high)
{
    return value < low ? low : value > high ? high : value;
}

void term_canvas_round_rect(struct canvas *canvas, const struct rect *rect, float radius,
                            struct colour colour)
{
    float most = (float)(rect->w < rect->h ? rect->w : rect->h) / 2;
    struct rect inside = intersect(&canvas->clip, rect);
    radius = radius < most ? radius : most;
    float left = (float)rect->x + radius, right = (float)(rect->x + rect->w) - radius;
    float top = (float)rect->y + radius, bottom = (float)(rect->y + rect->h) - radius;
    for (int y = inside.y; y < inside.y + inside.h; y++)
        for (int x = inside.x; x < inside.x + inside.w; x++) {
            float middle_x = (float)x + 0.5F, middle_y = (float)y + 0.5F;
            float cx = nearest(middle_x, left, right), cy = nearest(middle_y, top, bottom);
            bool corner = cx != middle_x && cy != middle_y;
            cover(canvas, x, y, corner ? share_in_disc(x, y, cx, cy, radius) : 1, colour);
        }
}

/* ---- Lines --------------------------------------------------------------------------------- */

/* One column (or row, if steep) of a line: the pixels between two heights. */
static void line_slice(struct canvas *canvas, int along, float low, float high, bool steep,
                       struct colour colour)
{
    int first = (int)floorf(low), last = (int)floorf(high);
    int end = steep ? canvas->width : canvas->height;
    first = first < 0 ? 0 : first;
    last = last < end ? last : end - 1;
    for (int across = first; across <= last; across++) {
        float share = fminf(high, (float)across + 1) - fmaxf(low, (float)across);
        cover(canvas, steep ? across : along, steep ? along : across, share > 0 ? share : 0,
              colour);
    }
}

void term_canvas_line(struct canvas *canvas, struct point from, struct point to, float width,
                      struct colour colour)
{
    bool steep = fabsf(to.y - from.y) > fabsf(to.x - from.x);
    int end = steep ? canvas->height : canvas->width;
    if (steep) {
        from = (struct point){from.y, from.x};
        to = (struct point){to.y, to.x};
    }
    if (from.x > to.x) {
        struct point swap = from;
        from = to;
        to = swap;
    }
    if (!(to.x - from.x >= 0.01F)) /* nor not a number */
        return;
    float slope = (to.y - from.y) / (to.x - from.x);
    float half = width / 2 * sqrtf(1 + slope * slope);
    int along = from.x > 0 ? (int)from.x : 0;
    for (; along < end && (float)along + 0.5F < to.x; along++) {
        float middle = from.y + ((float)along + 0.5F - from.x) * slope;
        line_slice(canvas, along, middle - half, middle + half, steep, colour);
    }
}

/* ---- Pictures ------------------------------------------------------------------------------ */

static const struct rect nothing = {0, 0, 0, 0};

struct rect term_canvas_picture(struct canvas *canvas, const struct rect *port,
                                const struct placed_picture *placed)
{
    struct view_rect part = placed_picture_part(placed, port);
    if (part.width <= 0 || part.height <= 0)
        return nothing;
    size_t width = (size_t)part.width;
    uint32_t *pixels = malloc(width * (size_t)part.height * sizeof *pixels);
    struct rect covered = {port->x + placed->place.x + part.x, port->y + placed->place.y + part.y,
                           part.width, part.height};
    struct rect inside = intersect(&canvas->clip, &covered);
    if (!pixels || placed_picture_render(placed, &part, pixels, width * sizeof *pixels))
        inside = nothing;
    for (int y = inside.y; y < inside.y + inside.h; y++) {
        uint32_t *row = pixels + (size_t)(y - covered.y) * width;
        placed_picture_lay(placed, &part, y - covered.y, row);
        for (int x = inside.x; x < inside.x + inside.w; x++)
            *pixel_at(canvas, x, y) = row[x - covered.x] & 0xffffff;
    }
    free(pixels);
    return inside;
}

uint32_t term_canvas_mean(const struct canvas *canvas, const struct rect *rect)
{
    uint32_t sums[3] = {0}, n = (uint32_t)(rect->w * rect->h);
    for (int y = rect->y; y < rect->y + rect->h; y++) {
        const uint32_t *row = canvas->pixels + (size_t)y * (size_t)canvas->width;
        for (int x = rect->x; x < rect->x + rect->w; x++)
            for (int c = 0; c < 3; c++)
                sums[c] += row[x] >> (16 - 8 * c) & 255;
    }
    if (n == 0)
        return 0;
    return (sums[0] + n / 2) / n << 16 | (sums[1] + n / 2) / n << 8 | (sums[2] + n / 2) / n;
}
