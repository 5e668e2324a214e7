#include "draw/plot.h"
#include "draw/scene.h"
#include "draw/theme.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "Display P3, shown as sRGB", if the file's colours have to be converted. */
static void draw_profile(const struct scene *scene, const struct shown_colours *colours, int y)
{
    struct text_line line;
    if (!colours || !colours->profile[0])
        return;
    snprintf(line.text, sizeof line.text, "%s, shown as sRGB", colours->profile);
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, scene->layout->title.x, y,
                 line.text);
}

/* "96 × 64 with alpha  ·  7 steps  ·  8.00 kB"; where that is too wide without the steps, which the
 * strip shows. */
static void describe_file(const struct scene *scene, const struct uqd_info *info,
                          struct text_line *line)
{
    static const char *const kinds[] = {" grey", " grey with alpha", "", " with alpha"};
    const char *kind = kinds[info->channels - 1];
    struct text_line bytes;
    format_bytes(&bytes, info->file_size);
    snprintf(line->text, sizeof line->text, "%u × %u%s  ·  %u steps  ·  %.24s", info->width,
             info->height, kind, info->n_steps, bytes.text);
    if (surface_text_width(scene->surface, TEXT_SMALL, line->text) > scene->layout->title.w)
        snprintf(line->text, sizeof line->text, "%u × %u%s  ·  %.24s", info->width, info->height,
                 kind, bytes.text);
}

static void draw_title(const struct scene *scene)
{
    const struct uqd_info *info = &scene_pane(scene)->progress->file->info;
    const struct rect *at = &scene->layout->title;
    int y = at->y + surface_text_height(scene->surface, TEXT_TITLE) + layout_px(scene->layout, 2);
    struct text_line facts;
    describe_file(scene, info, &facts);
    surface_clip(scene->surface, at);
    surface_text(scene->surface, TEXT_TITLE, THEME_TEXT, TEXT_LEFT, at->x, at->y,
                 scene->panes[scene->active].label);
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, at->x, y, facts.text);
    draw_profile(scene, scene->panes[scene->active].colours,
                 y + surface_text_height(scene->surface, TEXT_SMALL) + layout_px(scene->layout, 2));
    surface_clip(scene->surface, NULL);
}

/* A large number with what it means underneath. */
static void draw_number(const struct scene *scene, int column, const char *number,
                        const char *meaning)
{
    const struct rect *at = &scene->layout->readout;
    int x = at->x + at->w * column * 36 / 100;
    surface_text(scene->surface, TEXT_BIG, THEME_TEXT, TEXT_LEFT, x, at->y, number);
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, x,
                 at->y + surface_text_height(scene->surface, TEXT_BIG), meaning);
}

/* Splits "20.9 kB" into the number and "kB received". */
static void draw_bytes(const struct scene *scene, uint64_t bytes)
{
    struct text_line number, meaning;
    format_bytes(&number, bytes);
    char *unit = strchr(number.text, ' ');
    snprintf(meaning.text, sizeof meaning.text, "%.8s received", unit + 1);
    *unit = '\0';
    draw_number(scene, 2, number.text, meaning.text);
}

static void draw_readout(const struct scene *scene)
{
    const struct pane *pane = scene_pane(scene);
    struct text_line rate, psnr;
    if (!pane_has_position(pane))
        return;
    uint64_t bytes = pane_described_bytes(pane);
    double decibels = pane_described_psnr(pane);
    if (isfinite(decibels))
        snprintf(psnr.text, sizeof psnr.text, "%.1f", decibels);
    else
        snprintf(psnr.text, sizeof psnr.text, "%s", isnan(decibels) ? "–" : "∞");
    draw_number(scene, 0, format_rate(&rate, progress_rate(pane->progress, bytes)),
                "bits per pixel");
    draw_number(scene, 1, psnr.text, "dB PSNR");
    draw_bytes(scene, bytes);
}

