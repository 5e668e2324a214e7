/* The steps side by side: small picture, place on the track, and what it costs and brings. */
#include "scene.h"
#include "theme.h"

#include <math.h>
#include <stdio.h>

static int n_columns(const struct scene *scene)
{
    return (int)scene->state->file->info.n_steps;
}

static bool is_there(const struct scene *scene, int i)
{
    return (uint32_t)i < state_n_positions(scene->state);
}

static bool is_current(const struct scene *scene, int i)
{
    return is_there(scene, i) && (uint32_t)i == scene->state->position;
}

/* The largest rectangle of the picture's shape inside the column. */
static SDL_Rect thumb_rect(const struct scene *scene, const SDL_Rect *column)
{
    const struct uqd_info *info = &scene->state->file->info;
    int width = column->w - layout_px(scene->layout, 8), height = column->h;
    if ((int64_t)width * info->height > (int64_t)height * info->width)
        width = (int)((int64_t)height * info->width / info->height);
    else
        height = (int)((int64_t)width * info->height / info->width);
    width = width < 1 ? 1 : width;
    height = height < 1 ? 1 : height;
    return (SDL_Rect){column->x + (column->w - width) / 2, column->y + (column->h - height) / 2,
                      width, height};
}

static void draw_thumb(const struct scene *scene, int i)
{
    SDL_Rect column = layout_column(&scene->layout->thumbs, i, n_columns(scene));
    SDL_Rect at = thumb_rect(scene, &column);
    struct picture *picture = scene->state->steps[i].thumb;
    int border = layout_px(scene->layout, 2);
    SDL_Rect frame = {at.x - border, at.y - border, at.w + 2 * border, at.h + 2 * border};
    if (is_current(scene, i))
        canvas_rect(scene->canvas, &frame, THEME_ACCENT);
    canvas_rect(scene->canvas, &at, THEME_RAISED);
    if (!is_there(scene, i) || !picture)
        return;
    struct view_rect place = {0, 0, at.w, at.h};
    picture_texture_draw(&scene->thumbs[i], scene->renderer, picture, &at, &place);
}

static float track_x(const struct scene *scene, int i)
{
    SDL_Rect column = layout_column(&scene->layout->track, i, n_columns(scene));
    return (float)column.x + (float)column.w / 2;
}

static void draw_track(const struct scene *scene)
{
    const SDL_Rect *track = &scene->layout->track;
    float scale = scene->layout->scale, y = (float)track->y + (float)track->h / 2;
    int n = n_columns(scene), there = (int)state_n_positions(scene->state);
    SDL_FPoint first = {track_x(scene, 0), y}, last = {track_x(scene, n - 1), y};
    canvas_line(scene->canvas, first, last, 3 * scale, THEME_OUTLINE);
    if (there > 0) {
        last.x = track_x(scene, there - 1);
        canvas_line(scene->canvas, first, last, 3 * scale, THEME_DIM);
    }
    for (int i = 0; i < n; i++) {
        float x = track_x(scene, i);
        canvas_disc(scene->canvas, x, y, 5 * scale, is_there(scene, i) ? THEME_DIM : THEME_OUTLINE);
        if (!is_there(scene, i))
            canvas_disc(scene->canvas, x, y, 3 * scale, THEME_BACKGROUND);
        if (is_current(scene, i))
            canvas_disc(scene->canvas, x, y, 8 * scale, THEME_ACCENT);
    }
}

static int line_height(const struct scene *scene)
{
    return text_height(scene->text, TEXT_SMALL) + layout_px(scene->layout, 2);
}

/* Draws a text if it fits into a column, else the shorter one. */
static void draw_fitting(const struct scene *scene, const SDL_Rect *column, int y, SDL_Color colour,
                         const char *text, const char *shorter)
{
    bool fits = text_width(scene->text, TEXT_SMALL, text) <= column->w - 4;
    text_draw(scene->text, TEXT_SMALL, colour, TEXT_CENTRE, column->x + column->w / 2, y,
              fits ? text : shorter);
}

/* Rate and distortion, side by side or below each other. */
static void draw_cost(const struct scene *scene, const SDL_Rect *column, int y, uint32_t position)
{
    const struct state *state = scene->state;
    bool there = is_there(scene, (int)position);
    SDL_Color colour = there ? THEME_DIM : THEME_FAINT;
    double decibels = there ? state_psnr(state, state->mode, position) : NAN;
    struct text_line number, psnr, rate, both;
    snprintf(rate.text, sizeof rate.text, "%.24s bpp",
             format_rate(&number, state_rate(state, position)));
    format_psnr(&psnr, decibels);
    if (scene->layout->narrow_columns) {
        draw_fitting(scene, column, y, colour, rate.text, number.text);
        draw_fitting(scene, column, y + line_height(scene), colour, psnr.text, psnr.text);
        return;
    }
    snprintf(both.text, sizeof both.text, "%.40s%s%.24s", rate.text, psnr.text[0] ? "  ·  " : "",
             psnr.text);
    draw_fitting(scene, column, y, colour, both.text, rate.text);
}

static void draw_labels(const struct scene *scene, int i)
{
    const struct state *state = scene->state;
    SDL_Rect column = layout_column(&scene->layout->labels, i, n_columns(scene));
    struct text_line name, bytes, line;
    SDL_Color colour = is_current(scene, i) ? THEME_ACCENT
                       : is_there(scene, i) ? THEME_TEXT
                                            : THEME_FAINT;
    state_step_name(state, (uint32_t)i, &name);
    format_bytes(&bytes, state_bytes(state, (uint32_t)i));
    snprintf(line.text, sizeof line.text, "%.60s · %.24s", name.text, bytes.text);
    draw_fitting(scene, &column, column.y, colour, line.text, name.text);
    draw_cost(scene, &column, column.y + line_height(scene), (uint32_t)i);
}

void draw_strip(const struct scene *scene)
{
    if (scene->layout->strip.h == 0)
        return;
    draw_track(scene);
    for (int i = 0; i < n_columns(scene); i++) {
        if (scene->layout->thumbs.h > 0)
            draw_thumb(scene, i);
        draw_labels(scene, i);
    }
}
