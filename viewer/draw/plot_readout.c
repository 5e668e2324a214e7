/* The read-out: a line at the pointer's rate, or at that of the point it is close to; and a box
 * beside it that says what this costs and what each curve brings there. */
#include "draw/fit_text.h"
#include "draw/plot_private.h"
#include "draw/theme.h"
#include "session/format.h"

#include <math.h>
#include <stdio.h>

struct row {
    int curve;
    double value;
    bool between; /* two points: nobody measured it */
};

struct readout {
    const struct plot_view *view;
    const struct plot_geometry *plot;
    double rate;
    uint64_t bytes;                    /* 0: unknown */
    int meant;                         /* the curve that the pointer is at, or -1 */
    struct text_line cost, size, step; /* texts; empty if there is nothing to say */
    struct row rows[CURVE_MAX_CURVES]; /* the best first */
    int n_rows;
    int row_height, padding;
};

static const char *format_value(struct text_line *line, enum metric metric, double value)
{
    switch (metric) {
    case METRIC_PSNR:
        return format_psnr(line, value);
    case METRIC_MS_SSIM:
        snprintf(line->text, sizeof line->text, value == 1 ? "%.0f" : "%.4f", value);
        break;
    default:
        snprintf(line->text, sizeof line->text, "%.2f", value);
    }
    return line->text;
}

/* "31.8 dB", or "~31.8 dB" between points. */
static const char *format_row(struct text_line *line, enum metric metric, const struct row *row)
{
    struct text_line value;
    format_value(&value, metric, row->value);
    snprintf(line->text, sizeof line->text, "%s%.60s", row->between ? "~" : "", value.text);
    return line->text;
}

/* ---- What there is to say ------------------------------------------------------------------ */

static bool is_better(const struct readout *readout, double a, double b)
{
    return readout->view->metric == METRIC_BUTTERAUGLI ? a < b : a > b;
}

static bool is_between(const struct curve *curve, double rate)
{
    for (size_t i = 0; i < curve->n_points; i++)
        if (curve->points[i].rate == rate)
            return false;
    return true;
}

static void collect_rows(struct readout *readout)
{
    const struct plot_view *view = readout->view;
    for (int i = 0; i < view->set->n_curves; i++) {
        double value = curve_value_at(&view->set->curves[i], view->metric, readout->rate);
        if (isnan(value))
            continue;
        int at = readout->n_rows++;
        for (; at > 0 && is_better(readout, value, readout->rows[at - 1].value); at--)
            readout->rows[at] = readout->rows[at - 1];
        readout->rows[at] =
            (struct row){i, value, is_between(&view->set->curves[i], readout->rate)};
    }
}

static void name_step(struct readout *readout, const char *place, uint32_t step)
{
    const struct plot_file *file = readout->view->file;
    const char *name = file->step_names ? file->step_names[step] : "";
    snprintf(readout->step.text, sizeof readout->step.text, "%s %u%s%s", place, (unsigned)step,
             name[0] ? " · " : "", name);
}

/* A point that is close is meant; else any place is. */
static void find_place(struct readout *readout)
{
    const struct plot_view *view = readout->view;
    const struct point *pointer = view->pointer;
    struct curve_place place;
    int within = plot_step_at(view, readout->plot, pointer->x);
    readout->rate = plot_rate_at(readout->plot, pointer->x);
    if (view->file && view->file->pixels > 0)
        readout->bytes = plot_bytes_at(readout->plot, view->file, pointer->x);
    if (!plot_nearest(readout->plot, view->set, pointer->x, pointer->y, plot_reach(view->scale),
                      &place)) {
        if (within >= 0)
            name_step(readout, "in step", (uint32_t)within);
        return;
    }
    const struct curve *curve = &view->set->curves[place.curve];
    const struct curve_point *point = &curve->points[place.point];
    readout->meant = place.curve;
    readout->rate = point->rate;
    readout->bytes = point->bytes;
    if (view->file && curve->document == view->file->document && point->step < view->file->n_steps)
        name_step(readout, "step", point->step);
    else if (point->step != CURVE_NO_STEP)
        snprintf(readout->step.text, sizeof readout->step.text, "step %u", (unsigned)point->step);
}

static void collect(struct readout *readout)
{
    struct text_line number;
    find_place(readout);
    snprintf(readout->cost.text, sizeof readout->cost.text, "%s bpp",
             format_rate(&number, readout->rate));
    if (readout->bytes > 0)
        format_bytes(&readout->size, readout->bytes);
    collect_rows(readout);
}

