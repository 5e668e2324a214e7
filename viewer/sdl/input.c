#include "app/app.h"

#include "draw/scene.h"

#include <stdio.h>
#include <string.h>

/* ---- Keys ---------------------------------------------------------------------------------- */

/* The name that the table of commands uses, e.g. "Ctrl+Keypad_0". */
static void key_name(const SDL_Keysym *key, char *name, size_t size)
{
    const char *shift = key->mod & KMOD_SHIFT ? "Shift+" : "";
    snprintf(name, size, "%s%s%s", key->mod & KMOD_CTRL ? "Ctrl+" : "", shift,
             SDL_GetKeyName(key->sym));
    for (char *c = name; *c; c++)
        if (*c == ' ')
            *c = '_';
}

static void handle_key(struct app *app, const SDL_Keysym *key)
{
    char name[64], line[64];
    SDL_Keysym plain = *key;
    key_name(key, name, sizeof name);
    const char *command = command_for_key(name, line, sizeof line);
    if (!command && key->mod & KMOD_SHIFT) {
        plain.mod &= (Uint16)~KMOD_SHIFT;
        key_name(&plain, name, sizeof name);
        command = command_for_key(name, line, sizeof line);
    }
    if (command)
        app_run_line(app, command);
}

/* ---- Mouse --------------------------------------------------------------------------------- */

static SDL_Point to_display(const struct app *app, int x, int y)
{
    return (SDL_Point){(int)((float)x * app->density), (int)((float)y * app->density)};
}

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

static void handle_press(struct app *app, const SDL_MouseButtonEvent *event)
{
    SDL_Point at = to_display(app, event->x, event->y);
    int button = layout_button_at(&app->layout, at.x, at.y);
    int picture = layout_picture_at(&app->layout, at.x, at.y);
    int strip = layout_strip_at(&app->layout, at.x, at.y);
    if (event->button != SDL_BUTTON_LEFT)
        return;
    if (app->look.help || app->look.blank) {
        app_run_line(app, "back");
    } else if (button >= 0) {
        app_run_line(app, buttons[button].command);
    } else if (strip >= 0) {
        activate(app, strip);
        app->drag = DRAG_STRIP;
        scrub(app, at.x);
    } else if (picture >= 0) {
        activate(app, picture);
        app->drag = DRAG_PICTURE;
        if (event->clicks == 2)
            app_run_line(app, "fit");
    }
}

static void handle_motion(struct app *app, const SDL_MouseMotionEvent *event)
{
    SDL_Point at = to_display(app, event->x, event->y);
    int hover = layout_button_at(&app->layout, at.x, at.y);
    if (app->drag == DRAG_STRIP) {
        scrub(app, at.x);
    } else if (app->drag == DRAG_PICTURE) {
        struct view_frame frame = app_frame(app);
        view_pan(&app->view, &frame, (double)((float)event->xrel * app->density),
                 (double)((float)event->yrel * app->density));
        app->dirty = true;
    }
    if (hover != app->hover) {
        app->hover = hover;
        app->dirty = true;
    }
}

/* Over the picture the wheel zooms about the pointer, elsewhere it goes through the steps. */
static void handle_wheel(struct app *app, const SDL_MouseWheelEvent *event)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    SDL_Point at = to_display(app, x, y);
    int picture = layout_picture_at(&app->layout, at.x, at.y);
    if (event->y == 0)
        return;
    if (picture < 0) {
        app_run_line(app, event->y > 0 ? "step previous" : "step next");
        return;
    }
    const struct rect *port = &app->layout.pictures[picture];
    struct view_frame frame = app_frame(app);
    view_zoom_to(&app->view, &frame, view_next_zoom(app->view.zoom, event->y), at.x - port->x,
                 at.y - port->y);
    app->dirty = true;
}

/* ---- All ----------------------------------------------------------------------------------- */

static void handle_window(struct app *app, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED ||
        event->event == SDL_WINDOWEVENT_DISPLAY_CHANGED)
        app_relayout(app);
    app->dirty = true;
}

void app_handle_event(struct app *app, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT:
        app->quit = true;
        break;
    case SDL_WINDOWEVENT:
        handle_window(app, &event->window);
        break;
    case SDL_KEYDOWN:
        handle_key(app, &event->key.keysym);
        break;
    case SDL_MOUSEBUTTONDOWN:
        handle_press(app, &event->button);
        break;
    case SDL_MOUSEBUTTONUP:
        app->drag = DRAG_NONE;
        break;
    case SDL_MOUSEMOTION:
        handle_motion(app, &event->motion);
        break;
    case SDL_MOUSEWHEEL:
        handle_wheel(app, &event->wheel);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        app_forget_textures(app);
        break;
    default:
        break;
    }
}
