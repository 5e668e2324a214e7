/* What helps to look at pictures: comparisons, legends, grid, loupe and histogram. */
#include "draw/grid.h"
#include "draw/histogram.h"
#include "draw/legend.h"
#include "draw/loupe.h"
#include "draw/scene.h"
#include "draw/wipe.h"

#include <stdio.h>

#define CARD_MARGIN      12.0F
#define HISTOGRAM_WIDTH  260.0F
#define HISTOGRAM_HEIGHT 150.0F

/* The picture of a pane in words: the file where there are several, and the step and mode. */
static void describe(const struct scene *scene, const struct scene_pane *shown,
                     struct text_line *line)
{
    struct exhibit exhibit = pane_described(shown->pane);
    struct text_line mode, rate;
    if (pane_is_refused(shown->pane)) {
        pane_describe_codec(shown->pane, line);
        return;
    }
    exhibit_mode_name(&exhibit, &mode);
    format_rate(&rate, progress_rate(shown->pane->progress, pane_described_bytes(shown->pane)));
    if (exhibit.original)
        snprintf(line->text, sizeof line->text, "Original");
    else if (scene->several)
        snprintf(line->text, sizeof line->text, "%.60s  ·  %.40s, %.20s bpp", shown->label,
                 mode.text, rate.text);
    else if (exhibit.codec)
        snprintf(line->text, sizeof line->text, "%.40s, %.20s bpp", mode.text, rate.text);
    else
        snprintf(line->text, sizeof line->text, "Step %u, %.40s, %.20s bpp",
                 (unsigned)exhibit.position, mode.text, rate.text);
}

/* In a word or two what makes it differ from another one, NULL where that is the file. */
static const char *describe_briefly(const struct scene *scene, const struct pane *pane,
                                    const struct pane *other, struct text_line *line)
{
    struct exhibit exhibit = pane_described(pane), beside = pane_described(other);
    bool same_step = exhibit.position == beside.position && !beside.original;
    if (scene->several || pane_is_refused(pane))
        return NULL;
    if (exhibit.codec && !exhibit.original)
        return codec_title(exhibit.codec);
    if (exhibit.original)
        snprintf(line->text, sizeof line->text, "orig.");
    else if (same_step && exhibit.mode == UQD_MODE_DENOISED)
        snprintf(line->text, sizeof line->text, "den.");
    else if (same_step && exhibit.mode == UQD_MODE_ANCESTRAL && !exhibit.mix)
        snprintf(line->text, sizeof line->text, "anc.");
    else if (same_step)
        exhibit_mode_name(&exhibit, line);
    else
        snprintf(line->text, sizeof line->text, "step %u", (unsigned)exhibit.position);
    return line->text;
}

void draw_difference_names(const struct scene *scene, struct text_line *line)
{
    struct text_line first, second;
    describe(scene, &scene->panes[scene->active], &first);
    describe(scene, &scene->panes[scene->other], &second);
    if (scene->difference->none)
        snprintf(line->text, sizeof line->text, "No difference: %.60s and %.60s", first.text,
                 second.text);
    else
        snprintf(line->text, sizeof line->text, "%.70s  minus  %.70s", first.text, second.text);
}

void draw_wiped(const struct scene *scene, const struct rect *port)
{
    const struct scene_pane *left = &scene->panes[scene->active];
    const struct scene_pane *right = &scene->panes[scene->other];
    struct placed_picture first = scene_place(scene, left), second = scene_place(scene, right);
    struct text_line left_label, right_label, left_short, right_short;
    describe(scene, left, &left_label);
    describe(scene, right, &right_label);
    struct wipe wipe = {.left = first.picture ? &first : NULL,
                        .right = second.picture ? &second : NULL,
                        .left_label = left_label.text,
                        .right_label = right_label.text,
                        .x = port->x + (int)(scene->look->wipe * port->w + 0.5),
                        .left_short = describe_briefly(scene, left->pane, right->pane, &left_short),
                        .right_short =
                            describe_briefly(scene, right->pane, left->pane, &right_short)};
    wipe_draw(scene->surface, port, &wipe, scene->layout->scale);
}

static struct rect inset(const struct scene *scene, const struct rect *port)
{
    int margin = layout_px(scene->layout, CARD_MARGIN);
    struct rect inner = {port->x + margin, port->y + margin, port->w - 2 * margin,
                         port->h - 2 * margin};
    return inner;
}

/* In the lower left corner. */
static void draw_legend(const struct scene *scene, const struct rect *port,
                        const struct map_legend *legend)
{
    struct rect at = inset(scene, port);
    int height = legend_height(scene->surface, scene->layout->scale);
    if (at.h < height || at.w <= 0)
        return;
    at.y += at.h - height;
    at.h = height;
    legend_draw(scene->surface, &at, scene->layout->scale, legend);
}

/* In the upper right corner, below what a wipe has there. */
static void draw_histogram(const struct scene *scene, const struct rect *port)
{
    struct rect at = inset(scene, port);
    int width = layout_px(scene->layout, HISTOGRAM_WIDTH);
    int height = layout_px(scene->layout, HISTOGRAM_HEIGHT);
    width = width < at.w ? width : at.w;
    height = height < at.h / 2 ? height : at.h / 2;
    int top =
        scene->look->comparison == COMPARE_WIPE ? layout_px(scene->layout, COMPARISON_LABELS) : 0;
    struct rect card = {at.x + at.w - width, at.y + top, width, height};
    if (width > 0 && height > 0)
        histogram_draw(scene->surface, &card, scene->layout->scale, &scene->histogram->histogram,
                       scene->histogram->coming);
}

static void draw_loupe(const struct scene *scene, const struct rect *port, int index)
{
    const struct scene_pane *shown = &scene->panes[index], *other = &scene->panes[scene->other];
    struct placed_picture first = scene_place(scene, shown), second = scene_place(scene, other);
    struct text_line label, other_label;
    describe(scene, shown, &label);
    describe(scene, other, &other_label);
    bool both = scene->look->comparison != COMPARE_OFF && scene->other != index && second.picture;
    struct loupe loupe = {.port = port,
                          .x = scene->pointer_x,
                          .y = scene->pointer_y,
                          .sides = {{&first, both ? label.text : ""}, {&second, other_label.text}},
                          .n_sides = both ? 2 : 1};
    if (first.picture && rect_contains(port, loupe.x, loupe.y))
        loupe_draw(scene->surface, &loupe, scene->layout->scale);
}

void draw_helps(const struct scene *scene, const struct rect *port, int index)
{
    const struct pane *pane = scene->panes[index].pane;
    struct placed_picture placed = scene_place(scene, &scene->panes[index]);
    bool difference = scene->look->comparison == COMPARE_DIFFERENCE && scene->difference->picture;
    if (scene->look->grid && placed.picture)
        grid_draw(scene->surface, port, &placed, pane->values);
    surface_clip(scene->surface, port);
    if (difference)
        draw_legend(scene, port, &scene->difference->legend);
    else if (pane->values)
        draw_legend(scene, port, &pane->legend);
    if (scene->look->histogram && index == scene->active && scene->histogram)
        draw_histogram(scene, port);
    if (scene->look->loupe)
        draw_loupe(scene, port, index);
    surface_clip(scene->surface, NULL);
}