/* ---- The box ------------------------------------------------------------------------------- */

static int width_of(const struct readout *readout, const char *text)
{
    return surface_text_width(readout->view->surface, TEXT_SMALL, text);
}

static int mark_width(const struct readout *readout)
{
    return plot_px(readout->view, 14);
}

static int gap(const struct readout *readout)
{
    return plot_px(readout->view, 14);
}

/* The width of the first line. */
static int cost_width(const struct readout *readout)
{
    int size = width_of(readout, readout->size.text);
    return width_of(readout, readout->cost.text) + (size > 0 ? gap(readout) + size : 0);
}

/* The width that all texts want. */
static int wanted_width(const struct readout *readout)
{
    struct text_line line;
    int widest = cost_width(readout), step = width_of(readout, readout->step.text);
    widest = step > widest ? step : widest;
    for (int i = 0; i < readout->n_rows; i++) {
        const struct row *row = &readout->rows[i];
        format_row(&line, readout->view->metric, row);
        int width = mark_width(readout) + gap(readout) + width_of(readout, line.text) +
                    width_of(readout, readout->view->set->curves[row->curve].label);
        widest = width > widest ? width : widest;
    }
    return widest + 2 * readout->padding;
}

/* The width that the box may have: of a large plot not too much for long names. */
static int box_width(const struct readout *readout)
{
    int most = readout->plot->area.w - 2 * plot_px(readout->view, 2);
    int part = 6 * readout->plot->area.w / 10, least = cost_width(readout) + 2 * readout->padding;
    int width = wanted_width(readout), usual = plot_px(readout->view, 300);
    part = part < usual ? part : usual;
    width = width < part ? width : part > least ? part : least;
    return width < most ? width : most;
}

/* Keeps the best rows, and that of the curve that the pointer is at. */
static void keep_rows(struct readout *readout, int most)
{
    if (readout->n_rows <= most)
        return;
    for (int i = most; i < readout->n_rows && most > 0; i++)
        if (readout->rows[i].curve == readout->meant)
            readout->rows[most - 1] = readout->rows[i];
    readout->n_rows = most;
}

/* Leaves out what has no room between the axes; false if nothing has any. The cost is worth most,
 * then the best curve, then the step, then the other curves. */
static bool choose(struct readout *readout, struct rect *box)
{
    const struct rect *area = &readout->plot->area;
    int margin = plot_px(readout->view, 2);
    int lines = (area->h - 2 * margin - 2 * readout->padding) / readout->row_height;
    int part = 6 * area->h / 10 / readout->row_height; /* the curves are to be seen, too */
    lines = lines < 2 || lines < part ? lines : part > 2 ? part : 2;
    box->w = box_width(readout);
    int inside = box->w - 2 * readout->padding, cost = width_of(readout, readout->cost.text);
    if (lines < 1 || cost > inside)
        return false;
    if (cost + gap(readout) + width_of(readout, readout->size.text) > inside)
        readout->size.text[0] = '\0';
    if (width_of(readout, readout->step.text) > inside || lines < (readout->n_rows > 0 ? 3 : 2))
        readout->step.text[0] = '\0';
    int others = 1 + (readout->step.text[0] != '\0');
    keep_rows(readout, lines - others);
    box->h = (readout->n_rows + others) * readout->row_height + 2 * readout->padding;
    return true;
}

static int limited(int value, int low, int high)
{
    return value > high ? (high < low ? low : high) : value < low ? low : value;
}

/* Where the curves cross the line: the highest and the lowest place, or the pointer's if they do
 * not.
 */
static void crossings(const struct readout *readout, int *high, int *low)
{
    *high = *low = (int)readout->view->pointer->y;
    for (int i = 0; i < readout->n_rows; i++) {
        double y = curve_axes_y(&readout->plot->axes, readout->rows[i].value);
        *high = i == 0 || y < *high ? (int)y : *high;
        *low = i == 0 || y > *low ? (int)y : *low;
    }
}

/* Curves rise to the right, so that there is nothing to cover above them to the left of the line,
 * and below them to its right; else beside the pointer. Always between the axes. */
