/* Captions of several pictures beside each other, and how their panes are told apart. */
#include "draw/fit_text.h"
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
    struct text_line place, brief, number, psnr, bytes;
    struct exhibit exhibit = pane_described(pane);
    uint64_t cost = pane_described_bytes(pane);
    const char *decibels = format_psnr(&psnr, pane_described_psnr(pane));
    const char *rate = format_rate(&number, progress_rate(pane->progress, cost));
    const char *dot = *decibels ? "  ·  " : "";
    pane_describe_place(pane, false, &place);
    pane_describe_place(pane, true, &brief);
    const char *before = *place.text ? "  ·  " : "";
    format_bytes(&bytes, cost);
    if (exhibit.original)
        line->text[0] = '\0';
    else if (shortening == 0)
        snprintf(line->text, sizeof line->text, "%.48s%s%.20s bpp%s%.20s  ·  %.20s", place.text,
                 before, rate, dot, decibels, bytes.text);
    else if (shortening == 1)
        snprintf(line->text, sizeof line->text, "%.32s%s%.20s bpp%s%.20s", brief.text, before, rate,
                 dot, decibels);
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
    if (scene->several && exhibit.codec)
        snprintf(line->text, sizeof line->text, "%.40s, %.100s", mode.text, shown->label);
    else if (scene->several)
        snprintf(line->text, sizeof line->text, "%.150s", shown->label);
    else if (exhibit.mode == UQD_MODE_ANCESTRAL && !exhibit.original && !exhibit.codec)
        snprintf(line->text, sizeof line->text, "%.40s, seed %llu", mode.text,
                 (unsigned long long)exhibit.seed);
    else
        snprintf(line->text, sizeof line->text, "%.80s", mode.text);
}

/* The longest description that leaves the name of the file some room; empty if none does. */
static int choose_numbers(const struct scene *scene, const struct pane *pane, int room, int name,
                          struct text_line *line)
{
    int least = layout_px(scene->layout, 96);
    bool said = !scene->several && pane_described(pane).original; /* by the name */
    bool any = pane_has_position(pane) && !said;
    least = name < least ? name : least;
    for (int shortening = 0; any && shortening < N_LENGTHS; shortening++) {
        describe(pane, shortening, line);
        int width = surface_text_width(scene->surface, TEXT_BODY, line->text);
        if (width + least <= room)
            return width;
    }
    line->text[0] = '\0';
    return 0;
}

int draw_pane_number(const struct scene *scene, int pane, int x, int y, int height)
{
    int text = surface_text_height(scene->surface, TEXT_SMALL);
    int side = text + layout_px(scene->layout, 2);
    char number[16];
    snprintf(number, sizeof number, "%d", pane + 1);
    surface_disc(scene->surface, (float)x + (float)side / 2, (float)y + (float)height / 2,
                 (float)side / 2, draw_pane_colour(pane));
    surface_text(scene->surface, TEXT_SMALL, THEME_ON_ACCENT, TEXT_CENTRE, x + side / 2,
                 y + (height - text) / 2, number);
    return side + layout_px(scene->layout, 8);
}

/* The edge above the active pane is thick and coloured. */
static void draw_edge(const struct scene *scene, const struct rect *at, int pane)
{
    bool active = pane == scene->active;
    struct rect edge = {at->x, at->y, at->w, layout_px(scene->layout, active ? 3 : 1)};
    surface_fill(scene->surface, &edge, active ? draw_pane_colour(pane) : THEME_OUTLINE);
}

void draw_caption(const struct scene *scene, int viewport)
{
    const struct rect *at = &scene->layout->captions[viewport];
    int index = scene_pane_at(scene, viewport), pad = layout_px(scene->layout, 10);
    const struct scene_pane *shown = &scene->panes[index];
    struct colour colour = index == scene->active ? THEME_TEXT : THEME_DIM;
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_BODY)) / 2;
    struct text_line numbers, name, all;
    struct fitted_text fitted;
    draw_edge(scene, at, index);
    int left = at->x + pad, right = at->x + at->w - pad;
    left += draw_pane_number(scene, index, left, at->y, at->h);
    describe_pane(scene, shown, &name);
    all = name;
    if (scene->layout->n_panes < scene->n_panes)
        snprintf(all.text, sizeof all.text, "of %d  ·  %.120s", scene->n_panes, name.text);
    int width = choose_numbers(scene, shown->pane, right - left - pad,
                               surface_text_width(scene->surface, TEXT_BODY, all.text), &numbers);
    if (width > 0)
        surface_text(scene->surface, TEXT_BODY, colour, TEXT_RIGHT, right, y, numbers.text);
    int room = right - left - (width > 0 ? width + pad : 0);
    fit_text(scene->surface, TEXT_BODY, all.text, room, &fitted);
    surface_text(scene->surface, TEXT_BODY, colour, TEXT_LEFT, left, y, fitted.text);
}
