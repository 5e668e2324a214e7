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

/* How much to keep a picture that arrived. */
static enum frame_worth judge(const struct state *state, const struct frame_key *key)
{
    uint32_t position = state_key_position(state, key);
    struct frame_key expected = state_key(state, position, state->mode);
    if (!frame_key_equal(&expected, key))
        return FRAME_BY_THE_WAY;
    return position == state->position ? FRAME_SHOWN : FRAME_EXPECTED;
}

static void take_picture(struct app *app, struct source_event *event)
{
    finish_request(app, event);
    state_measure(&app->state, &event->key, event->psnr);
    state_set_thumb(&app->state, &event->key, event->picture);
    if (event->key.reduce == 0) {
        enum frame_worth worth = judge(&app->state, &event->key);
        frames_add(&app->frames, &event->key, event->picture, event->psnr, worth);
        if (worth == FRAME_SHOWN)
            state_show(&app->state, &event->key, event->picture, event->psnr);
        adopt_reference(app, event);
    }
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
    struct frame_entry *entry = frames_use(&app->frames, &key);
    if (!entry)
        return;
    state_show(&app->state, &key, entry->picture, entry->psnr);
    app->dirty = true;
}

/* Makes a small picture from one in the cache. */
static void adopt_thumb(struct app *app, uint32_t position)
{
    struct frame_key key = state_key(&app->state, position, app->state.mode);
    if (state_has_thumb(&app->state, position))
        return;
    struct frame_entry *entry = frames_find(&app->frames, &key);
    if (!entry)
        return;
    state_set_thumb(&app->state, &key, entry->picture);
    app->dirty = true;
}

/* Takes the distortion from a picture in the cache, which may be older than the reference. */
static void adopt_measure(struct app *app, uint32_t position, enum uqd_mode mode)
{
    struct frame_key key = state_key(&app->state, position, mode);
    if (state_is_measured(&app->state, mode, position))
        return;
    struct frame_entry *entry = frames_find(&app->frames, &key);
    if (!entry)
        return;
    if (isnan(entry->psnr) && app->state.reference)
        entry->psnr = picture_psnr(entry->picture, app->state.reference);
    state_measure(&app->state, &key, entry->psnr);
    app->dirty |= !isnan(entry->psnr);
}

/* Whatever can be had from the cache need not be asked for. */
static void adopt_cached(struct app *app)
{
    for (uint32_t position = 0; position < state_n_positions(&app->state); position++) {
        adopt_thumb(app, position);
        for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++)
            adopt_measure(app, position, (enum uqd_mode)mode);
    }
}

static void ask(struct app *app, enum source_purpose purpose, const struct frame_key *key)
{
    app->requests[purpose].asked = true;
    app->requests[purpose].key = *key;
    app->dirty = true;
    source_request(app->source, purpose, key);
}

/* Whether a picture is asked for already, for the same purpose or a more urgent one. */
static bool is_coming(const struct app *app, int purpose, const struct frame_key *key)
{
    for (; purpose >= 0; purpose--)
        if (app->requests[purpose].asked && frame_key_equal(key, &app->requests[purpose].key))
            return true;
    return false;
}

/* What is done in the background would only be broken off for the next small picture. */
void app_request_pictures(struct app *app)
{
    if (!app->source)
        return;
    show_cached(app);
    adopt_cached(app);
    for (int purpose = 0; purpose < SOURCE_N_PURPOSES; purpose++) {
        struct frame_key key;
        if (purpose == SOURCE_BACKGROUND && app->requests[SOURCE_FILMSTRIP].asked)
            continue;
        if (schedule_next(&app->state, &app->frames, (enum source_purpose)purpose, &key) &&
            !is_coming(app, purpose, &key))
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
