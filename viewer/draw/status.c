#include "draw/scene.h"
#include "draw/theme.h"

#include <stdio.h>

/* "Step 3 · 27  ·  0.59 bpp  ·  38.6 dB" */
static void describe_current(const struct pane *pane, struct text_line *line)
{
    struct text_line name, rate, psnr;
    struct exhibit exhibit = pane_described(pane);
    line->text[0] = '\0';
    if (!pane_has_position(pane) || exhibit.original)
        return;
    format_psnr(&psnr, pane_described_psnr(pane));
    snprintf(
        line->text, sizeof line->text, "Step %.60s  ·  %.24s bpp%s%.24s",
        progress_step_name(pane->progress, exhibit.position, pane_is_part(pane, &exhibit), &name),
        format_rate(&rate, progress_rate(pane->progress, pane_described_bytes(pane))),
        psnr.text[0] ? "  ·  " : "", psnr.text);
}

/* "ancestral  ·  seed 7  ·  100 %"; for two files also whether they are linked */
static void describe_view(const struct scene *scene, struct text_line *line)
{
    const struct exhibit exhibit = pane_described(scene_pane(scene));
    const char *link = !scene->several       ? ""
                       : scene->look->linked ? "nearest rate  ·  "
                                             : "not linked  ·  ";
    struct text_line zoom, mode;
    char seed[40] = "";
    if (exhibit.mode == UQD_MODE_ANCESTRAL && !exhibit.original)
        snprintf(seed, sizeof seed, "  ·  seed %llu", (unsigned long long)exhibit.seed);
    snprintf(line->text, sizeof line->text, "%s%.40s%s  ·  %.24s", link,
             exhibit_mode_name(&exhibit, &mode), seed, format_zoom(&zoom, scene->view->zoom));
}

/* How much there is to say of a pane. */
static int urgency(const struct pane *pane)
{
    const struct progress *progress = pane->progress;
    return progress->trouble[0] ? 3 : !progress->ended ? 2 : !pane_is_shown(pane) ? 1 : 0;
}

/* What is going on; for several files, with the one of which there is most to say. */
static const struct pane *describe_now(const struct scene *scene, struct text_line *line)
{
    const struct scene_pane *shown = &scene->panes[scene->active];
    const char *feedback = scene->look->feedback;
    struct text_line own;
    for (int i = 0; i < scene->n_panes; i++)
        if (urgency(scene->panes[i].pane) > urgency(shown->pane))
            shown = &scene->panes[i];
    pane_describe(shown->pane, scene->background, feedback, &own);
    if (!scene->several || (!shown->pane->progress->trouble[0] && feedback[0]) ||
        (urgency(shown->pane) == 0 && scene->background))
        *line = own;
    else
        snprintf(line->text, sizeof line->text, "%.60s: %.90s", shown->label, own.text);
    return shown->pane;
}

void draw_status(const struct scene *scene)
{
    const struct rect *at = &scene->layout->status;
    int pad = layout_px(scene->layout, 14), x = at->x + pad;
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_SMALL)) / 2;
    struct text_line now, current = {""}, view;
    struct rect rule = {at->x, at->y, at->w, 1};
    const struct pane *pane = describe_now(scene, &now);
    if (scene->layout->n_panes < 2)
        describe_current(scene_pane(scene), &current);
    describe_view(scene, &view);
    surface_fill(scene->surface, &rule, THEME_OUTLINE);
    surface_text(scene->surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, x, y, current.text);
    x += current.text[0] ? surface_text_width(scene->surface, TEXT_SMALL, current.text) + 2 * pad
                         : 0;
    int right = at->x + at->w - pad;
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, right, y, view.text);
    right -= surface_text_width(scene->surface, TEXT_SMALL, view.text) + 2 * pad;
    struct rect clip = {x, at->y, right - x, at->h};
    if (clip.w <= 0)
        return;
    surface_clip(scene->surface, &clip);
    surface_text(scene->surface, TEXT_SMALL, pane->progress->trouble[0] ? THEME_ACCENT : THEME_DIM,
                 TEXT_LEFT, x, y, now.text);
    surface_clip(scene->surface, NULL);
}
