#include "draw/grid.h"

#include "draw/theme.h"

#include <math.h>
#include <stdio.h>

/* What is to be seen of a picture: its pixels from (left, top) to before (right, bottom). */
struct seen {
    const struct rect *port;
    const struct placed_picture *placed;
    int left, top, right, bottom;
};

/* Where a column or row of picture pixels begins, relative to the place. */
static int begin_of(int64_t i, int size, uint32_t n)
{
    return (int)(i * size / n);
}

static int column_at(const struct seen *seen, int i)
{
    const struct view_rect *place = &seen->placed->place;
    return seen->port->x + place->x + begin_of(i, place->width, seen->placed->picture->width);
}

static int row_at(const struct seen *seen, int i)
{
    const struct view_rect *place = &seen->placed->place;
    return seen->port->y + place->y + begin_of(i, place->height, seen->placed->picture->height);
}

/* Whether the pixels are large enough for a grid, and any is to be seen. */
static bool look(struct seen *seen, const struct rect *port, const struct placed_picture *placed)
{
    struct view_rect part = placed_picture_part(placed, port);
    const struct view_rect *place = &placed->place;
    int64_t width = placed->picture->width, height = placed->picture->height;
    if (part.width <= 0 || part.height <= 0 || place->width < GRID_LEAST_CELL * width ||
        place->height < GRID_LEAST_CELL * height)
        return false;
    *seen = (struct seen){.port = port, .placed = placed};
    seen->left = (int)(part.x * width / place->width);
    seen->top = (int)(part.y * height / place->height);
    seen->right = (int)((((int64_t)part.x + part.width) * width - 1) / place->width) + 1;
    seen->bottom = (int)((((int64_t)part.y + part.height) * height - 1) / place->height) + 1;
    return true;
}

/* Dark and light side by side: one of them is seen on every picture. */
static void draw_lines(struct surface *surface, const struct seen *seen)
{
    const struct colour dark = {0, 0, 0, 72}, light = {255, 255, 255, 36};
    int x = column_at(seen, seen->left), y = row_at(seen, seen->top);
    int width = column_at(seen, seen->right) - x, height = row_at(seen, seen->bottom) - y;
    for (int i = seen->left; i < seen->right; i++) {
        struct rect line = {column_at(seen, i), y, 1, height};
        surface_fill(surface, &line, dark);
        line.x++;
        surface_fill(surface, &line, light);
    }
    for (int i = seen->top; i < seen->bottom; i++) {
        struct rect line = {x, row_at(seen, i), width, 1};
        surface_fill(surface, &line, dark);
        line.y++;
        surface_fill(surface, &line, light);
    }
}

static double linear(uint32_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* Of a pixel as it is shown. */
static double luminance_of(const struct placed_picture *placed, int x, int y)
{
    const struct picture *picture = placed->picture;
    const uint8_t *pixel =
        picture->pixels + (size_t)y * picture->stride + (size_t)x * picture->channels;
    int g = picture->channels < 3 ? 0 : 1, b = picture->channels < 3 ? 0 : 2;
    uint32_t shown = 0xff000000u | (uint32_t)pixel[0] << 16 | (uint32_t)pixel[g] << 8 | pixel[b];
    shown_colours_convert(placed->colours, &shown, 1);
    double luminance = 0.2126 * linear(shown >> 16 & 255) + 0.7152 * linear(shown >> 8 & 255) +
                       0.0722 * linear(shown & 255);
    double alpha = picture_has_alpha(picture) ? pixel[picture->channels - 1] / 255.0 : 1;
    return alpha * luminance + (1 - alpha) * linear(THEME_CHECK_LIGHT.g);
}

/* Black or white, whichever has the higher contrast by WCAG 2: at least 4.58. */
static struct colour contrasting(double luminance)
{
    return (luminance + 0.05) * (luminance + 0.05) > 1.05 * 0.05
               ? (struct colour){0, 0, 0, 255}
               : (struct colour){255, 255, 255, 255};
}

static void draw_value(struct surface *surface, const struct seen *seen,
                       const struct picture *values, int x, int y, int line)
{
    const uint8_t *pixel =
        values->pixels + (size_t)y * values->stride + (size_t)x * values->channels;
    int n = values->channels < 3 ? 1 : 3;
    struct colour colour = contrasting(luminance_of(seen->placed, x, y));
    int left = column_at(seen, x), right = column_at(seen, x + 1);
    int top = row_at(seen, y), bottom = row_at(seen, y + 1);
    for (int c = 0; c < n; c++) {
        char text[8];
        snprintf(text, sizeof text, "%d", pixel[c]);
        surface_text(surface, TEXT_SMALL, colour, TEXT_CENTRE, (left + right) / 2 + 1,
                     (top + bottom - n * line) / 2 + c * line, text);
    }
}

void grid_draw(struct surface *surface, const struct rect *port,
               const struct placed_picture *placed, const struct picture *values)
{
    const struct picture *picture = placed->picture;
    struct seen seen;
    if (!look(&seen, port, placed))
        return;
    if (!values || values->width != picture->width || values->height != picture->height)
        values = picture;
    int line = surface_text_height(surface, TEXT_SMALL);
    int cell_width = placed->place.width / (int)picture->width;
    int cell_height = placed->place.height / (int)picture->height;
    surface_clip(surface, port);
    draw_lines(surface, &seen);
    if (cell_height >= (values->channels < 3 ? 1 : 3) * line &&
        cell_width >= surface_text_width(surface, TEXT_SMALL, "000") + 4 &&
        (int64_t)(seen.right - seen.left) * (seen.bottom - seen.top) <= GRID_MAX_VALUES)
        for (int y = seen.top; y < seen.bottom; y++)
            for (int x = seen.left; x < seen.right; x++)
                draw_value(surface, &seen, values, x, y, line);
    surface_clip(surface, NULL);
}
