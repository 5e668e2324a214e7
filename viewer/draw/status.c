#include "draw/fit_text.h"
#include "draw/scene.h"
#include "draw/theme.h"
#include "draw/wrap_text.h"

#include <stdio.h>

/* A text, what it is shortened to, and at last nothing. */
#define N_VARIANTS 4

/* "Step 3 · 27  ·  0.59 bpp  ·  38.6 dB", the same without the step's name, the step alone */
static void describe_current(const struct pane *pane, struct text_line variants[N_VARIANTS])
{
    struct text_line place, rate, psnr;
    struct exhibit exhibit = pane_described(pane);
    if (!pane_has_position(pane) || exhibit.original)
        return;
    pane_describe_place(pane, false, &place);
    format_rate(&rate, progress_rate(pane->progress, pane_described_bytes(pane)));
    format_psnr(&psnr, pane_described_psnr(pane));
    const char *dot = psnr.text[0] ? "  ·  " : "";
    const char *before = *place.text ? "  ·  " : "";
    snprintf(variants[0].text, sizeof place.text, "%.68s%s%.24s bpp%s%.24s", place.text, before,
             rate.text, dot, psnr.text);
    pane_describe_place(pane, true, &place);
    snprintf(variants[1].text, sizeof place.text, "%.32s%s%.24s bpp%s%.24s", place.text, before,
             rate.text, dot, psnr.text);
    snprintf(variants[2].text, sizeof place.text, "%.32s", place.text);
}

/* "ancestral  ·  seed 7  ·  100 %"; for several files also whether they are linked */
static void describe_view(const struct scene *scene, struct text_line variants[N_VARIANTS])
{
    const struct exhibit exhibit = pane_described(scene_pane(scene));
    const char *link = !scene->several       ? ""
                       : scene->look->linked ? "nearest rate  ·  "
                                             : "not linked  ·  ";
    struct text_line zoom, mode;
    char seed[40] = "";
    if (exhibit.mode == UQD_MODE_ANCESTRAL && !exhibit.original && !exhibit.codec)
        snprintf(seed, sizeof seed, "  ·  seed %llu", (unsigned long long)exhibit.seed);
    exhibit_mode_name(&exhibit, &mode);
    format_zoom(&zoom, view_seen_zoom(scene->view));
    snprintf(variants[0].text, sizeof mode.text, "%s%.40s%s  ·  %.24s", link, mode.text, seed,
             zoom.text);
    snprintf(variants[1].text, sizeof mode.text, "%.40s%s  ·  %.24s", mode.text, seed, zoom.text);
    snprintf(variants[2].text, sizeof mode.text, "%.40s%s", mode.text, seed);
    variants[3].text[0] = '\0';
}

/* How much there is to say of a pane. */
static int urgency(const struct pane *pane)
{
    const struct progress *progress = pane->progress;
    return progress->trouble[0] ? 3 : !progress->ended ? 2 : !pane_is_shown(pane) ? 1 : 0;
}

/* What is going on; for several files, with the one of which there is most to say. Whether that is
 * trouble, which is marked. */
static bool describe_now(const struct scene *scene, struct text_line *line)
{
    const struct scene_pane *shown = &scene->panes[scene->active];
    const char *feedback = scene->look->feedback;
    struct text_line own;
    for (int i = 0; i < scene->n_panes; i++)
        if (urgency(scene->panes[i].pane) > urgency(shown->pane))
            shown = &scene->panes[i];
    bool trouble = shown->pane->progress->trouble[0] != '\0';
    pane_describe(shown->pane, scene->background, feedback, &own);
    if (!scene->several || (!trouble && feedback[0]) ||
        (urgency(shown->pane) == 0 && scene->background))
        snprintf(line->text, sizeof line->text, "%s%.155s", trouble ? "! " : "", own.text);
    else
        snprintf(line->text, sizeof line->text, "%s%.60s: %.90s", trouble ? "! " : "", shown->label,
                 own.text);
    return trouble;
}

/* ---- Drawing ------------------------------------------------------------------------------- */

