/* The steps side by side: small picture, place on the track, and what it costs and brings. */
#include "draw/plotting.h"
#include "draw/scene.h"
#include "draw/theme.h"
#include "session/schedule.h"

#include <math.h>
#include <stdio.h>

struct strip {
    const struct scene *scene;
    const struct pane *pane;
    const struct progress *progress;
    const struct layout_strip *layout;
    struct frames *frames;
    const struct shown_colours *colours;
    struct colour colour; /* of the current position */
};

static int n_columns(const struct strip *strip)
{
    return (int)strip->progress->file->info.n_steps;
}

static bool is_there(const struct strip *strip, int i)
{
    return (uint32_t)i < progress_n_positions(strip->progress);
}

static bool is_current(const struct strip *strip, int i)
{
    return is_there(strip, i) && (uint32_t)i == strip->pane->wanted.position;
}

/* The largest rectangle of the picture's shape inside the column. */
static struct rect thumb_rect(const struct strip *strip, const struct rect *column)
{
    const struct uqd_info *info = &strip->progress->file->info;
    int width = column->w - layout_px(strip->scene->layout, 8), height = column->h;
    if ((int64_t)width * info->height > (int64_t)height * info->width)
        width = (int)((int64_t)height * info->width / info->height);
    else
        height = (int)((int64_t)width * info->height / info->width);
    width = width < 1 ? 1 : width;
    height = height < 1 ? 1 : height;
    return (struct rect){column->x + (column->w - width) / 2, column->y + (column->h - height) / 2,
                         width, height};
}

/* A small picture of another mode or seed stands there, veiled, until its successor comes. */
static void draw_veil(const struct strip *strip, const struct rect *at)
{
    struct colour veil = THEME_RAISED;
    veil.a = 176;
    surface_fill(strip->scene->surface, at, veil);
}

/* Where the view is enlarged, the small picture is its middle at the same zoom, so that steps can
 * be told apart. False if there is no picture sharp enough for that. */
static bool place_crop(const struct strip *strip, int i, const struct rect *at,
                       struct placed_picture *placed)
{
    const struct scene *scene = strip->scene;
    struct frame_key key = schedule_strip_key(strip->pane, (uint32_t)i);
    key.reduce = strip->pane->reduce;
    const struct frame_entry *entry =
        scene->view->fit ? NULL : frames_find_sharp(strip->frames, &key);
    if (!entry)
        return false;
    struct view view = *scene->view;
    struct view_frame frame = scene_frame(scene->layout, strip->progress->file);
    frame.port_width = at->w;
    frame.port_height = at->h;
    view_update(&view, &frame);
    placed->picture = entry->picture;
    placed->place = view_place(&view, &frame);
    return true;
}

static void draw_frame(const struct strip *strip, const struct rect *at)
{
    int border = layout_px(strip->scene->layout, 2);
    struct rect frame = {at->x - border, at->y - border, at->w + 2 * border, at->h + 2 * border};
    surface_fill(strip->scene->surface, &frame, strip->colour);
}

static void draw_thumb(const struct strip *strip, int i)
{
    struct rect column = layout_column(&strip->layout->thumbs, i, n_columns(strip));
    struct rect at = thumb_rect(strip, &column);
    struct picture *picture = strip->progress->steps[i].thumb;
    struct frame_key wanted = schedule_strip_key(strip->pane, (uint32_t)i);
    struct placed_picture placed = {
        picture, {0, 0, at.w, at.h}, strip->colours, scene_square(strip->scene->layout)};
    int gap = layout_px(strip->scene->layout, 4);
    struct rect wide = {column.x + gap, column.y, column.w - 2 * gap, column.h};
    bool crop = wide.w > 0 && is_there(strip, i) && place_crop(strip, i, &wide, &placed);
    if (crop)
        at = wide;
    if (is_current(strip, i))
        draw_frame(strip, &at);
    surface_fill(strip->scene->surface, &at, THEME_RAISED);
    if (!is_there(strip, i) || !placed.picture)
        return;
    surface_picture(strip->scene->surface, &at, &placed);
    if (!crop && !progress_has_thumb(strip->progress, (uint32_t)i, &wanted))
        draw_veil(strip, &at);
}

static float track_x(const struct strip *strip, int i)
{
    struct rect column = layout_column(&strip->layout->track, i, n_columns(strip));
    return (float)column.x + (float)column.w / 2;
}

/* Inside a step the handle is as far from the step before as bytes of the step are there. */
static float handle_x(const struct strip *strip)
{
    const struct exhibit *wanted = &strip->pane->wanted;
    int position = (int)wanted->position;
    float x = track_x(strip, position);
    if (!wanted->bytes || position == 0)
        return x;
    double before = (double)progress_bytes(strip->progress, wanted->position - 1);
    double after = (double)strip->progress->file->steps[position].bytes;
    double share = ((double)wanted->bytes - before) / (after - before);
    float left = track_x(strip, position - 1);
    return left + (x - left) * (float)share;
}

