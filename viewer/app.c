#include "app.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2 };

static int complain(const struct message *message, int exit_code)
{
    fprintf(stderr, "uqd-view: %s\n", message->text);
    return exit_code;
}

struct side *app_active(struct app *app)
{
    return &app->sides[app->active];
}

/* ---- Main loop ----------------------------------------------------------------------------- */

/* Milliseconds until something has to happen without an event, or -1. */
static int time_left(const struct app *app)
{
    Uint64 now = SDL_GetTicks64(), next = 0;
    if (app->look.playing)
        next = app->play_next;
    if (app->script_limit && (!next || app->script_limit < next))
        next = app->script_limit;
    if (!next)
        return -1;
    return next > now ? (int)(next - now) : 0;
}

static void wait_for_events(struct app *app)
{
    SDL_Event event;
    int timeout = time_left(app);
    if (timeout < 0 ? SDL_WaitEvent(&event) : SDL_WaitEventTimeout(&event, timeout)) {
        do
            app_handle_event(app, &event);
        while (SDL_PollEvent(&event));
    }
}

static void run(struct app *app)
{
    app_relayout(app);
    app_run_script(app);
    while (!app->quit) {
        app_request_pictures(app);
        if (app->dirty)
            app_draw(app);
        wait_for_events(app);
        app_take_source_events(app);
        app_play(app);
        app_run_script(app);
    }
}

static int open_files(struct app *app, struct message *message)
{
    app->n_sides = 1;
    return side_open(&app->sides[0], app->settings.file, &app->settings, message);
}

/* Shows the file. Returns the exit code. */
static int show(struct app *app)
{
    struct message message;
    if (open_files(app, &message))
        return complain(&message, EXIT_FAILURE);
    int exit_code = app_open_window(app, &message);
    if (exit_code)
        return complain(&message, exit_code);
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

int app_main(int argc, char **argv)
{
    struct app app = {.look = LOOK_DEFAULT, .hover = -1};
    struct message message;
    int misuse = 0, exit_code;
    int status = settings_parse(&app.settings, argc, argv, &message);
    if (status <= 0)
        return status == 0 ? EXIT_SUCCESS : complain(&message, EXIT_USAGE);
    if (app.settings.script && script_load(&app.script, app.settings.script, &misuse, &message))
        exit_code = complain(&message, misuse ? EXIT_USAGE : EXIT_FAILURE);
    else
        exit_code = show(&app);
    tear_down(&app);
    return exit_code;
}
