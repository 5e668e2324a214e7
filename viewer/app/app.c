#include "app/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_NO_DISPLAY = 2 };

static int complain(const struct message *message, int exit_code)
{
    fprintf(stderr, "uqd-view: %s\n", message->text);
    return exit_code;
}

uint64_t app_now(const struct app *app)
{
    return app->backend->type->now(app->backend);
}

struct side *app_active(struct app *app)
{
    return &app->sides[app->active];
}

struct side *app_other(struct app *app)
{
    return app->n_sides == 2 ? &app->sides[1 - app->active] : NULL;
}

void app_follow(struct app *app)
{
    const struct state *state = &app_active(app)->state;
    struct side *other = app_other(app);
    if (!other)
        return;
    if (app->look.linked)
        pair_follow(&app->link, app->active, state, &other->state);
    else
        pair_stay(&app->link, app->active, state, &other->state);
    other->state.original = state->original && other->state.reference;
}

/* ---- Main loop ----------------------------------------------------------------------------- */

/* Milliseconds until something has to happen without an event, or -1. */
static int time_left(const struct app *app)
{
    uint64_t now = app_now(app), next = 0;
    if (app->look.playing)
        next = app->play_next;
    if (app->script_limit && (!next || app->script_limit < next))
        next = app->script_limit;
    if (!next)
        return -1;
    return next > now ? (int)(next - now) : 0;
}

/* Takes all that is waiting. */
static void wait_for_input(struct app *app)
{
    struct input input;
    for (int timeout = time_left(app); app->backend->type->wait(app->backend, timeout, &input);
         timeout = 0)
        app_handle_input(app, &input);
}

static void run(struct app *app)
{
    app_relayout(app);
    app_run_script(app);
    while (!app->quit) {
        app_request_pictures(app);
        if (app->dirty)
            app_draw(app);
        wait_for_input(app);
        app_take_source_events(app);
        app_play(app);
        app_run_script(app);
    }
}

static int check_pair(struct app *app, struct message *message)
{
    struct side *a = &app->sides[0], *b = &app->sides[1];
    if (a->file.info.width != b->file.info.width || a->file.info.height != b->file.info.height)
        return message_set(message,
                           "%s: %u x %u pixels, but %s has %u x %u: only pictures of the same size "
                           "can be shown side by side",
                           b->file.path, b->file.info.width, b->file.info.height, a->file.path,
                           a->file.info.width, a->file.info.height);
    if (!strcmp(a->label, b->label)) {
        a->label = a->file.path;
        b->label = b->file.path;
    }
    return 0;
}

static int open_files(struct app *app, struct message *message)
{
    int status = 0;
    for (int i = 0; status == 0 && i < APP_MAX_SIDES && app->settings.files[i]; i++) {
        app->n_sides = i + 1;
        status = side_open(&app->sides[i], app->settings.files[i], &app->settings, message);
    }
    return status == 0 && app->n_sides == 2 ? check_pair(app, message) : status;
}

/* Shows the files. Returns the exit code. */
static int show(struct app *app, backend_open *open)
{
    struct message message;
    if (open_files(app, &message))
        return complain(&message, EXIT_FAILURE);
    int status = app_open_window(app, open, &message);
    if (status)
        return complain(&message, status == BACKEND_NO_DISPLAY ? EXIT_NO_DISPLAY : EXIT_FAILURE);
    if (app_open_sources(app, &message))
        return complain(&message, EXIT_FAILURE);
    run(app);
    return app->exit_code;
}

static void tear_down(struct app *app)
{
    app_close_sources(app);
    app_close_window(app);
    for (int i = 0; i < app->n_sides; i++)
        side_close(&app->sides[i]);
    script_free(&app->script);
}

int app_main(int argc, char **argv, backend_open *open)
{
    struct app app = {.look = LOOK_DEFAULT, .hover = -1};
    struct message message;
    int misuse = 0, exit_code;
    int status = settings_parse(&app.settings, argc, argv, &message);
    if (status == SETTINGS_PRINTED)
        return EXIT_SUCCESS;
    if (status < 0)
        return complain(&message, EXIT_USAGE);
    if (app.settings.script && script_load(&app.script, app.settings.script, &misuse, &message))
        exit_code = complain(&message, misuse ? EXIT_USAGE : EXIT_FAILURE);
    else
        exit_code = show(&app, open);
    tear_down(&app);
    return exit_code;
}
