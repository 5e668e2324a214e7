/* Captions of two pictures side by side, and how two files are told apart. */
#include "draw/scene.h"
#include "draw/theme.h"

#include <stdio.h>

struct colour draw_side_colour(int side)
{
    return side == 0 ? THEME_ACCENT : THEME_SECOND;
}

/* From "Step 3 · 64  ·  0.15 bpp  ·  33.6 dB  ·  7.21 kB" to the distortion alone. */
#define N_LENGTHS 4

static void describe(const struct state *state, int shortening, struct text_line *line)
{
    struct text_line name, number, psnr, bytes;
    struct frame_key key = state_described(state);
    uint32_t position = state_key_position(state, &key);
    const char *decibels = format_psnr(&psnr, state_described_psnr(state));
    const char *rate = format_rate(&number, state_rate(state, position));
    const char *dot = *decibels ? "  ·  " : "";
    state_step_name(state, position, &name);
    format_bytes(&bytes, state_bytes(state, position));
    if (shortening == 0)
        snprintf(line->text, sizeof line->text, "Step %.40s  ·  %.20s bpp%s%.20s  ·  %.20s",
                 name.text, rate, dot, decibels, bytes.text);
    else if (shortening == 1)
        snprintf(line->text, sizeof line->text, "Step %u  ·  %.20s bpp%s%.20s", (unsigned)position,
                 rate, dot, decibels);
    else if (shortening == 2)
        snprintf(line->text, sizeof line->text, "%.20s bpp%s%.20s", rate, dot, decibels);
    else
        snprintf(line->text, sizeof line->text, "%.20s", *decibels ? decibels : bytes.text);
}

/* The longest description that leaves the name of the file some room. */
static int choose_numbers(const struct scene *scene, const struct state *state, int room, int name,
                          struct text_line *line)
{
    int width = 0, least = layout_px(scene->layout, 96);
    line->text[0] = '\0';
    if (state_n_positions(state) == 0)
        return 0;
    for (int shortening = 0; shortening < N_LENGTHS; shortening++) {
        describe(state, shortening, line);
        width = surface_text_width(scene->surface, TEXT_BODY, line->text);
        if (width + (name < least ? name : least) <= room)
            break;
    }
    return width;
}

void draw_caption(const struct scene *scene, int side)
{
    const struct rect *at = &scene->layout->captions[side];
    const struct scene_side *shown = &scene->sides[side];
    bool active = side == scene->active;
    int pad = layout_px(scene->layout, 14), mark = layout_px(scene->layout, 20);
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_BODY)) / 2;
    int bar = layout_px(scene->layout, 3);
    struct text_line numbers;
    struct rect rule = {at->x, at->y, at->w, bar};
    surface_fill(scene->surface, &rule, active ? draw_side_colour(side) : THEME_OUTLINE);
    int left = at->x + pad + mark, right = at->x + at->w - pad;
    int width =
        choose_numbers(scene, shown->state, right - left - pad,
                       surface_text_width(scene->surface, TEXT_BODY, shown->label), &numbers);
    surface_text(scene->surface, TEXT_BODY, active ? THEME_TEXT : THEME_DIM, TEXT_RIGHT, right, y,
                 numbers.text);
    surface_disc(scene->surface, (float)(at->x + pad) + 5 * scene->layout->scale,
                 (float)at->y + (float)at->h / 2, 5 * scene->layout->scale, draw_side_colour(side));
    struct rect clip = {left, at->y, right - width - pad - left, at->h};
    if (clip.w <= 0)
        return;
    surface_clip(scene->surface, &clip);
    surface_text(scene->surface, TEXT_BODY, active ? THEME_TEXT : THEME_DIM, TEXT_LEFT, left, y,
                 shown->label);
    surface_clip(scene->surface, NULL);
}
