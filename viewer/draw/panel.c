#include "draw/fit_text.h"
#include "draw/scene.h"
#include "draw/theme.h"
#include "plural.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A text in a line of the title, if the title has room for it. Returns where the next line is. */
static int draw_title_line(const struct scene *scene, enum text_size size, struct colour colour,
                           int y, const char *text)
{
    const struct rect *at = &scene->layout->title;
    int height = surface_text_height(scene->surface, size);
    struct fitted_text fitted;
    if (y + height > at->y + at->h)
        return y;
    fit_text(scene->surface, size, text, at->w, &fitted);
    surface_text(scene->surface, size, colour, TEXT_LEFT, at->x, y, fitted.text);
    return y + height + layout_px(scene->layout, 2);
}

/* "96 × 64 with alpha  ·  7 steps  ·  8.00 kB"; where that is too wide without the steps, which the
 * strip shows, then without the kind. */
/* "465 kB", or of a cut file "40.0 of 465 kB" */
static void describe_size(const struct uqd_file *file, struct text_line *line)
{
    struct text_line there, whole;
    format_bytes(&whole, file->info.file_size);
    if (file->size >= file->info.file_size)
        *line = whole;
    else
        snprintf(line->text, sizeof line->text, "%.24s of %.24s", format_bytes(&there, file->size),
                 whole.text);
}

static void describe_file(const struct scene *scene, const struct uqd_file *file,
                          struct text_line *line)
{
    const struct uqd_info *info = &file->info;
    static const char *const kinds[] = {" grey", " grey with alpha", "", " with alpha"};
    const char *kind = kinds[info->channels - 1];
    struct text_line bytes, without, least;
    int room = scene->layout->title.w;
    describe_size(file, &bytes);
    snprintf(line->text, sizeof line->text, "%u × %u%s  ·  %u step%s  ·  %.50s", info->width,
             info->height, kind, info->n_steps, plural(info->n_steps), bytes.text);
    snprintf(without.text, sizeof without.text, "%u × %u%s  ·  %.50s", info->width, info->height,
             kind, bytes.text);
    snprintf(least.text, sizeof least.text, "%u × %u  ·  %.50s", info->width, info->height,
             bytes.text);
    if (surface_text_width(scene->surface, TEXT_SMALL, without.text) > room)
        *line = least;
    else if (surface_text_width(scene->surface, TEXT_SMALL, line->text) > room)
        *line = without;
}

/* The name of the file, what it is, and "Display P3, shown as sRGB" if its colours have to be
 * converted. */
static void draw_title(const struct scene *scene)
{
    const struct scene_pane *shown = &scene->panes[scene->active];
    struct text_line name, facts, profile;
    if (scene->n_documents > 1)
        snprintf(name.text, sizeof name.text, "%d of %d:  %.130s", shown->document + 1,
                 scene->n_documents, shown->label);
    else
        snprintf(name.text, sizeof name.text, "%.150s", shown->label);
    int y = draw_title_line(scene, TEXT_TITLE, THEME_TEXT, scene->layout->title.y, name.text);
    describe_file(scene, shown->pane->progress->file, &facts);
    y = draw_title_line(scene, TEXT_SMALL, THEME_DIM, y, facts.text);
    if (!shown->colours || !shown->colours->profile[0])
        return;
    snprintf(profile.text, sizeof profile.text, "%.120s, shown as sRGB", shown->colours->profile);
    draw_title_line(scene, TEXT_SMALL, THEME_DIM, y, profile.text);
}

/* ---- Readout ------------------------------------------------------------------------------- */

#define N_NUMBERS 3

/* Large numbers with what they mean underneath, in words and short. */
struct readout {
    struct text_line numbers[N_NUMBERS], meanings[N_NUMBERS], units[N_NUMBERS];
};

/* Of a file what has come, or would have; of another codec what it made of as many. */
static const char *meaning_of_bytes(const struct pane *pane)
{
    return !pane_described(pane).codec ? "received" : pane->shown ? "in its file" : "at most";
}

