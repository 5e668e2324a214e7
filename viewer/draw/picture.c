#include "draw/fit_text.h"
#include "draw/scene.h"
#include "draw/theme.h"

#include <stdio.h>

/* A dark pill with a text in the upper left corner of a viewport. */
static void draw_tag(const struct scene *scene, const struct rect *port, const char *text)
{
    int pad = layout_px(scene->layout, 12);
    int height = surface_text_height(scene->surface, TEXT_BODY);
    struct fitted_text fitted;
    fit_text(scene->surface, TEXT_BODY, text, port->w - 4 * pad, &fitted);
    struct rect pill = {port->x + pad, port->y + pad, fitted.width + 2 * pad, height + pad};
    struct colour colour = THEME_BACKGROUND;
    colour.a = 224;
    if (fitted.width <= 0)
        return;
    surface_round_rect(scene->surface, &pill, (float)pill.h / 2, colour);
    surface_text(scene->surface, TEXT_BODY, THEME_TEXT, TEXT_LEFT, port->x + 2 * pad,
                 port->y + pad + pad / 2, fitted.text);
}

/* "Step 4, ancestral, is coming: 1 of 2 pictures" */
static void describe_coming(const struct pane *pane, struct text_line *line)
{
    bool sharpening = pane->shown && exhibit_equal(&pane->wanted, &pane->exhibit);
    struct text_line mode, done;
    unsigned n_there = 0;
    for (unsigned i = 0; i < pane->n_parts; i++)
        n_there += pane->parts[i].picture != NULL;
    exhibit_mode_name(&pane->wanted, &mode);
    if (pane->wanted.map != MAP_OFF && pane->n_parts < 2)
        snprintf(line->text, sizeof line->text, "The map of step %u is coming ...",
                 (unsigned)pane->wanted.position);
    else if (pane->n_parts > 1)
        snprintf(line->text, sizeof line->text, "Step %u, %.40s, is coming: %u of %u pictures",
                 (unsigned)pane->wanted.position,
                 pane->wanted.map == MAP_OFF ? mode.text : "its map", n_there, pane->n_parts);
    else
        snprintf(line->text, sizeof line->text,
                 sharpening ? "Step %u, %.40s, is getting sharper ...%.8s"
                            : "Step %u, %.40s, is coming ...%.8s",
                 (unsigned)pane->wanted.position, mode.text, format_done(&done, pane_done(pane)));
}

/* The original, which is exactly known, and what is wanted but not there yet. */
static void draw_tags(const struct scene *scene, const struct rect *port, const struct pane *pane)
{
    const struct progress *progress = pane->progress;
    struct text_line line;
    if (pane->shown && pane->exhibit.original && pane->wanted.original)
        draw_tag(scene, port, progress->reference_given ? "Original" : "Original (lossless step)");
    else if (!pane_is_shown(pane) && pane_has_position(pane) && !progress->lost &&
             !progress->failed && !(scene->layout->presenting && pane->shown)) {
        if (pane->wanted.codec)
            pane_describe_codec(pane, &line);
        else
            describe_coming(pane, &line);
        draw_tag(scene, port, line.text);
    }
}

/* The pane whose picture is to be seen in a viewport. */
static int seen_pane(const struct scene *scene, int viewport)
{
    bool flicker = scene->look->comparison == COMPARE_FLICKER && scene->look->flicker;
    return flicker ? scene->other : scene_pane_at(scene, viewport);
}

/* Why there is none. */
static const char *describe_no_difference(const struct scene *scene, struct text_line *line)
{
    const struct pane *active = scene->panes[scene->active].pane;
    const struct pane *other = scene->panes[scene->other].pane;
    if (pane_is_refused(active) || pane_is_refused(other))
        return pane_describe_codec(pane_is_refused(active) ? active : other, line);
    return pane_is_shown(other) ? "Pictures of different kinds: nothing can be subtracted"
                                : "The other picture is coming ...";
}

/* Before the first one comes, the picture that was there stays. */
static void draw_difference(const struct scene *scene, const struct rect *port)
{
    const struct scene_pane *shown = &scene->panes[scene->active];
    const struct difference *difference = scene->difference;
    struct placed_picture placed = scene_place(scene, shown);
    if (difference->picture || !difference->coming) {
        placed.picture = difference->picture;
        placed.colours = NULL;
    }
    struct text_line names;
    draw_difference_names(scene, &names);
    if (placed.picture)
        surface_picture(scene->surface, port, &placed);
    if (pane_is_shown(shown->pane) || pane_is_refused(shown->pane))
        draw_tag(scene, port,
                 difference->coming ? "The difference is coming ..."
                 : placed.picture   ? names.text
                                    : describe_no_difference(scene, &names));
}

/* Of a file that comes slowly. */
static bool nothing_yet(const struct scene *scene, const struct scene_pane *shown)
{
    return scene->look->nothing_yet && shown == &scene->panes[scene->active];
}

static void draw_single(const struct scene *scene, const struct rect *port,
                        const struct scene_pane *shown)
{
    struct placed_picture placed = scene_place(scene, shown);
    if (nothing_yet(scene, shown))
        draw_tag(scene, port, "Nothing to show has come yet");
    else if (placed.picture)
        surface_picture(scene->surface, port, &placed);
    else if (shown->pane->progress->failed)
        draw_tag(scene, port, "No picture");
    else if (!pane_has_position(shown->pane))
        draw_tag(scene, port, "Waiting for the first step ...");
    else
        draw_tags(scene, port, shown->pane);
}

/* Where a comparison has labels of its own, below them, and only what they do not tell. */
static void draw_state(const struct scene *scene, const struct rect *port, const struct pane *pane)
{
    struct rect below = *port;
    bool told = pane_is_shown(pane);
    if (scene->look->comparison == COMPARE_WIPE)
        below.y += layout_px(scene->layout, COMPARISON_LABELS);
    if (!told ||
        (scene->look->comparison != COMPARE_WIPE && scene->look->comparison != COMPARE_DIFFERENCE))
        draw_tags(scene, &below, pane);
}

/* Before the first picture a stage is dark. */
static struct colour ground(const struct scene *scene, const struct scene_pane *shown)
{
    bool empty = !shown->pane->shown || nothing_yet(scene, shown);
    return scene->layout->presenting && empty ? THEME_BACKGROUND : THEME_SURROUND;
}

static void draw_picture(const struct scene *scene, int viewport)
{
    int index = seen_pane(scene, viewport);
    const struct scene_pane *shown = &scene->panes[index];
    const struct rect *port = &scene->layout->pictures[viewport];
    surface_fill(scene->surface, port, ground(scene, shown));
    surface_clip(scene->surface, port);
    if (scene->look->comparison == COMPARE_WIPE)
        draw_wiped(scene, port);
    else if (scene->look->comparison == COMPARE_DIFFERENCE)
        draw_difference(scene, port);
    else
        draw_single(scene, port, shown);
    draw_helps(scene, port, index);
    surface_clip(scene->surface, port);
    if (shown->pane->shown && !nothing_yet(scene, shown))
        draw_state(scene, port, shown->pane);
    surface_clip(scene->surface, NULL);
}

void draw_pictures(const struct scene *scene)
{
    for (int viewport = 0; viewport < scene->layout->n_panes; viewport++) {
        if (scene->layout->captions[viewport].w > 0)
            draw_caption(scene, viewport);
        if (scene->layout->pictures[viewport].w > 0)
            draw_picture(scene, viewport);
    }
}