static void place_box(const struct readout *readout, struct rect *box)
{
    const struct rect *area = &readout->plot->area;
    int margin = plot_px(readout->view, 2), away = plot_px(readout->view, 12), high, low;
    int x = (int)lround(curve_axes_x(&readout->plot->axes, readout->rate));
    int left = area->x + margin, right = area->x + area->w - margin - box->w;
    int top = area->y + margin, bottom = area->y + area->h - margin - box->h;
    crossings(readout, &high, &low);
    box->x = x - away - box->w;
    box->y = high - away - box->h;
    if (box->x >= left && box->y >= top)
        return;
    box->x = x + away <= right ? x + away : x - away - box->w;
    box->y = low + away;
    if (x + away > right || box->y > bottom)
        box->y = (int)readout->view->pointer->y - box->h / 2;
    box->x = limited(box->x, left, right);
    box->y = limited(box->y, top, bottom);
}

static void draw_pair(const struct readout *readout, const struct rect *box, int x, int y,
                      const char *left, struct colour colour, const char *right)
{
    struct fitted_text fitted;
    struct surface *surface = readout->view->surface;
    int end = box->x + box->w - readout->padding;
    int room = end - x - (right[0] ? width_of(readout, right) + gap(readout) / 2 : 0);
    if (right[0])
        surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_RIGHT, end, y, right);
    fit_text(surface, TEXT_SMALL, left, room, &fitted);
    if (fitted.width > 0)
        surface_text(surface, TEXT_SMALL, colour, TEXT_LEFT, x, y, fitted.text);
}

static void draw_row(const struct readout *readout, const struct rect *box, int y,
                     const struct row *row)
{
    struct text_line line;
    const struct plot_view *view = readout->view;
    const struct curve *curve = &view->set->curves[row->curve];
    float size = 3.5F * view->scale;
    int x = box->x + readout->padding;
    format_row(&line, view->metric, row);
    if (mark_width(readout) + width_of(readout, line.text) > box->w - 2 * readout->padding)
        return;
    struct point at = {(float)x + size, (float)y + (float)readout->plot->text_height / 2};
    plot_draw_mark(view->surface, curve->mode, plot_curve_colour(view, row->curve), THEME_RAISED,
                   at, size);
    draw_pair(readout, box, x + mark_width(readout), y, curve->label, THEME_DIM, line.text);
}

static void draw_box(const struct readout *readout, const struct rect *box)
{
    struct surface *surface = readout->view->surface;
    float radius = 5 * readout->view->scale;
    int border = plot_px(readout->view, 1) > 0 ? plot_px(readout->view, 1) : 1;
    struct rect inner = {box->x + border, box->y + border, box->w - 2 * border,
                         box->h - 2 * border};
    surface_round_rect(surface, box, radius, THEME_OUTLINE);
    surface_round_rect(surface, &inner, radius - (float)border, THEME_RAISED);
    int x = box->x + readout->padding, y = box->y + readout->padding;
    draw_pair(readout, box, x, y, readout->cost.text, THEME_TEXT, readout->size.text);
    for (int i = 0; i < readout->n_rows; i++)
        draw_row(readout, box, y += readout->row_height, &readout->rows[i]);
    if (readout->step.text[0])
        draw_pair(readout, box, x, y + readout->row_height, readout->step.text, THEME_DIM, "");
}

/* A line at the rate, and where it crosses the curves. */
static void draw_rule(const struct readout *readout)
{
    const struct plot_view *view = readout->view;
    const struct rect *area = &readout->plot->area;
    double x = curve_axes_x(&readout->plot->axes, readout->rate);
    struct rect rule = {(int)lround(x), area->y, 1, area->h};
    surface_fill(view->surface, &rule, THEME_DIM);
    for (int i = readout->n_rows - 1; i >= 0; i--) {
        float y = (float)curve_axes_y(&readout->plot->axes, readout->rows[i].value);
        surface_disc(view->surface, (float)x, y, 4.5F * view->scale, THEME_BACKGROUND);
        surface_disc(view->surface, (float)x, y, 3 * view->scale,
                     plot_curve_colour(view, readout->rows[i].curve));
    }
}

void plot_draw_readout(const struct plot_view *view, const struct plot_geometry *plot)
{
    struct rect box;
    struct readout readout = {.view = view,
                              .plot = plot,
                              .meant = -1,
                              .row_height = plot->text_height + plot_px(view, 2),
                              .padding = plot_px(view, 7)};
    collect(&readout);
    draw_rule(&readout);
    if (!choose(&readout, &box))
        return;
    place_box(&readout, &box);
    draw_box(&readout, &box);
}