static void draw_track(const struct strip *strip)
{
    const struct rect *track = &strip->layout->track;
    float scale = strip->scene->layout->scale, y = (float)track->y + (float)track->h / 2;
    int n = n_columns(strip), there = (int)progress_n_positions(strip->progress);
    struct point first = {track_x(strip, 0), y}, last = {track_x(strip, n - 1), y};
    surface_line(strip->scene->surface, first, last, 3 * scale, THEME_OUTLINE);
    if (there > 0) {
        last.x = track_x(strip, there - 1);
        surface_line(strip->scene->surface, first, last, 3 * scale, THEME_DIM);
    }
    for (int i = 0; i < n; i++) {
        float x = track_x(strip, i);
        surface_disc(strip->scene->surface, x, y, 5 * scale,
                     is_there(strip, i) ? THEME_DIM : THEME_OUTLINE);
        if (!is_there(strip, i))
            surface_disc(strip->scene->surface, x, y, 3 * scale, THEME_BACKGROUND);
    }
    if (progress_n_positions(strip->progress) > 0)
        surface_disc(strip->scene->surface, handle_x(strip), y, 8 * scale, strip->colour);
}

static int line_height(const struct strip *strip)
{
    return surface_text_height(strip->scene->surface, TEXT_SMALL) +
           layout_px(strip->scene->layout, 2);
}

/* Draws a text if it fits into a column, else the shorter one. */
static void draw_fitting(const struct strip *strip, const struct rect *column, int y,
                         struct colour colour, const char *text, const char *shorter)
{
    bool fits = surface_text_width(strip->scene->surface, TEXT_SMALL, text) <= column->w - 4;
    surface_text(strip->scene->surface, TEXT_SMALL, colour, TEXT_CENTRE, column->x + column->w / 2,
                 y, fits ? text : shorter);
}

/* Rate and distortion, side by side or below each other. */
static void draw_cost(const struct strip *strip, const struct rect *column, int y,
                      uint32_t position)
{
    const struct progress *progress = strip->progress;
    bool there = is_there(strip, (int)position);
    struct colour colour = there ? THEME_DIM : THEME_FAINT;
    struct frame_key key = schedule_strip_key(strip->pane, position);
    double decibels = there ? progress_psnr(progress, &key) : NAN;
    struct text_line number, psnr, rate, both;
    snprintf(rate.text, sizeof rate.text, "%.24s bpp",
             format_rate(&number, progress_rate(progress, progress_bytes(progress, position))));
    format_psnr(&psnr, decibels);
    if (strip->layout->narrow_columns) {
        draw_fitting(strip, column, y, colour, rate.text, number.text);
        draw_fitting(strip, column, y + line_height(strip), colour, psnr.text, psnr.text);
        return;
    }
    snprintf(both.text, sizeof both.text, "%.40s%s%.24s", rate.text, psnr.text[0] ? "  ·  " : "",
             psnr.text);
    draw_fitting(strip, column, y, colour, both.text, rate.text);
}

static void draw_labels(const struct strip *strip, int i)
{
    const struct progress *progress = strip->progress;
    bool part = progress->partial && (uint32_t)i == progress->n_complete;
    struct rect column = layout_column(&strip->layout->labels, i, n_columns(strip));
    struct text_line name, bytes, line;
    struct colour colour = is_current(strip, i) ? strip->colour
                           : is_there(strip, i) ? THEME_TEXT
                                                : THEME_FAINT;
    progress_step_name(progress, (uint32_t)i, part, &name);
    format_bytes(&bytes, progress_bytes(progress, (uint32_t)i));
    snprintf(line.text, sizeof line.text, "%.60s · %.24s", name.text, bytes.text);
    /* A name may stand out a little, but not reach into its neighbour's. */
    if (surface_text_width(strip->scene->surface, TEXT_SMALL, name.text) * 5 > column.w * 6)
        snprintf(name.text, sizeof name.text, "%d", i);
    draw_fitting(strip, &column, column.y, colour, line.text, name.text);
    draw_cost(strip, &column, column.y + line_height(strip), (uint32_t)i);
}

void draw_strip(const struct scene *scene)
{
    const struct scene_pane *shown = &scene->panes[scene->active];
    struct strip strip = {.scene = scene,
                          .pane = shown->pane,
                          .progress = shown->pane->progress,
                          .layout = &scene->layout->strip,
                          .frames = shown->frames,
                          .colours = shown->colours,
                          .colour = draw_pane_colour(scene->active)};
    if (strip.layout->whole.h == 0)
        return;
    for (int i = 0; strip.layout->thumbs.h > 0 && i < n_columns(&strip); i++)
        draw_thumb(&strip, i);
    if (scene->look->unit == SCRUB_STEPS) {
        draw_track(&strip);
        for (int i = 0; i < n_columns(&strip); i++)
            draw_labels(&strip, i);
    } else {
        struct scrubbing scrubbing;
        scrubbing_prepare(&scrubbing, scene);
        scrubber_draw(&scrubbing.view);
    }
}
