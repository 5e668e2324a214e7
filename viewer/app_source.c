#include "app.h"

#include <math.h>
#include <stdio.h>

/* Called from the source's thread. Events pile up harmlessly: one wakes the main thread as well as
 * many do. */
static void wake(void *cookie)
{
    SDL_Event event = {.type = SDL_USEREVENT};
    (void)cookie;
    SDL_PushEvent(&event);
}

static struct source_config make_config(const struct app *app)
{
    return (struct source_config){.file = &app->file,
                                  .threads = app->settings.threads,
                                  .reference = app->state.reference,
                                  .notify = wake};
}

int app_open_source(struct app *app, struct message *message)
{
    struct source_config config = make_config(app);
    if (!app->settings.no_daemon)
        app->source = source_daemon_new(&config);
    if (!app->source)
        app->source = source_local_new(&config);
    if (!app->source)
        return message_set(message, "%s: no thread for decoding can be started", app->file.path);
    return 0;
}

/* Decodes in this process since the daemon cannot be had. */
static void fall_back(struct app *app, const char *cause)
{
    struct source_config config = make_config(app);
    source_free(app->source);
    app->source = source_local_new(&config);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
        app->requests[purpose].asked = false;
    snprintf(app->state.feedback, sizeof app->state.feedback, "Decoding in this process: %.120s",
             cause);
    if (!app->source)
        app->state.failed = true;
}

/* ---- Events -------------------------------------------------------------------------------- */

static void finish_request(struct app *app, const struct source_event *event)
{
    if (frame_key_equal(&app->requests[event->purpose].key, &event->key))
        app->requests[event->purpose].asked = false;
}

/* The lossless picture is the original: from now on pictures can be measured. */
static void adopt_reference(struct app *app, const struct source_event *event)
{
    uint32_t last = app->file.info.n_steps - 1;
    if (app->state.reference || !app->file.info.lossless || event->key.step != last ||
        event->key.reduce)
        return;
    app->state.reference = picture_ref(event->picture);
    source_set_reference(app->source, event->picture);
}

static void take_picture(struct app *app, struct source_event *event)
{
    struct frame_key wanted = state_key(&app->state, app->state.position, app->state.mode);
    finish_request(app, event);
    state_measure(&app->state, &event->key, event->psnr);
    if (event->purpose == SOURCE_FILMSTRIP)
        state_set_thumb(&app->state, &event->key, event->picture);
    else
        frames_add(&app->frames, &event->key, event->picture, event->psnr);
    if (event->key.reduce == 0) {
        state_set_thumb(&app->state, &event->key, event->picture);
        adopt_reference(app, event);
    }
    if (frame_key_equal(&wanted, &event->key))
        state_show(&app->state, &event->key, event->picture, event->psnr);
    picture_unref(event->picture);
}

static void take_refusal(struct app *app, const struct source_event *event)
{
    finish_request(app, event);
    if (state_refuse(&app->state, &event->key))
        snprintf(app->state.feedback, sizeof app->state.feedback, "Step %u, %s: %.100s",
                 (unsigned)state_key_position(&app->state, &event->key),
                 state_mode_name(event->key.mode), event->text);
}

/* A file of which nothing can be shown ends the viewer; otherwise what is shown stays. */
static void take_trouble(struct app *app, const struct source_event *event)
{
    if (event->type != SOURCE_LOST && event->text[0]) {
        fprintf(stderr, "uqd-view: %s: %s\n", app->file.path, event->text);
        app->exit_code = 1;
        app->quit |= state_n_positions(&app->state) == 0 && !app->state.shown;
    }
    if (event->type != SOURCE_END)
        for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++)
            app->requests[purpose].asked = false;
}

static void take_event(struct app *app, struct source_event *event)
{
    app->dirty = true;
    if (event->type == SOURCE_PICTURE) {
        take_picture(app, event);
    } else if (event->type == SOURCE_REFUSED) {
        take_refusal(app, event);
    } else if (event->type == SOURCE_FAILED && event->unavailable) {
        fall_back(app, event->text);
    } else {
        state_take(&app->state, event);
        if (event->type != SOURCE_STEP && event->type != SOURCE_STEP_NAME)
            take_trouble(app, event);
    }
}

void app_take_source_events(struct app *app)
{
    struct source_event event;
    for (;;) {
        if (!app->source)
            return;
        source_take(app->source, &event);
        if (event.type == SOURCE_NOTHING)
            return;
        take_event(app, &event);
    }
}

/* ---- Requests ------------------------------------------------------------------------------ */

/* Shows the wanted picture if it is in the cache. */
static void show_cached(struct app *app)
{
    struct frame_key key = state_key(&app->state, app->state.position, app->state.mode);
    if (state_n_positions(&app->state) == 0 || state_is_shown(&app->state))
        return;
    struct frame_entry *entry = frames_find(&app->frames, &key);
    if (!entry)
        return;
    state_show(&app->state, &key, entry->picture, entry->psnr);
    app->dirty = true;
}

/* Makes small pictures from those in the cache. */
static void adopt_thumbs(struct app *app)
{
    for (uint32_t position = 0; position < state_n_positions(&app->state); position++) {
        struct frame_key key = state_key(&app->state, position, app->state.mode);
        if (state_has_thumb(&app->state, position))
            continue;
        struct frame_entry *entry = frames_find(&app->frames, &key);
        if (!entry)
            continue;
        state_set_thumb(&app->state, &key, entry->picture);
        app->dirty = true;
    }
}

static void ask(struct app *app, enum source_purpose purpose, const struct frame_key *key)
{
    app->requests[purpose].asked = true;
    app->requests[purpose].key = *key;
    app->dirty = true;
    source_request(app->source, purpose, key);
}

void app_request_pictures(struct app *app)
{
    if (!app->source)
        return;
    show_cached(app);
    adopt_thumbs(app);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        struct frame_key key;
        bool asked = app->requests[purpose].asked;
        if (!schedule_next(&app->state, &app->frames, (enum source_purpose)purpose, &key))
            continue;
        if (!asked || !frame_key_equal(&key, &app->requests[purpose].key))
            ask(app, (enum source_purpose)purpose, &key);
    }
}

void app_resume(struct app *app)
{
    if (!app->state.lost)
        return;
    app->state.lost = false;
    app->state.trouble[0] = '\0';
    if (!app->state.ended) {
        struct frame_key key = state_key(&app->state, app->state.position, app->state.mode);
        ask(app, SOURCE_SCREEN, &key);
    }
}

bool app_is_computing(const struct app *app, enum source_purpose purpose)
{
    return app->requests[purpose].asked;
}
