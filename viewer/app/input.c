/* Input becomes commands by the bindings of the one table. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

/* Runs what a key, or something done with the pointer, is bound to. Whether it is bound. */
static bool run_bound(struct app *app, const char *key, const struct command_pointer *pointer)
{
    char line[128];
    bool bound = command_for_key(key, pointer, line, sizeof line) != NULL;
    if (bound)
        app_run_line(app, line);
    return bound;
}

/* ---- Keys ---------------------------------------------------------------------------------- */

/* What a key does while something is shown only. Whether it does. */
static bool run_within(struct app *app, const char *what, const char *key)
{
    char name[80];
    snprintf(name, sizeof name, "%s.%s", what, key);
    return run_bound(app, name, NULL);
}

/* A key that means nothing with Shift means what it does without. */
static void handle_key(struct app *app, const char *key)
{
    static const char shift[] = "Shift+";
    char plain[64];
    const char *at = strstr(key, shift);
    if (app->look.help && run_within(app, "Help", key))
        return;
    if (app->look.presenting && run_within(app, "Present", key))
        return;
    if (run_bound(app, key, NULL) || !at)
        return;
    snprintf(plain, sizeof plain, "%.*s%s", (int)(at - key), key, at + sizeof shift - 1);
    run_bound(app, plain, NULL);
}

static void handle_key_up(struct app *app, const char *key)
{
    char name[80];
    snprintf(name, sizeof name, "Release+%s", key);
    run_bound(app, name, NULL);
}

/* ---- Pointer ------------------------------------------------------------------------------- */

/* The strip counts in steps, or is a scrubber. */
static const char *strip_name(const struct app *app)
{
    return app->look.unit == SCRUB_STEPS ? "Strip" : "Scrubber";
}

static struct app_place find_place(const struct app *app, const struct input *input)
{
    int button = layout_button_at(&app->layout, input->x, input->y);
    int picture = layout_picture_at(&app->layout, input->x, input->y);
    bool mix = rect_contains(&app->layout.mix, input->x, input->y);
    bool plot = rect_contains(&app->layout.curve, input->x, input->y);
    bool strip = rect_contains(&app->layout.strip.whole, input->x, input->y);
    if (app->look.help || app->look.blank)
        return (struct app_place){"Curtain", 0};
    return button >= 0    ? (struct app_place){"Button", button}
           : strip        ? (struct app_place){strip_name(app), 0}
           : mix          ? (struct app_place){"Mix", 0}
           : plot         ? (struct app_place){"Plot", 0}
           : picture >= 0 ? (struct app_place){"Picture", picture}
                          : (struct app_place){NULL, 0};
}

static bool is(const struct app_place *place, const char *name)
{
    return place->name && !strcmp(place->name, name);
}

/* The step whose part of the strip is at x, or the last one there is. */
static int step_at(const struct app *app, int x)
{
    const struct progress *progress = app->panes[app->active].progress;
    int n = (int)progress_n_positions(progress);
    int step = layout_column_at(&app->layout.strip.track, x, (int)progress->file->info.n_steps);
    return step < n ? step : n - 1;
}

/* The pane in the viewport of a place. */
static int pane_at(const struct app *app, const struct app_place *place)
{
    return is(place, "Picture") && app->layout.n_panes > 1 ? place->index : app->active;
}

/* Runs what is bound to something done at a place. Whether it is bound. */
static bool run_bound_at(struct app *app, const struct app_place *place, const char *what,
                         const struct input *input)
{
    char key[64];
    struct command_pointer pointer = {
        .dx = (double)input->dx, .dy = (double)input->dy, .pane = pane_at(app, place) + 1};
    if (!place->name)
        return false;
    if (is(place, "Picture") || is(place, "Wipe")) {
        const struct rect *port = &app->layout.pictures[place->index];
        pointer.x = input->x - port->x;
        pointer.y = input->y - port->y;
        pointer.share = pointer.x / port->w;
    }
    if (is(place, "Strip"))
        pointer.step = step_at(app, input->x);
    if (is(place, "Mix"))
        pointer.percent = layout_mix_at(&app->layout, input->x);
    if (is(place, "Scrubber") || is(place, "Plot"))
        pointer.bytes = app_bytes_at(app, place->name, input->x, input->y);
    snprintf(key, sizeof key, "%s.%s", place->name, what);
    return run_bound(app, key, &pointer);
}

