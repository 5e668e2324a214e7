/* What lies behind the curves: the lines and numbers of the axes, and along the bottom what each
 * step costs. */
#include "draw/labels.h"
#include "draw/plot_private.h"
#include "draw/theme.h"
#include "session/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A rate of one significant digit; a division keeps 0.1 what it prints as. */
static double round_rate(int exponent, int digit)
{
    return exponent < 0 ? digit / pow(10, -exponent) : digit * pow(10, exponent);
}

struct exponents {
    int first, last;
};

static struct exponents exponents_of(const struct curve_axes *axes)
{
    return (struct exponents){(int)floor(log10(axes->low_rate)), (int)ceil(log10(axes->high_rate))};
}

bool plot_has_rate(const struct curve_axes *axes, double rate)
{
    return rate >= axes->low_rate && rate <= axes->high_rate;
}

static int decades_on(const struct curve_axes *axes)
{
    struct exponents range = exponents_of(axes);
    int n = 0;
    for (int exponent = range.first; exponent <= range.last; exponent++)
        n += plot_has_rate(axes, round_rate(exponent, 1));
    return n;
}

/* Labels the rates of a digit from the right; the first label of all has the unit. */
static void label_rates(struct label_row *row, const struct curve_axes *axes, int digit)
{
    struct text_line line;
    struct exponents range = exponents_of(axes);
    for (int exponent = range.last; exponent >= range.first; exponent--) {
        double rate = round_rate(exponent, digit);
        if (!plot_has_rate(axes, rate))
            continue;
        snprintf(line.text, sizeof line.text, row->n == 0 ? "%g bpp" : "%g", rate);
        label_row_put(row, curve_axes_x(axes, rate), THEME_DIM, line.text);
    }
}

static void draw_rates(const struct plot_view *view, const struct plot_geometry *plot)
{
    const struct rect *area = &plot->area;
    const struct curve_axes *axes = &plot->axes;
    struct exponents range = exponents_of(axes);
    for (int exponent = range.first; exponent <= range.last; exponent++)
        for (int digit = 1; digit <= 9; digit++) {
            double rate = round_rate(exponent, digit);
            struct rect line = {(int)lround(curve_axes_x(axes, rate)), area->y, 1, area->h};
            if (plot_has_rate(axes, rate))
                surface_fill(view->surface, &line, digit == 1 ? THEME_OUTLINE : THEME_RAISED);
        }
    if (!plot->rates_labelled)
        return;
    struct label_row row = {.surface = view->surface,
                            .size = view->text,
                            .left = area->x,
                            .right = plot->rect.x + plot->rect.w,
                            .y = area->y + area->h + plot_px(view, 4),
                            .gap = plot_px(view, 8)};
    if (plot->rect.y + plot->rect.h < row.y + plot->text_height)
        row.y = plot->rect.y + plot->rect.h - plot->text_height;
    label_rates(&row, axes, 1);
    if (decades_on(axes) > 2)
        return;
    static const int others[] = {5, 2, 3, 7};
    for (int i = 0; i < (decades_on(axes) == 2 ? 2 : 4); i++)
        label_rates(&row, axes, others[i]);
}

/* The labels of the axis of values that are drawn already. */
struct value_labels {
    int tops[LABELS_MAX], n;
};

/* Draws the line of a value, and its label unless another one is in the way. */
static void draw_value(const struct plot_view *view, const struct plot_geometry *plot,
                       struct value_labels *labels, double y, const char *label)
{
    struct rect line = {plot->area.x, (int)lround(y), plot->area.w, 1};
    int top = (int)lround(y) - plot->text_height / 2;
    int lowest = plot->area.y + plot->area.h - plot->text_height / 2;
    surface_fill(view->surface, &line, THEME_OUTLINE);
    top = top < lowest ? top : lowest;
    bool free = plot->values_labelled && labels->n < LABELS_MAX;
    for (int i = 0; i < labels->n; i++)
        free &= 4 * abs(labels->tops[i] - top) >= 5 * plot->text_height;
    if (!free)
        return;
    labels->tops[labels->n++] = top;
    surface_text(view->surface, view->text, THEME_DIM, TEXT_RIGHT, plot->area.x - plot_px(view, 6),
                 top, label);
}

