/* Rate-distortion: bits per pixel on a logarithmic axis, PSNR upwards, lossless on a line of its
 * own above everything else. The axes are fixed by the tables of the files from the beginning, so
 * that the curves grow without jumping. One file has a curve for each mode; of two files there is
 * one curve each, of the present mode. */
#include "draw/scene.h"
#include "draw/theme.h"

#include <math.h>
#include <stdio.h>

struct plot {
    struct rect area;         /* inside the axes */
    double log_low, log_high; /* of the rate */
    double low, high;         /* decibels */
    int high_y;               /* of `high` */
    int lossless_y;
};

static struct point plot_point(const struct plot *plot, double rate, double decibels)
{
    const struct rect *area = &plot->area;
    double x = (log(rate) - plot->log_low) / (plot->log_high - plot->log_low);
    double y = (decibels - plot->low) / (plot->high - plot->low);
    int bottom = area->y + area->h;
    double down = isinf(decibels) ? plot->lossless_y : bottom - y * (bottom - plot->high_y);
    return (struct point){(float)(area->x + x * area->w), (float)(down < bottom ? down : bottom)};
}

static double psnr_at(const struct pane *pane, enum uqd_mode mode, uint32_t position)
{
    struct frame_key key = progress_key(pane->progress, position, mode, pane->wanted.seed);
    return progress_psnr(pane->progress, &key);
}

static void include_psnr(struct plot *plot, const struct pane *pane)
{
    for (uint32_t i = 0; i < pane->progress->file->info.n_steps; i++)
        for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++) {
            double decibels = psnr_at(pane, (enum uqd_mode)mode, i);
            if (isfinite(decibels) && decibels < plot->low)
                plot->low = decibels;
            if (isfinite(decibels) && decibels > plot->high)
                plot->high = decibels;
        }
}

static void include_rates(struct plot *plot, const struct uqd_file *file)
{
    double pixels = (double)file->info.width * file->info.height;
    double low = log((double)file->steps[0].bytes * 8 / pixels);
    double high = log((double)file->steps[file->info.n_steps - 1].bytes * 8 / pixels);
    plot->log_low = low - 0.25 < plot->log_low ? low - 0.25 : plot->log_low;
    plot->log_high = high + 0.25 > plot->log_high ? high + 0.25 : plot->log_high;
}

static void find_ranges(struct plot *plot, const struct scene *scene)
{
    plot->low = 20;
    plot->high = 50;
    plot->log_low = INFINITY;
    plot->log_high = -INFINITY;
    for (int i = 0; i < scene->n_panes; i++) {
        include_psnr(plot, scene->panes[i].pane);
        include_rates(plot, scene->panes[i].pane->progress->file);
    }
    plot->low = floor(plot->low / 10) * 10;
    plot->high = ceil(plot->high / 10) * 10;
}

static bool any_lossless(const struct scene *scene)
{
    bool any = false;
    for (int i = 0; i < scene->n_panes; i++)
        any |= scene->panes[i].pane->progress->file->info.lossless != 0;
    return any;
}

static struct plot make_plot(const struct scene *scene)
{
    const struct rect *at = &scene->layout->curve;
    int text = surface_text_height(scene->surface, TEXT_SMALL);
    int left = surface_text_width(scene->surface, TEXT_SMALL, "60") + layout_px(scene->layout, 8);
    struct plot plot = {.area = {at->x + left, at->y + text, at->w - left,
                                 at->h - 2 * text - layout_px(scene->layout, 6)}};
    plot.lossless_y = plot.area.y + layout_px(scene->layout, 8);
    plot.high_y = plot.lossless_y;
    if (any_lossless(scene))
        plot.high_y += plot.area.h / 8 > 3 * text / 2 ? plot.area.h / 8 : 3 * text / 2;
    find_ranges(&plot, scene);
    return plot;
}

/* ---- Axes ---------------------------------------------------------------------------------- */

/* Draws the line of a rate, and its number if it is to be labelled; the rightmost label has the
 * unit. */