static void drag(struct app *app, const struct input *input)
{
    const struct pane *pane = app_active(app);
    /* A step that is shown already is not chosen again, and without any there is none to choose. */
    if (is(&app->drag, "Strip") &&
        (!pane_has_position(pane) || (step_at(app, input->x) == (int)pane->wanted.position &&
                                      !pane->wanted.bytes && !pane->wanted.original)))
        return;
    run_bound_at(app, &app->drag, "Drag", input);
}

static void handle_press(struct app *app, const struct input *input)
{
    struct app_place place = find_place(app, input);
    bool draggable = is(&place, "Picture") || is(&place, "Strip") || is(&place, "Scrubber") ||
                     is(&place, "Plot") || is(&place, "Mix");
    if (is(&place, "Button")) {
        run_bound(app, buttons[place.index].key, NULL);
        return;
    }
    if (!draggable || pane_at(app, &place) != app->active)
        run_bound_at(app, &place, "Press", input);
    if (!draggable)
        return;
    bool twice = input->clicks == 2 && !app->dragged;
    app->drag = place;
    app->dragged = false;
    drag(app, input);
    if (twice)
        run_bound_at(app, &place, "Double_Click", input);
}

static void handle_motion(struct app *app, const struct input *input)
{
    int hover = layout_button_at(&app->layout, input->x, input->y);
    struct app_place place = find_place(app, input);
    app->pointer_x = input->x;
    app->pointer_y = input->y;
    app->dirty |= app->look.loupe || is(&place, "Plot") || app->was_on_plot;
    app->was_on_plot = is(&place, "Plot");
    if (app->drag.name) {
        app->dragged = true;
        drag(app, input);
    } else if (is(&place, "Picture") && app->look.comparison == COMPARE_WIPE) {
        run_bound_at(app, &(struct app_place){"Wipe", place.index}, "Motion", input);
    }
    if (hover != app->hover) {
        app->hover = hover;
        app->dirty = true;
    }
}

/* What is bound nowhere in particular is so for every place that has nothing of its own. */
static void handle_wheel(struct app *app, const struct input *input)
{
    struct app_place place = find_place(app, input);
    const char *what = input->turn > 0 ? "Wheel_Up" : "Wheel_Down";
    if (input->turn != 0 && !run_bound_at(app, &place, what, input))
        run_bound(app, what, NULL);
}

/* ---- Dropped files ------------------------------------------------------------------------- */

bool app_drop_line(const char *path, char *line, size_t size)
{
    static const char blanks[] = " \t\r\n";
    size_t length = strlen(path);
    if (length == 0 || strchr(blanks, path[0]) || strchr(blanks, path[length - 1]))
        return false;
    return (size_t)snprintf(line, size, "open %s", path) < size;
}

static void handle_drop(struct app *app, const struct input *input)
{
    char line[PATH_MAX + 8];
    if (app_drop_line(input->path, line, sizeof line))
        app_run_line(app, line);
    else
        app_say(app, "That name begins or ends with a blank, which no command can carry");
}

/* ---- All ----------------------------------------------------------------------------------- */

void app_handle_input(struct app *app, const struct input *input)
{
    switch (input->type) {
    case INPUT_NONE:
        break;
    case INPUT_QUIT:
        app->quit = true;
        break;
    case INPUT_REDRAW:
        app->dirty = true;
        break;
    case INPUT_RESIZED:
        app_relayout(app);
        break;
    case INPUT_KEY:
        handle_key(app, input->key);
        break;
    case INPUT_KEY_UP:
        handle_key_up(app, input->key);
        break;
    case INPUT_PRESS:
        handle_press(app, input);
        break;
    case INPUT_RELEASE:
        app->drag = (struct app_place){NULL, 0};
        break;
    case INPUT_MOTION:
        handle_motion(app, input);
        break;
    case INPUT_WHEEL:
        handle_wheel(app, input);
        break;
    case INPUT_DROP:
        handle_drop(app, input);
        break;
    }
}
