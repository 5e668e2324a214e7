#include "app.h"

#include "image_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

static int complain(const struct message *message, int exit_code)
{
    fprintf(stderr, "uqd-view: %s\n", message->text);
    return exit_code;
}

/* ---- Setting up ---------------------------------------------------------------------------- */

static int check_reference(const struct app *app, const struct pixels *pixels,
                           struct message *message)
{
    const struct uqd_info *info = &app->file.info;
    if (pixels->width == info->width && pixels->height == info->height &&
        pixels->channels == info->channels)
        return 0;
    return message_set(message, "%s: %u x %u pixels with %u channels, but %s has %u x %u with %u",
                       app->settings.reference, pixels->width, pixels->height, pixels->channels,
                       app->file.path, info->width, info->height, info->channels);
}

static int load_reference(struct app *app, struct message *message)
{
    struct pixels pixels;
    if (!app->settings.reference)
        return 0;
    if (image_read(app->settings.reference, NULL, &pixels, message))
        return -1;
    int result = check_reference(app, &pixels, message);
    if (result == 0) {
        app->state.reference = picture_new(pixels.width, pixels.height, pixels.channels);
        if (app->state.reference)
            memcpy(picture_pixels(app->state.reference), pixels.data,
                   picture_size(app->state.reference));
        else
            result = message_set(message, "%s: out of memory", app->settings.reference);
        app->state.reference_given = true;
    }
    pixels_free(&pixels);
    return result;
}

static int load_files(struct app *app, struct message *message)
{
    app->frames.limit = app->settings.cache;
    if (uqd_file_open(&app->file, app->settings.file, message))
        return -1;
    app->thumbs = calloc(app->file.info.n_steps + (size_t)1, sizeof *app->thumbs);
    if (state_init(&app->state, &app->file, &app->settings) || !app->thumbs)
        return message_set(message, "%s: out of memory", app->settings.file);
    return load_reference(app, message);
}

/* ---- Main loop ----------------------------------------------------------------------------- */

/* Milliseconds until something has to happen without an event, or -1. */
static int time_left(const struct app *app)
{
    Uint64 now = SDL_GetTicks64(), next = 0;
    if (app->state.playing)
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

/* Shows the file. Returns the exit code. */
static int show(struct app *app)
{
    struct message message;
    if (load_files(app, &message))
        return complain(&message, EXIT_FAILURE);
    int exit_code = app_open_window(app, &message);
    if (exit_code)
        return complain(&message, exit_code);
    if (app_open_source(app, &message))
        return complain(&message, EXIT_FAILURE);
    run(app);
    return app->exit_code;
}

static void tear_down(struct app *app)
{
    source_free(app->source);
    app_close_window(app);
    frames_clear(&app->frames);
    if (app->state.file)
        state_clear(&app->state);
    free(app->thumbs);
    uqd_file_close(&app->file);
    script_free(&app->script);
}

int app_main(int argc, char **argv)
{
    struct app app = {.hover = -1, .file.fd = -1};
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