static void draw_rate_line(const struct scene *scene, const struct plot *plot, double rate,
                           bool labelled)
{
    struct text_line line;
    const struct rect *area = &plot->area;
    if (log(rate) < plot->log_low || log(rate) > plot->log_high)
        return;
    struct point at = plot_point(plot, rate, plot->low);
    struct rect grid = {(int)at.x, area->y, 1, area->h};
    surface_fill(scene->surface, &grid, labelled ? THEME_OUTLINE : THEME_RAISED);
    if (!labelled)
        return;
    bool last = log(rate * 10) > plot->log_high;
    snprintf(line.text, sizeof line.text, last ? "%g bpp" : "%g", rate);
    int half = surface_text_width(scene->surface, TEXT_SMALL, line.text) / 2;
    int right = area->x + area->w - half;
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_CENTRE,
                 (int)at.x < right ? (int)at.x : right,
                 area->y + area->h + layout_px(scene->layout, 4), line.text);
}

static void draw_rate_axis(const struct scene *scene, const struct plot *plot)
{
    for (int exponent = -5; exponent <= 3; exponent++)
        for (int digit = 1; digit <= 9; digit++) {
            /* Written as a division so that 0.1 prints as such. */
            double rate = exponent < 0 ? digit / pow(10, -exponent) : digit * pow(10, exponent);
            draw_rate_line(scene, plot, rate, digit == 1);
        }
}

static void draw_psnr_line(const struct scene *scene, const struct plot *plot, double decibels,
                           const char *label)
{
    const struct rect *area = &plot->area;
    struct point at = plot_point(plot, exp(plot->log_low), decibels);
    struct rect grid = {area->x, (int)at.y, area->w, 1};
    surface_fill(scene->surface, &grid, THEME_OUTLINE);
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT,
                 area->x - layout_px(scene->layout, 6),
                 (int)at.y - surface_text_height(scene->surface, TEXT_SMALL) / 2, label);
}

static void draw_psnr_axis(const struct scene *scene, const struct plot *plot)
{
    struct text_line line;
    int lines = (int)((plot->high - plot->low) / 10);
    int crowded = lines * surface_text_height(scene->surface, TEXT_SMALL) >
                  plot->area.y + plot->area.h - plot->high_y;
    for (double decibels = plot->low; decibels <= plot->high; decibels += crowded ? 20 : 10) {
        snprintf(line.text, sizeof line.text, "%.0f", decibels);
        draw_psnr_line(scene, plot, decibels, line.text);
    }
    if (any_lossless(scene))
        draw_psnr_line(scene, plot, INFINITY, "∞");
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, plot->area.x,
                 scene->layout->curve.y - layout_px(scene->layout, 2), "PSNR, dB");
}

/* ---- Curves -------------------------------------------------------------------------------- */

struct colour draw_mode_colour(enum uqd_mode mode)
{
    return mode == UQD_MODE_DENOISED ? THEME_ACCENT
           : mode == UQD_MODE_FLOW   ? THEME_DIM
                                     : THEME_TEXT;
}

void draw_mark(const struct scene *scene, enum uqd_mode mode, struct colour colour, float x,
               float y, float size)
{
    int side = (int)(size * 1.7F + 0.5F);
    struct rect square = {(int)x - side / 2, (int)y - side / 2, side, side};
    if (mode == UQD_MODE_FLOW) {
        surface_fill(scene->surface, &square, colour);
        return;
    }
    surface_disc(scene->surface, x, y, size, colour);
    if (mode == UQD_MODE_ANCESTRAL)
        surface_disc(scene->surface, x, y, size * 0.5F, THEME_BACKGROUND);
}

struct curve {
    const struct pane *pane;
    enum uqd_mode mode;
    struct colour colour;
};

