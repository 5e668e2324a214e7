#include "scene.h"
#include "theme.h"

#include <stdio.h>

/* "Step 3 · 27  ·  0.59 bpp  ·  38.6 dB" */
static void describe_current(const struct state *state, struct text_line *line)
{
    struct text_line name, rate, psnr;
    line->text[0] = '\0';
    if (state_n_positions(state) == 0)
        return;
    format_psnr(&psnr, state_psnr(state, state->mode, state->position));
    snprintf(line->text, sizeof line->text, "Step %.60s  ·  %.24s bpp%s%.24s",
             state_step_name(state, state->position, &name),
             format_rate(&rate, state_rate(state, state->position)), psnr.text[0] ? "  ·  " : "",
             psnr.text);
}

/* "ancestral  ·  seed 7  ·  100 %" */
static void describe_view(const struct scene *scene, struct text_line *line)
{
    enum uqd_mode mode = scene->state->mode;
    struct text_line zoom;
    char seed[40] = "";
    if (mode == UQD_MODE_ANCESTRAL)
        snprintf(seed, sizeof seed, "  ·  seed %llu", (unsigned long long)scene->state->seed);
    snprintf(line->text, sizeof line->text, "%s%s  ·  %.24s", state_mode_name(mode), seed,
             format_zoom(&zoom, scene->view->zoom));
}

void draw_status(const struct scene *scene)
{
    const SDL_Rect *at = &scene->layout->status;
    int pad = layout_px(scene->layout, 14), x = at->x + pad;
    int y = at->y + (at->h - text_height(scene->text, TEXT_SMALL)) / 2;
    struct text_line now, current, view;
    SDL_Rect rule = {at->x, at->y, at->w, 1};
    state_describe(scene->state, scene->background, scene->look->feedback, &now);
    describe_current(scene->state, &current);
    describe_view(scene, &view);
    canvas_rect(scene->canvas, &rule, THEME_OUTLINE);
    text_draw(scene->text, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, x, y, current.text);
    x += text_width(scene->text, TEXT_SMALL, current.text) + 2 * pad;
    int right = at->x + at->w - pad;
    text_draw(scene->text, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, right, y, view.text);
    right -= text_width(scene->text, TEXT_SMALL, view.text) + 2 * pad;
    SDL_Rect clip = {x, at->y, right - x, at->h};
    if (clip.w <= 0)
        return;
    SDL_RenderSetClipRect(scene->renderer, &clip);
    text_draw(scene->text, TEXT_SMALL, scene->state->trouble[0] ? THEME_ACCENT : THEME_DIM,
              TEXT_LEFT, x, y, now.text);
    SDL_RenderSetClipRect(scene->renderer, NULL);
}
