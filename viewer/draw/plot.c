#include "draw/plot.h"

#include "draw/fit_text.h"
#include "draw/plot_private.h"
#include "draw/theme.h"
#include "session/format.h"

#include <math.h>
#include <stdio.h>
#include <uqd/uqd.h>

int plot_px(const struct plot_view *view, float units)
{
    return (int)(units * view->scale + 0.5F);
}

struct colour plot_colour(int number)
{
    const struct colour colours[PLOT_N_COLOURS] = {
        THEME_ACCENT,         THEME_SECOND,         THEME_THIRD,          THEME_FOURTH,
        {238, 226, 120, 255}, {240, 128, 100, 255}, {176, 164, 240, 255}, {190, 193, 198, 255}};
    return colours[number % PLOT_N_COLOURS];
}

struct colour plot_curve_colour(const struct plot_view *view, int curve)
{
    return view->colours ? view->colours[curve] : plot_colour(curve);
}

/* ---- Geometry ------------------------------------------------------------------------------ */

/* Which texts there are; each step leaves out what is worth least of the rest. */
enum level { ALL, NO_LEGEND, NO_TITLE, NO_VALUES, NO_TEXTS };

static int text_width(const struct plot_view *view, const char *text)
{
    return surface_text_width(view->surface, view->text, text);
}