/* Worth most: that nothing differs; then from the bottom in steps that have room. */
static void draw_values(const struct plot_view *view, const struct plot_geometry *plot)
{
    struct text_line line;
    struct value_labels labels = {.n = 0};
    const struct curve_axes *axes = &plot->axes;
    const struct curve_range *range = &axes->range;
    int n = (int)lround(fabs(range->top - range->bottom) / range->every);
    double apart = (axes->bottom_y - axes->top_y) / n;
    int every = 1;
    while (every < n && every * apart < 1.25 * plot->text_height)
        every++;
    if (range->exact)
        draw_value(view, plot, &labels, axes->exact_y, "∞");
    for (int i = 0; i <= n; i += every) {
        double part = (double)i / n, shown = range->bottom + part * (range->top - range->bottom);
        snprintf(line.text, sizeof line.text, "%g", round(shown / range->every) * range->every);
        draw_value(view, plot, &labels, axes->bottom_y + part * (axes->top_y - axes->bottom_y),
                   line.text);
    }
}

void plot_draw_axes(const struct plot_view *view, const struct plot_geometry *plot)
{
    draw_rates(view, plot);
    draw_values(view, plot);
}

/* ---- What each step costs ------------------------------------------------------------------ */

/* The bytes of the step that has most, at least 1. */
static uint64_t most_bytes(const struct plot_file *file)
{
    uint64_t most = 1, before = 0;
    for (uint32_t i = 0; i < file->n_steps; i++) {
        uint64_t own = file->step_bytes[i] - before;
        most = own > most ? own : most;
        before = file->step_bytes[i];
    }
    return most;
}

/* x of so many bytes of the file, between the axes. */
static int bytes_x(const struct plot_geometry *plot, const struct plot_file *file, uint64_t bytes)
{
    const struct curve_axes *axes = &plot->axes;
    double x = curve_axes_x(axes, (double)bytes * 8 / (double)file->pixels);
    return (int)lround(fmin(fmax(x, axes->left), axes->right + 1));
}

/* From where to where a step reaches on the axis, and how much it costs of what the greatest does.
 */
static struct rect step_bar(const struct plot_geometry *plot, const struct plot_file *file,
                            uint32_t step)
{
    uint64_t before = step > 0 ? file->step_bytes[step - 1] : 0;
    double part = (double)(file->step_bytes[step] - before) / (double)most_bytes(file);
    int x = bytes_x(plot, file, before), bottom = plot->area.y + plot->area.h;
    int height = (int)lround(part * plot->area.h / 5);
    height = height < 2 ? 2 : height;
    return (struct rect){x, bottom - height, bytes_x(plot, file, file->step_bytes[step]) - x,
                         height};
}

static bool has_steps(const struct plot_view *view)
{
    return view->file && view->file->n_steps > 0 && view->file->pixels > 0;
}

int plot_step_at(const struct plot_view *view, const struct plot_geometry *plot, double x)
{
    if (!has_steps(view))
        return -1;
    double bytes = plot_rate_at(plot, x) * (double)view->file->pixels / 8;
    for (uint32_t i = 0; i < view->file->n_steps; i++)
        if (bytes <= (double)view->file->step_bytes[i])
            return (int)i;
    return -1;
}

void plot_draw_bars(const struct plot_view *view, const struct plot_geometry *plot)
{
    const struct colour bar = {50, 52, 56, 255}, chosen = {70, 73, 78, 255};
    int gap = plot_px(view, 1) > 0 ? plot_px(view, 1) : 1;
    int step = view->pointer ? plot_step_at(view, plot, view->pointer->x) : -1;
    if (!has_steps(view))
        return;
    for (uint32_t i = 0; i < view->file->n_steps; i++) {
        struct rect at = step_bar(plot, view->file, i);
        if (at.w > 2 * gap)
            at.w -= gap;
        if (at.w > 0)
            surface_fill(view->surface, &at, (int)i == step ? chosen : bar);
    }
}