static void describe_readout(const struct pane *pane, struct readout *readout)
{
    uint64_t bytes = pane_described_bytes(pane);
    double decibels = pane_described_psnr(pane);
    char *number = readout->numbers[1].text;
    format_rate(&readout->numbers[0], progress_rate(pane->progress, bytes));
    if (isfinite(decibels))
        snprintf(number, sizeof readout->numbers[1].text, "%.1f", decibels);
    else
        strcpy(number, isnan(decibels) ? "–" : "∞");
    /* "20.9 kB" is a number and "kB received". */
    format_bytes(&readout->numbers[2], bytes);
    char *unit = strchr(readout->numbers[2].text, ' ');
    snprintf(readout->units[2].text, sizeof readout->units[2].text, "%.8s", unit + 1);
    snprintf(readout->meanings[2].text, sizeof readout->units[2].text, "%.8s %s", unit + 1,
             meaning_of_bytes(pane));
    *unit = '\0';
    if (pane_described(pane).original) { /* which is no part of the file */
        strcpy(readout->numbers[0].text, "–");
        strcpy(readout->numbers[2].text, "–");
    }
    strcpy(readout->meanings[0].text, "bits per pixel");
    strcpy(readout->units[0].text, "bpp");
    strcpy(readout->meanings[1].text, "dB PSNR");
    strcpy(readout->units[1].text, "dB");
}

/* How wide the columns are with numbers of a size, which do not move while the numbers change; and
 * how much room is left between them. */
static int measure_readout(const struct scene *scene, const struct readout *readout,
                           enum text_size size, const struct text_line *meanings,
                           int widths[N_NUMBERS])
{
    static const char *const usual[N_NUMBERS] = {"0.0888", "88.8", "88.8"};
    int rest = scene->layout->readout.w;
    for (int i = 0; i < N_NUMBERS; i++) {
        int width = surface_text_width(scene->surface, size, usual[i]);
        int own = surface_text_width(scene->surface, size, readout->numbers[i].text);
        int below = surface_text_width(scene->surface, TEXT_SMALL, meanings[i].text);
        width = width > own ? width : own;
        widths[i] = width > below ? width : below;
        rest -= widths[i];
    }
    return rest / (N_NUMBERS - 1);
}

/* As large, and said with as many words, as there is room for. */
static void draw_readout(const struct scene *scene)
{
    const struct rect *at = &scene->layout->readout;
    struct readout readout;
    enum text_size size = TEXT_BIG;
    int widths[N_NUMBERS], least = layout_px(scene->layout, 10), x = at->x, n = N_NUMBERS;
    if (!pane_has_position(scene_pane(scene)) || at->h == 0)
        return;
    describe_readout(scene_pane(scene), &readout);
    const struct text_line *meanings = readout.meanings;
    int gap = measure_readout(scene, &readout, size, meanings, widths);
    if (gap < least)
        gap = measure_readout(scene, &readout, size = TEXT_TITLE, meanings, widths);
    if (gap < least)
        gap = measure_readout(scene, &readout, size, meanings = readout.units, widths);
    if (gap < least) { /* the strip tells the bytes, too */
        gap = least;
        n--;
    }
    gap = gap > 4 * least ? 4 * least : gap;
    int number = surface_text_height(scene->surface, size);
    int y = at->y + layout_px(scene->layout, 6) + surface_text_height(scene->surface, TEXT_BIG) -
            number;
    for (int i = 0; i < n; x += widths[i++] + gap) {
        surface_text(scene->surface, size, THEME_TEXT, TEXT_LEFT, x, y, readout.numbers[i].text);
        surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, x, y + number,
                     meanings[i].text);
    }
}

/* ---- Buttons ------------------------------------------------------------------------------- */

static bool is_active(const struct scene *scene, int button)
{
    const struct exhibit exhibit = pane_described(scene_pane(scene));
    bool plain = !exhibit.original && !exhibit.mix && !exhibit.codec;
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
    struct fitted_text fitted;
    fit_text(scene->surface, TEXT_BODY, label, at->w, &fitted);
    surface_text(scene->surface, TEXT_BODY, active ? THEME_ON_ACCENT : THEME_TEXT, TEXT_CENTRE,
                 at->x + at->w / 2,
                 at->y + (at->h - surface_text_height(scene->surface, TEXT_BODY)) / 2, fitted.text);
}