/* The widest number of the axis of values. */
static int value_labels_width(const struct plot_view *view, const struct curve_range *range)
{
    struct text_line line;
    int widest = text_width(view, range->exact ? "∞" : "0");
    for (int i = 0; i < 2; i++) {
        snprintf(line.text, sizeof line.text, "%g", i ? range->top : range->bottom);
        int width = text_width(view, line.text);
        widest = width > widest ? width : widest;
    }
    if (range->every < 1) {
        snprintf(line.text, sizeof line.text, "%g", range->every);
        int width = text_width(view, line.text);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* What the axes must show, whatever is drawn between them. */
static void set_ranges(struct curve_axes *axes, const struct plot_view *view)
{
    axes->metric = view->metric;
    axes->range = curve_set_values(view->set, view->metric);
    bool any = curve_set_rates(view->set, &axes->low_rate, &axes->high_rate);
    const struct plot_file *file = view->file;
    if (!file || file->n_steps == 0 || file->pixels == 0)
        return;
    double per_byte = 8.0 / (double)file->pixels;
    double low = (double)file->step_bytes[0] * per_byte * exp(-0.25);
    double high = (double)file->step_bytes[file->n_steps - 1] * per_byte * exp(0.25);
    if (low > 0 && (!any || low < axes->low_rate))
        axes->low_rate = low;
    if (low > 0 && (!any || high > axes->high_rate))
        axes->high_rate = high;
}

/* Lays out the texts of a level around the area. */
static void lay_out(struct plot_geometry *plot, const struct plot_view *view, enum level level)
{
    const struct rect *rect = &plot->rect;
    int height = plot->text_height, margin = plot_px(view, 2);
    int left = margin, top = plot_px(view, 4), bottom = margin;
    plot->titled = level < NO_TITLE;
    plot->values_labelled = level < NO_VALUES;
    plot->rates_labelled = level < NO_TEXTS;
    plot->legend = (struct rect){0, 0, 0, 0};
    if (plot->values_labelled) {
        left = value_labels_width(view, &plot->axes.range) + plot_px(view, 8);
        top = (height + 1) / 2;
    }
    if (plot->rates_labelled)
        bottom = height + plot_px(view, 6);
    if (plot->titled)
        top = height + plot_px(view, 6);
    if (level < NO_LEGEND && plot_has_legend(view)) {
        plot->legend = (struct rect){rect->x + left, rect->y, rect->w - left, rect->h / 3};
        plot->legend.h = plot_legend_height(plot, view);
        if (plot->legend.h + plot_px(view, 6) > top)
            top = plot->legend.h + plot_px(view, 6);
    }
    plot->area = (struct rect){rect->x + left, rect->y + top, rect->w - left - margin,
                               rect->h - top - bottom};
}

static void set_axes(struct plot_geometry *plot, const struct plot_view *view)
{
    const struct rect *area = &plot->area;
    struct curve_axes *axes = &plot->axes;
    int room = plot->values_labelled ? 3 * plot->text_height / 2 : plot_px(view, 10);
    int apart = area->h / 8 > room ? area->h / 8 : room;
    int inside = plot_px(view, 8);
    if (inside > area->h / 8)
        inside = area->h / 8;
    axes->left = area->x;
    axes->right = area->x + area->w - 1;
    axes->bottom_y = area->y + area->h - 1;
    axes->exact_y = area->y + inside;
    axes->top_y = axes->exact_y;
    if (axes->range.exact)
        axes->top_y += apart > area->h / 3 ? area->h / 3 : apart;
    if (view->metric == METRIC_BUTTERAUGLI)
        axes->exact_y = axes->top_y;
}

void plot_geometry(struct plot_geometry *plot, const struct plot_view *view)
{
    *plot = (struct plot_geometry){.rect = view->rect};
    plot->text_height = surface_text_height(view->surface, view->text);
    set_ranges(&plot->axes, view);
    for (int level = ALL; level <= NO_TEXTS; level++) {
        lay_out(plot, view, (enum level)level);
        if (plot->area.w >= view->rect.w * 6 / 10 && plot->area.h >= view->rect.h * 55 / 100)
            break;
    }
    set_axes(plot, view);
    if (plot->area.w < 16 || plot->area.h < 16)
        plot->area = (struct rect){plot->rect.x, plot->rect.y, 0, 0};
}

bool plot_contains(const struct plot_geometry *plot, double x, double y)
{
    const struct rect *area = &plot->area;
    int reach = plot->text_height / 2;
    return area->w > 0 && x >= area->x - reach && x < area->x + area->w + reach &&
           y >= area->y - reach && y < area->y + area->h + reach;
}

double plot_rate_at(const struct plot_geometry *plot, double x)
{
    const struct curve_axes *axes = &plot->axes;
    if (plot->area.w == 0)
        return 0;
    return curve_axes_rate(axes, fmin(fmax(x, axes->left), axes->right));
}

uint64_t plot_bytes_at(const struct plot_geometry *plot, const struct plot_file *file, double x)
{
    double bytes = plot_rate_at(plot, x) * (double)file->pixels / 8;
    uint64_t most = file->n_steps > 0 ? file->step_bytes[file->n_steps - 1] : 1;
    if (!(bytes < (double)most))
        return most;
    return bytes < 1 ? 1 : (uint64_t)(bytes + 0.5);
}

bool plot_nearest(const struct plot_geometry *plot, const struct curve_set *set, double x, double y,
                  double within, struct curve_place *place)
{
    return plot->area.w > 0 && curve_set_nearest(set, &plot->axes, x, y, place) &&
           place->distance <= within;
}

double plot_reach(float scale)
{
    return 14 * (double)scale;
}

/* ---- Curves -------------------------------------------------------------------------------- */

static void draw_diamond(struct surface *surface, struct point at, float size, struct colour colour)
{
    int half = (int)(size * 1.2F + 0.5F), x = (int)at.x, y = (int)at.y;
    for (int down = -half; down <= half; down++) {
        int across = half - (down < 0 ? -down : down);
        struct rect row = {x - across, y + down, 2 * across + 1, 1};
        surface_fill(surface, &row, colour);
    }
}

void plot_draw_mark(struct surface *surface, uint32_t mode, struct colour colour,
                    struct colour ground, struct point at, float size)
{
    int side = (int)(size * 1.7F + 0.5F);
    struct rect square = {(int)at.x - side / 2, (int)at.y - side / 2, side, side};
    switch (mode < CURVE_OF_CODECS ? mode : CURVE_NO_MODE) {
    case UQD_MODE_FLOW:
        surface_fill(surface, &square, colour);
        break;
    case CURVE_NO_MODE:
        draw_diamond(surface, at, size, colour);
        if (mode % 2)
            draw_diamond(surface, at, size * 0.5F, ground);
        break;
    default:
        surface_disc(surface, at.x, at.y, size, colour);
        if (mode == UQD_MODE_ANCESTRAL)
            surface_disc(surface, at.x, at.y, size * 0.5F, ground);
    }
}

static struct point place_of(const struct plot_geometry *plot, double rate, double value)
{
    return (struct point){(float)curve_axes_x(&plot->axes, rate),
                          (float)curve_axes_y(&plot->axes, value)};
}

static void draw_line(const struct plot_view *view, const struct plot_geometry *plot, int number)
{
    const struct curve *curve = &view->set->curves[number];
    struct colour colour = plot_curve_colour(view, number);
    struct point last = {0, 0};
    const struct curve_point *before = NULL;
    float width = (curve->document == CURVE_IMPORTED ? 1.25F : 2) * view->scale;
    for (size_t i = 0; i < curve->n_points; i++) {
        double value = curve->points[i].values[view->metric];
        struct point at = place_of(plot, curve->points[i].rate, value);
        if (isnan(value))
            continue;
        bool joined = before && !curve_skips_steps(before, &curve->points[i]);
        if (joined && hypotf(at.x - last.x, at.y - last.y) < 1)
            continue;
        if (joined)
            surface_line(view->surface, last, at, width < 1 ? 1 : width, colour);
        last = at;
        before = &curve->points[i];
    }
}

/* Steps are marked larger than places between them; of marks that would lie on each other, only the
 * first. */
static void draw_points(const struct plot_view *view, const struct plot_geometry *plot, int number)
{
    const struct curve *curve = &view->set->curves[number];
    struct colour colour = plot_curve_colour(view, number);
    float last_x = -INFINITY;
    for (size_t i = 0; i < curve->n_points; i++) {
        const struct curve_point *point = &curve->points[i];
        double value = point->values[view->metric];
        if (isnan(value))
            continue;
        bool between = point->step == CURVE_NO_STEP && curve->document != CURVE_IMPORTED;
        float size = (between ? 2 : curve->document == CURVE_IMPORTED ? 3.5F : 4) * view->scale;
        struct point at = place_of(plot, point->rate, value);
        if (at.x - last_x < (between ? 3 * size : 1))
            continue;
        plot_draw_mark(view->surface, curve->mode, colour, THEME_BACKGROUND, at,
                       size < 1 ? 1 : size);
        last_x = at.x;
    }
}

/* ---- What is shown ------------------------------------------------------------------------- */

static void draw_cross(const struct plot_view *view, const struct plot_geometry *plot,
                       const struct plot_mark *mark)
{
    const struct rect *area = &plot->area;
    bool known = !isnan(mark->value);
    if (!plot_has_rate(&plot->axes, mark->rate))
        return;
    struct point at = place_of(plot, mark->rate, known ? mark->value : INFINITY);
    int x = (int)lroundf(at.x), y = known ? (int)lroundf(at.y) : area->y;
    struct rect down = {x, y, 1, area->y + area->h - y}, left = {area->x, y, x - area->x, 1};
    surface_fill(view->surface, &down, THEME_FAINT);
    if (known)
        surface_fill(view->surface, &left, THEME_FAINT);
}

static void draw_ring(const struct plot_view *view, const struct plot_geometry *plot,
                      const struct plot_mark *mark)
{
    if (isnan(mark->value) || !plot_has_rate(&plot->axes, mark->rate))
        return;
    float scale = view->scale, radius = (mark->active ? 9 : 7.5F) * scale;
    struct point at = place_of(plot, mark->rate, mark->value);
    if (!isfinite(at.x) || !isfinite(at.y)) /* no value of this metric */
        return;
    surface_disc(view->surface, at.x, at.y, radius, mark->active ? THEME_TEXT : THEME_DIM);
    surface_disc(view->surface, at.x, at.y, radius - 2 * scale, THEME_BACKGROUND);
    if (mark->pending) {
        plot_draw_mark(view->surface, UQD_MODE_ANCESTRAL, mark->colour, THEME_BACKGROUND, at,
                       5 * scale);
        return;
    }
    plot_draw_mark(view->surface, mark->mode, mark->colour, THEME_BACKGROUND, at,
                   (mark->active ? 5 : 4) * scale);
}

/* The active ones above the others. */
static void draw_marks(const struct plot_view *view, const struct plot_geometry *plot)
{
    for (int active = 0; active < 2; active++)
        for (int i = 0; i < view->n_marks; i++)
            if (view->marks[i].active == (active == 1)) {
                draw_cross(view, plot, &view->marks[i]);
                draw_ring(view, plot, &view->marks[i]);
            }
}

static void draw_title(const struct plot_view *view, const struct plot_geometry *plot)
{
    struct text_line title;
    struct fitted_text fitted;
    plot_title(view, title.text, sizeof title.text);
    int room = plot->rect.x + plot->rect.w - plot->area.x;
    fit_text(view->surface, view->text, title.text, room, &fitted);
    surface_text(view->surface, view->text, THEME_DIM, TEXT_LEFT, plot->area.x, plot->rect.y,
                 fitted.text);
}

void plot_title(const struct plot_view *view, char *text, size_t size)
{
    const char *unit = metric_unit(view->metric);
    snprintf(text, size, "%s%s%s", metric_name(view->metric), unit[0] ? ", " : "", unit);
}

void plot_draw(const struct plot_view *view)
{
    struct plot_geometry plot;
    plot_geometry(&plot, view);
    if (plot.area.w == 0)
        return;
    plot_draw_bars(view, &plot);
    plot_draw_axes(view, &plot);
    surface_clip(view->surface, &plot.rect);
    for (int i = view->set->n_curves - 1; i >= 0; i--)
        draw_line(view, &plot, i);
    for (int i = view->set->n_curves - 1; i >= 0; i--)
        draw_points(view, &plot, i);
    draw_marks(view, &plot);
    surface_clip(view->surface, NULL);
    if (plot.titled)
        draw_title(view, &plot);
    if (plot.legend.w > 0)
        plot_draw_legend(view, &plot);
    if (view->pointer && plot_contains(&plot, view->pointer->x, view->pointer->y))
        plot_draw_readout(view, &plot);
}