static void draw_lines(const struct scene *scene, const struct plot *plot,
                       const struct curve *curve)
{
    const struct pane *pane = curve->pane;
    struct point last = {0, 0};
    bool joined = false;
    for (uint32_t i = 0; i < progress_n_positions(pane->progress); i++) {
        double decibels = psnr_at(pane, curve->mode, i);
        if (isnan(decibels)) {
            joined = false;
            continue;
        }
        struct point at = plot_point(
            plot, progress_rate(pane->progress, progress_bytes(pane->progress, i)), decibels);
        if (joined)
            surface_line(scene->surface, last, at, 2 * scene->layout->scale, curve->colour);
        last = at;
        joined = true;
    }
}

static void draw_points(const struct scene *scene, const struct plot *plot,
                        const struct curve *curve)
{
    const struct pane *pane = curve->pane;
    for (uint32_t i = 0; i < progress_n_positions(pane->progress); i++) {
        double decibels = psnr_at(pane, curve->mode, i);
        if (isnan(decibels))
            continue;
        struct point at = plot_point(
            plot, progress_rate(pane->progress, progress_bytes(pane->progress, i)), decibels);
        draw_mark(scene, curve->mode, curve->colour, at.x, at.y, 4 * scene->layout->scale);
    }
}

/* Cross-hair and ring at what is on the screen; the cross-hair alone if its PSNR is unknown. */
static void draw_current(const struct scene *scene, const struct plot *plot,
                         const struct curve *curve)
{
    const struct pane *pane = curve->pane;
    float scale = scene->layout->scale;
    if (!pane_has_position(pane))
        return;
    double decibels = pane_described_psnr(pane);
    double rate = progress_rate(pane->progress, pane_described_bytes(pane));
    struct point at = plot_point(plot, rate, isnan(decibels) ? INFINITY : decibels);
    struct rect down = {(int)at.x, (int)at.y, 1, plot->area.y + plot->area.h - (int)at.y};
    struct rect left = {plot->area.x, (int)at.y, (int)at.x - plot->area.x, 1};
    surface_fill(scene->surface, &down, THEME_FAINT);
    if (isnan(decibels))
        return;
    surface_fill(scene->surface, &left, THEME_FAINT);
    surface_disc(scene->surface, at.x, at.y, 9 * scale, THEME_TEXT);
    surface_disc(scene->surface, at.x, at.y, 7 * scale, THEME_BACKGROUND);
    draw_mark(scene, curve->mode, curve->colour, at.x, at.y, 5 * scale);
}

static void draw_modes(const struct scene *scene, const struct plot *plot)
{
    static const enum uqd_mode modes[] = {UQD_MODE_FLOW, UQD_MODE_ANCESTRAL, UQD_MODE_DENOISED};
    const struct pane *pane = scene_pane(scene);
    for (int i = 0; i < 3; i++) {
        struct curve curve = {pane, modes[i], draw_mode_colour(modes[i])};
        draw_lines(scene, plot, &curve);
        draw_points(scene, plot, &curve);
    }
    enum uqd_mode mode = pane_described(pane).mode;
    struct curve current = {pane, mode, draw_mode_colour(mode)};
    draw_current(scene, plot, &current);
}

/* The active one above the others. */
static void draw_files(const struct scene *scene, const struct plot *plot)
{
    for (int i = 0; i < scene->n_panes; i++) {
        int index = (scene->active + 1 + i) % scene->n_panes;
        const struct pane *pane = scene->panes[index].pane;
        struct curve curve = {pane, pane_described(pane).mode, draw_pane_colour(index)};
        draw_lines(scene, plot, &curve);
        draw_points(scene, plot, &curve);
        draw_current(scene, plot, &curve);
    }
}

void draw_curve(const struct scene *scene)
{
    struct plot plot = make_plot(scene);
    if (plot.area.w < layout_px(scene->layout, 80) || plot.area.h < layout_px(scene->layout, 60))
        return;
    draw_rate_axis(scene, &plot);
    draw_psnr_axis(scene, &plot);
    if (scene->several)
        draw_files(scene, &plot);
    else
        draw_modes(scene, &plot);
}
