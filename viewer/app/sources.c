#include "app/app.h"

#include <stdio.h>

/* Called from the source's thread. */
static void wake(void *cookie)
{
    struct backend *backend = cookie;
    backend->type->wake(backend);
}

static struct source_config make_config(const struct app *app, const struct side *side)
{
    return (struct source_config){.file = &side->file,
                                  .threads = app->settings.threads,
                                  .daemon_timeout = app->settings.daemon_timeout,
                                  .reference = side->state.reference,
                                  .notify = wake,
                                  .cookie = app->backend};
}

static int open_source(struct app *app, struct side *side, struct message *message)
{
    struct source_config config = make_config(app, side);
    if (!app->settings.no_daemon)
        side->source = source_daemon_new(&config);
    if (!side->source)
        side->source = source_local_new(&config);
    if (!side->source)
        return message_set(message, "%s: no thread for decoding can be started", side->file.path);
    return 0;
}

int app_open_sources(struct app *app, struct message *message)
{
    int status = 0;
    for (int i = 0; status == 0 && i < app->n_sides; i++)
        status = open_source(app, &app->sides[i], message);
    return status;
}

void app_close_sources(struct app *app)
{
    for (int i = 0; i < app->n_sides; i++) {
        source_free(app->sides[i].source);
        app->sides[i].source = NULL;
    }
}

/* What a daemon that died left behind in the status line. */
static void forget_loss(struct side *side)
{
    if (side->state.lost)
        side->state.trouble[0] = '\0';
    side->state.lost = false;
}

/* Decodes in this process since the daemon cannot be had. */
static void fall_back(struct app *app, struct side *side, const char *cause)
{
    struct source_config config = make_config(app, side);
    source_free(side->source);
    side->source = source_local_new(&config);
    side_forget_requests(side);
    forget_loss(side);
    snprintf(app->look.feedback, sizeof app->look.feedback, "Decoding in this process: %.120s",
             cause);
    if (!side->source)
        side->state.failed = true;
}

/* Calls the daemon again. */
static void resume(struct side *side)
{
    struct state *state = &side->state;
    if (!state->lost)
        return;
    forget_loss(side);
    if (!state->ended) {
        struct frame_key key = state_key(state, state->position, state->mode);
        side_ask(side, SOURCE_SCREEN, &key);
    }
}

/* ---- Events -------------------------------------------------------------------------------- */

static void take_refusal(struct app *app, struct side *side, const struct source_event *event)
{
    side_finish_request(side, event);
    if (state_refuse(&side->state, &event->key))
        snprintf(app->look.feedback, sizeof app->look.feedback, "Step %u, %s: %.100s",
                 (unsigned)state_key_position(&side->state, &event->key),
                 state_mode_name(event->key.mode), event->text);
}

/* A file of which nothing can be shown ends the viewer; otherwise what is shown stays. */
static void take_trouble(struct app *app, struct side *side, const struct source_event *event)
{
    const struct state *state = &side->state;
    if (event->text[0]) {
        fprintf(stderr, "uqd-view: %s: %s\n", side->file.path, event->text);
        app->exit_code = 1;
        app->quit |= state_n_positions(state) == 0 && !state->shown;
    }
    if (event->type != SOURCE_END)
        side_forget_requests(side);
}

/* A daemon that died over its work is called again at once, but only once per command: it may die
 * over the same work again. One that died idle is called when there is work. */
static void take_loss(struct app *app, struct side *side, const struct source_event *event)
{
    bool again = !side_is_idle(side, app->look.filmstrip) && !side->reconnected;
    state_take(&side->state, event);
    side_forget_requests(side);
    if (!again)
        return;
    side->reconnected = true;
    resume(side);
    snprintf(app->look.feedback, sizeof app->look.feedback,
             "The decoding daemon has ended and is started again");
}

static void take_event(struct app *app, struct side *side, struct source_event *event)
{
    app->dirty = true;
    if (event->type == SOURCE_PICTURE) {
        side_take_picture(side, event);
    } else if (event->type == SOURCE_REFUSED) {
        take_refusal(app, side, event);
    } else if (event->type == SOURCE_FAILED && event->unavailable) {
        fall_back(app, side, event->text);
    } else if (event->type == SOURCE_LOST) {
        take_loss(app, side, event);
    } else {
        state_take(&side->state, event);
        if (event->type != SOURCE_STEP && event->type != SOURCE_STEP_NAME)
            take_trouble(app, side, event);
    }
}

static void take_events(struct app *app, struct side *side)
{
    struct source_event event;
    while (side->source) {
        source_take(side->source, &event);
        if (event.type == SOURCE_NOTHING)
            return;
        take_event(app, side, &event);
    }
}

void app_take_source_events(struct app *app)
{
    for (int i = 0; i < app->n_sides; i++)
        take_events(app, &app->sides[i]);
    app_follow(app);
}

/* ---- Requests ------------------------------------------------------------------------------ */

void app_request_pictures(struct app *app)
{
    for (int i = 0; i < app->n_sides; i++)
        app->dirty |= side_request_pictures(&app->sides[i], app->look.filmstrip);
}

void app_resume(struct app *app)
{
    for (int i = 0; i < app->n_sides; i++) {
        app->sides[i].reconnected = false;
        resume(&app->sides[i]);
    }
}

bool app_is_computing(const struct app *app, enum source_purpose purpose)
{
    bool computing = false;
    for (int i = 0; i < app->n_sides; i++)
        computing |= app->sides[i].requests[purpose].asked;
    return computing;
}

bool app_is_idle(struct app *app)
{
    bool idle = !app->look.playing;
    for (int i = 0; i < app->n_sides; i++)
        idle &= side_is_idle(&app->sides[i], app->look.filmstrip);
    return idle;
}