/* The lines of the status, from left to right. */
struct status {
    const struct scene *scene;
    int left, right, gap;
    int y, line; /* of the first line, and from one to the next */
    struct text_line now, current[N_VARIANTS], view[N_VARIANTS];
    bool trouble;
};

static int width_of(const struct status *status, const char *text)
{
    return surface_text_width(status->scene->surface, TEXT_SMALL, text);
}

/* Width with the gap behind it. */
static int taken(const struct status *status, const char *text)
{
    return text[0] ? width_of(status, text) + status->gap : 0;
}

static void put(const struct status *status, struct colour colour, enum text_align align, int y,
                const char *text)
{
    int x = align == TEXT_LEFT ? status->left : status->right;
    surface_text(status->scene->surface, TEXT_SMALL, colour, align, x, y, text);
}

static void put_now(const struct status *status, int left, int right, int y, const char *text)
{
    struct fitted_text fitted;
    fit_text(status->scene->surface, TEXT_SMALL, text, right - left, &fitted);
    surface_text(status->scene->surface, TEXT_SMALL, status->trouble ? THEME_ACCENT : THEME_DIM,
                 TEXT_LEFT, left, y, fitted.text);
}

/* Draws the longest variants that leave so much room between them: what is current gives way after
 * the view, but before it where the panel tells it, too. Returns where the room is. */
static void put_sides(const struct status *status, int y, int room, int *left, int *right)
{
    static const int orders[2][7][2] = {
        {{0, 0}, {1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 3}, {3, 3}},
        {{0, 0}, {1, 0}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 3}},
    };
    const int(*order)[2] = orders[status->scene->layout->readout.h > 0];
    int i = 0;
    *left = *right = 0;
    for (; i < 7; i++) {
        *left = status->left + taken(status, status->current[order[i][0]].text);
        *right = status->right - taken(status, status->view[order[i][1]].text);
        if (*right - *left >= room || i == 6)
            break;
    }
    put(status, THEME_TEXT, TEXT_LEFT, y, status->current[order[i][0]].text);
    put(status, THEME_DIM, TEXT_RIGHT, y, status->view[order[i][1]].text);
}

static void put_one_line(const struct status *status, int y)
{
    int left, right;
    put_sides(status, y, width_of(status, status->now.text), &left, &right);
    put_now(status, left, right, y, status->now.text);
}

/* Whether one line is enough because nothing is said of what is current. */
static bool is_short(const struct status *status)
{
    return !status->current[0].text[0] &&
           taken(status, status->view[0].text) <=
               status->right - status->left - width_of(status, status->now.text);
}

/* What goes on has a line of its own; trouble may take both. */
static void put_two_lines(const struct status *status)
{
    int left, right, second = status->y + status->line;
    int room = status->right - status->left;
    struct text_line first;
    if (status->trouble && width_of(status, status->now.text) > room) {
        const char *rest =
            wrap_text(status->scene->surface, TEXT_SMALL, status->now.text, room, &first);
        put_now(status, status->left, status->right, status->y, first.text);
        put_now(status, status->left, status->right, second, rest);
        return;
    }
    put_sides(status, status->y, 0, &left, &right);
    put_now(status, status->left, status->right, second, status->now.text);
}

void draw_status(const struct scene *scene)
{
    const struct rect *at = &scene->layout->status;
    int pad = layout_px(scene->layout, 14), n = scene->layout->status_lines;
    int height = surface_text_height(scene->surface, TEXT_SMALL);
    int line = height + layout_px(scene->layout, 2);
    struct status status = {.scene = scene,
                            .left = at->x + pad,
                            .right = at->x + at->w - pad,
                            .gap = 2 * pad,
                            .y = at->y + (at->h - height - (n - 1) * line) / 2,
                            .line = line};
    struct rect rule = {at->x, at->y, at->w, 1};
    if (n == 0)
        return;
    status.trouble = describe_now(scene, &status.now);
    if (scene->layout->n_panes < 2)
        describe_current(scene_pane(scene), status.current);
    describe_view(scene, status.view);
    surface_fill(scene->surface, &rule, THEME_OUTLINE);
    if (n == 1 || is_short(&status))
        put_one_line(&status, at->y + (at->h - height) / 2);
    else
        put_two_lines(&status);
}