static bool is_active(const struct scene *scene, int button)
{
    const struct exhibit exhibit = pane_described(scene_pane(scene));
    bool plain = !exhibit.original && !exhibit.mix;
    switch (button) {
    case BUTTON_DENOISED:
        return plain && exhibit.mode == UQD_MODE_DENOISED;
    case BUTTON_ANCESTRAL:
        return plain && exhibit.mode == UQD_MODE_ANCESTRAL;
    case BUTTON_FLOW:
        return plain && exhibit.mode == UQD_MODE_FLOW;
    case BUTTON_PLAY:
        return scene->look->playing;
    case BUTTON_HELP:
        return scene->look->help;
    default:
        return false;
    }
}

static struct colour brighter(struct colour colour)
{
    return (struct colour){(uint8_t)(colour.r + 12), (uint8_t)(colour.g + 12),
                           (uint8_t)(colour.b + 12), colour.a};
}

static void draw_button(const struct scene *scene, int i)
{
    const struct rect *at = &scene->layout->buttons[i];
    bool active = is_active(scene, i), segment = i < BUTTON_SEED;
    struct colour fill = active ? THEME_ACCENT : THEME_RAISED;
    if (scene->hover == i && !active)
        fill = brighter(fill);
    if (active || !segment || scene->hover == i)
        surface_round_rect(scene->surface, at, 6 * scene->layout->scale, fill);
    const char *label = i == BUTTON_PLAY && active ? "Stop" : buttons[i].label;
    surface_text(scene->surface, TEXT_BODY, active ? THEME_ON_ACCENT : THEME_TEXT, TEXT_CENTRE,
                 at->x + at->w / 2,
                 at->y + (at->h - surface_text_height(scene->surface, TEXT_BODY)) / 2, label);
}

static void draw_buttons(const struct scene *scene)
{
    const struct rect *first = &scene->layout->buttons[BUTTON_DENOISED];
    const struct rect *last = &scene->layout->buttons[BUTTON_FLOW];
    struct rect modes = {first->x, first->y, last->x + last->w - first->x,
                         last->y + last->h - first->y};
    surface_round_rect(scene->surface, &modes, 6 * scene->layout->scale, THEME_RAISED);
    for (int i = 0; i < N_BUTTONS; i++)
        draw_button(scene, i);
}

/* What all of a file costs, if there is room for it beside its name. */
static int draw_file_facts(const struct scene *scene, const struct scene_pane *shown, int y)
{
    const struct rect *at = &scene->layout->title;
    struct text_line facts, bytes;
    format_bytes(&bytes, shown->pane->progress->file->info.file_size);
    snprintf(facts.text, sizeof facts.text, "%u steps  ·  %.24s",
             shown->pane->progress->file->info.n_steps, bytes.text);
    int room = at->w - layout_px(scene->layout, 28) -
               surface_text_width(scene->surface, TEXT_SMALL, shown->label);
    if (surface_text_width(scene->surface, TEXT_SMALL, facts.text) > room)
        facts = bytes;
    if (surface_text_width(scene->surface, TEXT_SMALL, facts.text) > room)
        return 0;
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, at->x + at->w, y, facts.text);
    return surface_text_width(scene->surface, TEXT_SMALL, facts.text);
}

/* Whose curve is whose: one line per file. */
static void draw_files(const struct scene *scene)
{
    const struct rect *at = &scene->layout->title;
    int height = surface_text_height(scene->surface, TEXT_SMALL),
        row = layout_px(scene->layout, 20);
    int mark = layout_px(scene->layout, 14);
    float size = 4 * scene->layout->scale;
    for (int i = 0; i < scene->n_panes; i++) {
        const struct scene_pane *shown = &scene->panes[i];
        int y = at->y + i * row;
        plot_draw_mark(scene->surface, pane_described(shown->pane).mode, draw_pane_colour(i),
                       THEME_BACKGROUND,
                       (struct point){(float)at->x + size, (float)y + (float)height / 2}, size);
        int facts = draw_file_facts(scene, shown, y);
        struct rect clip = {at->x + mark, y, at->w - mark - facts, row};
        surface_clip(scene->surface, &clip);
        surface_text(scene->surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, clip.x, y, shown->label);
        surface_clip(scene->surface, NULL);
    }
}

void draw_panel(const struct scene *scene)
{
    if (scene->layout->panel.w == 0)
        return;
    if (scene->several) {
        draw_files(scene);
    } else {
        draw_title(scene);
        draw_readout(scene);
    }
    draw_curve(scene);
    draw_buttons(scene);
}
