/* The steps side by side: small picture, place on the track, and what it costs and brings. */
#include "draw/plotting.h"
#include "draw/scene.h"
#include "draw/theme.h"
#include "session/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        picture, {0, 0, at.w, at.h}, strip->colours, scene_square(strip->scene->layout), false};
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

/* ---- Labels -------------------------------------------------------------------------------- */

#define MAX_VARIANTS 3

/* The texts of one line of the labels, from the longest to the shortest variant; an empty last one
 * means that the text may be left out. */
struct variants {
    struct text_line texts[MAX_VARIANTS];
    struct colour colour;
};

typedef void describe_column(const struct strip *strip, int i, struct variants *variants);

static bool is_part(const struct strip *strip, int i)
{
    return strip->progress->partial && (uint32_t)i == strip->progress->n_complete;
}

static struct colour name_colour(const struct strip *strip, int i)
{
    return is_current(strip, i) ? strip->colour : is_there(strip, i) ? THEME_TEXT : THEME_FAINT;
}

/* "2 · 81 · 1.25 kB", "2 · 81", "2" */
static void describe_name(const struct strip *strip, int i, struct variants *variants)
{
    const struct progress *progress = strip->progress;
    struct text_line name, bytes;
    progress_step_name(progress, (uint32_t)i, is_part(strip, i), &name);
    format_bytes(&bytes, progress_bytes(progress, (uint32_t)i));
    snprintf(variants->texts[0].text, sizeof name.text, "%.60s · %.24s", name.text, bytes.text);
    variants->texts[1] = name;
    snprintf(variants->texts[2].text, sizeof name.text, "%d", i);
    variants->colour = name_colour(strip, i);
}

static void describe_numbers(const struct strip *strip, int i, struct text_line *rate,
                             struct text_line *psnr)
{
    const struct progress *progress = strip->progress;
    struct frame_key key = schedule_strip_key(strip->pane, (uint32_t)i);
    double decibels = is_there(strip, i) ? progress_psnr(progress, &key) : NAN;
    format_rate(rate, progress_rate(progress, progress_bytes(progress, (uint32_t)i)));
    format_psnr(psnr, decibels);
}

/* "0.59 bpp · 38.6 dB", "0.59 bpp", "0.59" */
static void describe_both(const struct strip *strip, int i, struct variants *variants)
{
    struct text_line rate, psnr;
    describe_numbers(strip, i, &rate, &psnr);
    snprintf(variants->texts[0].text, sizeof rate.text, "%.24s bpp%s%.24s", rate.text,
             psnr.text[0] ? "  ·  " : "", psnr.text);
    snprintf(variants->texts[1].text, sizeof rate.text, "%.24s bpp", rate.text);
    variants->texts[2] = rate;
    variants->colour = is_there(strip, i) ? THEME_DIM : THEME_FAINT;
}

static void describe_rate(const struct strip *strip, int i, struct variants *variants)
{
    struct variants both;
    describe_both(strip, i, &both);
    *variants = (struct variants){{both.texts[1], both.texts[2], {""}}, both.colour};
}

/* "38.6 dB", "38.6" */
static void describe_psnr(const struct strip *strip, int i, struct variants *variants)
{
    struct text_line rate;
    *variants = (struct variants){{{""}, {""}, {""}}, THEME_DIM};
    describe_numbers(strip, i, &rate, &variants->texts[0]);
    variants->texts[1] = variants->texts[0];
    variants->texts[1].text[strcspn(variants->texts[1].text, " ")] = '\0';
}

static int label_width(const struct strip *strip, const struct variants *variants, int k)
{
    return surface_text_width(strip->scene->surface, TEXT_SMALL, variants->texts[k].text);
}

/* How wide the widest label of a line is in one variant. The name of a part is longer than all
 * others, and gives way by itself. */
static int widest_label(const struct strip *strip, describe_column *describe, int k)
{
    struct variants variants;
    int widest = 0;
    for (int i = 0; i < n_columns(strip); i++) {
        describe(strip, i, &variants);
        int width = is_part(strip, i) ? 0 : label_width(strip, &variants, k);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Whether a column's label is left out where only every so many'th has room: the current one has
 * its label in any case, and those too near to it have none. */
static bool is_skipped(const struct strip *strip, int i, int every)
{
    int current = (int)strip->pane->wanted.position;
    bool skipped = i % every != 0;
    if (every == 1 || !is_there(strip, current))
        return skipped;
    return i != current && (skipped || abs(i - current) < every);
}

/* All labels of a line have the same form: the longest that fits into all columns, or the shortest
 * in every second column, every third ... */
static void draw_line(const struct strip *strip, describe_column *describe, int y)
{
    const struct rect *row = &strip->layout->labels;
    int gap = layout_px(strip->scene->layout, 6), room = row->w / n_columns(strip) - gap;
    int form = 0, every = 1;
    while (form < MAX_VARIANTS - 1 && widest_label(strip, describe, form) > room)
        form++;
    int widest = widest_label(strip, describe, form);
    while (every < n_columns(strip) && widest > every * (room + gap) - gap)
        every++;
    for (int i = 0; i < n_columns(strip); i++) {
        struct rect column = layout_column(row, i, n_columns(strip));
        struct variants variants;
        int own = form;
        describe(strip, i, &variants);
        while (own < MAX_VARIANTS - 1 && label_width(strip, &variants, own) > room)
            own++;
        if (!is_skipped(strip, i, every))
            surface_text(strip->scene->surface, TEXT_SMALL, variants.colour, TEXT_CENTRE,
                         column.x + column.w / 2, y, variants.texts[own].text);
    }
}

static void draw_labels(const struct strip *strip)
{
    int y = strip->layout->labels.y, n = strip->layout->n_lines;
    int line = n > 0 ? strip->layout->labels.h / n : 0;
    if (n > 0)
        draw_line(strip, describe_name, y);
    if (n > 1)
        draw_line(strip, n > 2 ? describe_rate : describe_both, y + line);
    if (n > 2)
        draw_line(strip, describe_psnr, y + 2 * line);
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
        draw_labels(&strip);
    } else {
        struct scrubbing scrubbing;
        scrubbing_prepare(&scrubbing, scene);
        scrubber_draw(&scrubbing.view);
    }
}