/* How much of the ancestral picture there is in what is shown, between their buttons. */
static void draw_mix(const struct scene *scene)
{
    struct exhibit exhibit = pane_described(scene_pane(scene));
    struct rect track = layout_mix_track(scene->layout);
    float scale = scene->layout->scale, y = (float)track.y + (float)track.h / 2;
    uint32_t percent = exhibit.mix ? exhibit.mix : exhibit.mode == UQD_MODE_ANCESTRAL ? 100 : 0;
    struct point from = {(float)track.x, y}, to = {(float)(track.x + track.w), y};
    float knob = from.x + (to.x - from.x) * (float)percent / 100;
    bool meant = !exhibit.original && !exhibit.codec && exhibit.mode != UQD_MODE_FLOW;
    if (track.h <= 0 || track.w <= 0)
        return;
    surface_line(scene->surface, from, to, 3 * scale, THEME_OUTLINE);
    surface_disc(scene->surface, knob, y, 6 * scale, meant ? THEME_ACCENT : THEME_OUTLINE);
    if (exhibit.mix && meant) {
        const struct rect *right = &scene->layout->buttons[BUTTON_FLOW];
        struct text_line mode;
        struct fitted_text fitted;
        fit_text(scene->surface, TEXT_SMALL, exhibit_mode_name(&exhibit, &mode), right->w, &fitted);
        surface_text(scene->surface, TEXT_SMALL, THEME_TEXT, TEXT_CENTRE, right->x + right->w / 2,
                     track.y + (track.h - surface_text_height(scene->surface, TEXT_SMALL)) / 2,
                     fitted.text);
    }
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
    draw_mix(scene);
}

/* ---- Several files ------------------------------------------------------------------------- */

/* What all of a file costs, if there is room for it beside its name. Returns how wide it is. */
static int draw_file_facts(const struct scene *scene, const struct scene_pane *shown, int y,
                           int room)
{
    const struct rect *at = &scene->layout->title;
    struct text_line facts, bytes;
    uint32_t n_steps = shown->pane->progress->file->info.n_steps;
    describe_size(shown->pane->progress->file, &bytes);
    snprintf(facts.text, sizeof facts.text, "%u step%s  ·  %.50s", n_steps, plural(n_steps),
             bytes.text);
    if (surface_text_width(scene->surface, TEXT_SMALL, facts.text) > room)
        facts = bytes;
    int width = surface_text_width(scene->surface, TEXT_SMALL, facts.text);
    if (width > room)
        return 0;
    surface_text(scene->surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, at->x + at->w, y, facts.text);
    return width + layout_px(scene->layout, 10);
}

/* Whose curve is whose: one line per pane. */
static void draw_files(const struct scene *scene)
{
    const struct rect *at = &scene->layout->title;
    int height = surface_text_height(scene->surface, TEXT_SMALL);
    int least = height + layout_px(scene->layout, 2), row = layout_px(scene->layout, 20);
    row = row > least ? row : least;
    for (int i = 0; i < scene->n_panes && (i + 1) * row <= at->h; i++) {
        const struct scene_pane *shown = &scene->panes[i];
        int y = at->y + i * row, text_y = y + (row - height) / 2;
        int x = at->x + draw_pane_number(scene, i, at->x, y, row), right = at->x + at->w;
        int name = surface_text_width(scene->surface, TEXT_SMALL, shown->label);
        struct fitted_text fitted;
        right -=
            draw_file_facts(scene, shown, text_y, right - x - name - layout_px(scene->layout, 10));
        fit_text(scene->surface, TEXT_SMALL, shown->label, right - x, &fitted);
        surface_text(scene->surface, TEXT_SMALL, i == scene->active ? THEME_TEXT : THEME_DIM,
                     TEXT_LEFT, x, text_y, fitted.text);
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
