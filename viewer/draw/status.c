#include "draw/scene.h"
#include "draw/theme.h"

#include <stdio.h>

/* "Step 3 · 27  ·  0.59 bpp  ·  38.6 dB" */
static void describe_current(const struct state *state, struct text_line *line)
{
    struct text_line name, rate, psnr;
    struct frame_key key = state_described(state);
    uint32_t position = state_key_position(state, &key);
    line->text[0] = '\0';
    if (state_n_positions(state) == 0)
        return;
    format_psnr(&psnr, state_described_psnr(state));
    snprintf(line->text, sizeof line->text, "Step %.60s  ·  %.24s bpp%s%.24s",
             state_step_name(state, position, &name),
             format_rate(&rate, state_rate(state, position)), psnr.text[0] ? "  ·  " : "",
             psnr.text);
}

/* "ancestral  ·  seed 7  ·  100 %"; for two files also whether they are linked */
static void describe_view(const struct scene *scene, struct text_line *line)
{
    const struct frame_key key = state_described(scene_state(scene));
    const char *link = scene->n_sides < 2    ? ""
                       : scene->look->linked ? "nearest rate  ·  "
                                             : "not linked  ·  ";
    struct text_line zoom;
    char seed[40] = "";
    if (key.mode == UQD_MODE_ANCESTRAL)
        snprintf(seed, sizeof seed, "  ·  seed %llu", (unsigned long long)key.seed);
    snprintf(line->text, sizeof line->text, "%s%s%s  ·  %.24s", link, state_mode_name(key.mode),
             seed, format_zoom(&zoom, scene->view->zoom));
}

/* How much there is to say of a side. */
static int urgency(const struct state *state)
{
    return state->trouble[0] ? 3 : !state->ended ? 2 : !state_is_shown(state) ? 1 : 0;
}

/* What is going on; for two files, with the one of which there is most to say. */
static const struct state *describe_now(const struct scene *scene, struct text_line *line)
{
    const struct scene_side *side = &scene->sides[scene->active];
    const char *feedback = scene->look->feedback;
    struct text_line own;
    if (scene->n_sides < 2) {
        state_describe(side->state, scene->background, feedback, line);
        return side->state;
    }
    const struct scene_side *other = &scene->sides[1 - scene->active];
    if (urgency(other->state) > urgency(side->state))
        side = other;
    state_describe(side->state, scene->background, feedback, &own);
    if (urgency(side->state) == 0 && (scene->background || feedback[0]))
        *line = own;
    else
        snprintf(line->text, sizeof line->text, "%.60s: %.90s", side->label, own.text);
    return side->state;
}

void draw_status(const struct scene *scene)
{
    const struct rect *at = &scene->layout->status;
    int pad = layout_px(scene->layout, 14), x = at->x + pad;
    int y = at->y + (at->h - surface_text_height(scene->surface, TEXT_SMALL)) / 2;
    struct text_line now, current = {""}, view;
    struct rect rule = {at->x, at->y, at->w, 1};
    const struct state *state = describe_now(scene, &now);
    if (scene->n_sides < 2)
        describe_current(state, &current);
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
    surface_text(scene->surface, TEXT_SMALL, state->trouble[0] ? THEME_ACCENT : THEME_DIM,
                 TEXT_LEFT, x, y, now.text);
    surface_clip(scene->surface, NULL);
}
