#include "app/actions.h"

#include <stdio.h>
#include <stdlib.h>

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

void app_wake(void *cookie)
{
    struct app *app = cookie;
    if (app->backend)
        app->backend->type->wake(app->backend);
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
    if (app->files_next && (!next || app->files_next < next))
        next = app->files_next;
    if (app->feedback_until && (!next || app->feedback_until < next))
        next = app->feedback_until;
    if (app->zoom_rests && (!next || app->zoom_rests < next))
        next = app->zoom_rests;
    uint64_t talk = app_talk_next(app), arrival = app_arrival_next(app);
    if (talk && (!next || talk < next))
        next = talk;
    if (arrival && (!next || arrival < next))
        next = arrival;
    if (!next)
        return -1;
    return next > now ? (int)(next - now) : 0;
}

/* Takes all that is waiting. */
static void wait_for_input(struct app *app)
{
    struct input input;
    int timeout = time_left(app);
    while (!app->quit && app->backend->type->wait(app->backend, timeout, &input)) {
        app_handle_input(app, &input);
        timeout = 0;
    }
}

static bool awaits_step(const struct app *app)
{
    bool awaits = false;
    for (int i = 0; i < app->n_panes; i++)
        awaits |= app->panes[i].awaited != PANE_NOTHING_AWAITED;
    return awaits;
}

/* What a command said is read by then, or no longer true. */
static void forget_feedback(struct app *app)
{
    bool kept = app->promised && !awaits_step(app);
    if (!kept && (!app->feedback_until || app_now(app) < app->feedback_until))
        return;
    app->promised = false;
    app->feedback_until = 0;
    app->look.feedback[0] = '\0';
    app->dirty = true;
}

static void run(struct app *app)
{
    app_relayout(app);
    app_recall_position(app);
    if (app->n_documents > app->n_panes)
        app_say(app, "%d files of different sizes or too many: Ctrl+PageDown shows the next one",
                app->n_documents);
    app_run_script(app);
    while (!app->quit) {
        app_request_pictures(app);
        if (app->dirty)
            app_draw(app);
        wait_for_input(app);
        app_take_file_changes(app);
        app_take_source_events(app);
        app_serve_remote(app);
        app_play(app);
        app_arrive(app);
        app_run_talk(app);
        forget_feedback(app);
        app_rest_zoom(app);
        app_run_script(app);
    }
}

/* Hands on the last frame as it has become. */
static void finish(struct app *app)
{
    const struct backend_type *type = app->backend->type;
    struct message message;
    if (app->backend->no_input && app->dirty)
        app_draw(app);
    if (type->finish && type->finish(app->backend, &message))
        app->exit_code = complain(&message, EXIT_FAILURE);
}

/* 0, or -1 with a message. */
static int begin_talk(struct app *app, struct message *message)
{
    if (!app->settings.talk)
        return 0;
    app_relayout(app);
    action_set_presenting(app, true);
    return app_open_talk(app, app->settings.talk, message);
}

/* Shows the files. Returns the exit code. */
static int show(struct app *app, backend_open *open)
{
    struct message message;
    app_recall_settings(app);
    if (app_open_documents(app, &message))
        return complain(&message, EXIT_FAILURE);
    int status = app_open_window(app, open, &message);
    if (status)
        return complain(&message, status == BACKEND_NO_DISPLAY ? EXIT_NO_DISPLAY : EXIT_FAILURE);
    if (app_open_sources(app, &message))
        return complain(&message, EXIT_FAILURE);
    if (begin_talk(app, &message))
        return complain(&message, EXIT_FAILURE);
    app->remote = remote_new(app_wake, app);
    run(app);
    finish(app);
    app_remember(app);
    return app->exit_code;
}

/* Whatever may wake the window ends before it. Some work ends late, which nobody has to watch. */
static void tear_down(struct app *app)
{
    app_hide_window(app);
    remote_free(app->remote);
    app_close_sources(app);
    app_close_documents(app);
    app_close_files(app);
    app_close_window(app);
    script_free(&app->script);
    app_close_talk(app);
}

int app_main(int argc, char **argv, backend_open *open)
{
    struct app app = {.look = LOOK_DEFAULT, .hover = -1, .pointer_x = -1, .pointer_y = -1};
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
