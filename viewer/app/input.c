#include "app/app.h"

#include <stdio.h>
#include <string.h>

/* ---- Keys ---------------------------------------------------------------------------------- */

/* A key that means nothing with Shift means what it does without. */
static void handle_key(struct app *app, const char *key)
{
    static const char shift[] = "Shift+";
    char plain[64], line[64];
    const char *command = command_for_key(key, line, sizeof line);
    const char *at = strstr(key, shift);
    if (!command && at) {
        snprintf(plain, sizeof plain, "%.*s%s", (int)(at - key), key, at + sizeof shift - 1);
        command = command_for_key(plain, line, sizeof line);
    }
    if (command)
        app_run_line(app, command);
}

/* ---- Mouse --------------------------------------------------------------------------------- */

static void scrub(struct app *app, int x)
{
    char line[32];
    const struct state *state = &app_active(app)->state;
    const struct rect *track = &app->layout.strips[app->active].track;
    int n = (int)state_n_positions(state);
    int i = layout_column_at(track, x, (int)state->file->info.n_steps);
    if (n == 0)
        return;
    i = i < n ? i : n - 1;
    if ((uint32_t)i == state->position)
        return;
    snprintf(line, sizeof line, "step %d", i);
    app_run_line(app, line);
}

/* What is pressed on becomes active. */
static void activate(struct app *app, int file)
{
    if (file != app->active)
        app_run_line(app, "file other");
}

static void handle_press(struct app *app, const struct input *input)
{
    int button = layout_button_at(&app->layout, input->x, input->y);
    int picture = layout_picture_at(&app->layout, input->x, input->y);
    int strip = layout_strip_at(&app->layout, input->x, input->y);
    if (app->look.help || app->look.blank) {
        app_run_line(app, "back");
    } else if (button >= 0) {
        app_run_line(app, buttons[button].command);
    } else if (strip >= 0) {
        activate(app, strip);
        app->drag = DRAG_STRIP;
        scrub(app, input->x);
    } else if (picture >= 0) {
        activate(app, picture);
        app->drag = DRAG_PICTURE;
        if (input->clicks == 2)
            app_run_line(app, "fit");
    }
}

static void handle_motion(struct app *app, const struct input *input)
{
    int hover = layout_button_at(&app->layout, input->x, input->y);
    if (app->drag == DRAG_STRIP) {
        scrub(app, input->x);
    } else if (app->drag == DRAG_PICTURE) {
        struct view_frame frame = app_frame(app);
        view_pan(&app->view, &frame, (double)input->dx, (double)input->dy);
        app->dirty = true;
    }
    if (hover != app->hover) {
        app->hover = hover;
        app->dirty = true;
    }
}

/* Over the picture the wheel zooms about the pointer, elsewhere it goes through the steps. */
static void handle_wheel(struct app *app, const struct input *input)
{
    int picture = layout_picture_at(&app->layout, input->x, input->y);
    if (input->turn == 0)
        return;
    if (picture < 0) {
        app_run_line(app, input->turn > 0 ? "step previous" : "step next");
        return;
    }
    const struct rect *port = &app->layout.pictures[picture];
    struct view_frame frame = app_frame(app);
    view_zoom_to(&app->view, &frame, view_next_zoom(app->view.zoom, input->turn),
                 input->x - port->x, input->y - port->y);
    app->dirty = true;
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
    case INPUT_PRESS:
        handle_press(app, input);
        break;
    case INPUT_RELEASE:
        app->drag = DRAG_NONE;
        break;
    case INPUT_MOTION:
        handle_motion(app, input);
        break;
    case INPUT_WHEEL:
        handle_wheel(app, input);
        break;
    }
}
