/* Captions of several pictures beside each other, and how their panes are told apart. */
#include "draw/scene.h"
#include "draw/theme.h"

#include <stdio.h>

struct colour draw_pane_colour(int pane)
{
    const struct colour colours[SCENE_MAX_PANES] = {THEME_ACCENT, THEME_SECOND, THEME_THIRD,
                                                    THEME_FOURTH};
    return colours[pane];
}

/* From "Step 3 · 64  ·  0.15 bpp  ·  33.6 dB  ·  7.21 kB" to the distortion alone. */
#define N_LENGTHS 4

static void describe(const struct pane *pane, int shortening, struct text_line *line)
{
    struct text_line name, number, psnr, bytes;
    struct exhibit exhibit = pane_described(pane);
    uint64_t cost = pane_described_bytes(pane);
    const char *decibels = format_psnr(&psnr, pane_described_psnr(pane));
    const char *rate = format_rate(&number, progress_rate(pane->progress, cost));
    const char *dot = *decibels ? "  ·  " : "";
    progress_step_name(pane->progress, exhibit.position, pane_is_part(pane, &exhibit), &name);
    format_bytes(&bytes, cost);
    if (exhibit.original)
        snprintf(line->text, sizeof line->text, "Original");
    else if (shortening == 0)
        snprintf(line->text, sizeof line->text, "Step %.40s  ·  %.20s bpp%s%.20s  ·  %.20s",
                 name.text, rate, dot, decibels, bytes.text);
    else if (shortening == 1)
        snprintf(line->text, sizeof line->text, "Step %u  ·  %.20s bpp%s%.20s",
                 (unsigned)exhibit.position, rate, dot, decibels);
    else if (shortening == 2)
        snprintf(line->text, sizeof line->text, "%.20s bpp%s%.20s", rate, dot, decibels);
    else
        snprintf(line->text, sizeof line->text, "%.20s", *decibels ? decibels : bytes.text);
}

/* The file, or where all panes show one the mode. */
static void describe_pane(const struct scene *scene, const struct scene_pane *shown,
                          struct text_line *line)
{
    struct exhibit exhibit = pane_described(shown->pane);
    struct text_line mode;
    exhibit_mode_name(&exhibit, &mode);
    if (scene->several)
        snprintf(line->text, sizeof line->text, "%.150s", shown->label);
    else if (exhibit.mode == UQD_MODE_ANCESTRAL && !exhibit.original)
        snprintf(line->text, sizeof line->text, "%.40s, seed %llu", mode.text,
                 (unsigned long long)exhibit.seed);
    else
        snprintf(line->text, sizeof line->text, "%.80s", mode.text);
}

/* The longest description that leaves the name of the file some room. */
static int choose_numbers(const struct scene *scene, const struct pane *pane, int room, int name,
                          struct text_line *line)
{
    int width = 0, least = layout_px(scene->layout, 96);
    line->text[0] = '\0';
    if (!pane_has_position(pane))
        return 0;
    for (int shortening = 0; shortening < N_LENGTHS; shortening++) {
        describe(pane, shortening, line);
        width = surface_text_width(scene->surface, TEXT_BODY, line->text);
        if (width + (name < least ? name : least) <= room)
            break;
    }
    return width;
}

void draw_caption(const struct scene *scene, int viewport)
{
    const struct rect *at = &scene->layout->captions[viewport];
    int index = scene_pane_at(scene, viewport);
    const struct scene_pane *shown = &scene->panes[index];
    bool active = index == scene->active;
    int pad = layout_px(scene->layout, 14), mark = layout_px(scene->layout, 20);
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_BODY)) / 2;
    int bar = layout_px(scene->layout, 3);
    struct text_line numbers, name;
    struct rect rule = {at->x, at->y, at->w, bar};
    surface_fill(scene->surface, &rule, active ? draw_pane_colour(index) : THEME_OUTLINE);
    int left = at->x + pad + mark, right = at->x + at->w - pad;
    describe_pane(scene, shown, &name);
    int width = choose_numbers(scene, shown->pane, right - left - pad,
                               surface_text_width(scene->surface, TEXT_BODY, name.text), &numbers);
    surface_text(scene->surface, TEXT_BODY, active ? THEME_TEXT : THEME_DIM, TEXT_RIGHT, right, y,
                 numbers.text);
    surface_disc(scene->surface, (float)(at->x + pad) + 5 * scene->layout->scale,
                 (float)at->y + (float)at->h / 2, 5 * scene->layout->scale,
                 draw_pane_colour(index));
    struct rect clip = {left, at->y, right - width - pad - left, at->h};
    if (clip.w <= 0)
        return;
    surface_clip(scene->surface, &clip);
    surface_text(scene->surface, TEXT_BODY, active ? THEME_TEXT : THEME_DIM, TEXT_LEFT, left, y,
                 name.text);
    surface_clip(scene->surface, NULL);
}
