#include "app/app.h"

#include <stdio.h>

static struct source_config make_config(struct app *app, const struct document *document)
{
    return (struct source_config){.file = &document->file,
                                  .threads = app->settings.threads,
                                  .daemon_timeout = app->settings.daemon_timeout,
                                  .reference = document->progress.reference,
                                  .notify = app_wake,
                                  .cookie = app};
}

int app_open_source(struct app *app, struct document *document, struct message *message)
{
    struct source_config config = make_config(app, document);
    document->progress.ms_ssim = app->look.metric == METRIC_MS_SSIM;
    if (document->source)
        return 0;
    if (app->settings.reference && !document->reference_read)
        document_read_reference(document, app->settings.reference, app_wake, app);
    if (!app->settings.no_daemon)
        document->source = source_daemon_new(&config);
    if (!document->source)
        document->source = source_local_new(&config);
    if (document->source)
        source_set_ms_ssim(document->source, document->progress.ms_ssim);
    if (!document->source)
        return message_set(message, "%s: no thread for decoding can be started", document->name);
    return 0;
}

void app_set_metrics(struct app *app)
{
    for (int i = 0; i < app->n_documents; i++) {
        struct document *document = app->documents[i];
        document->progress.ms_ssim = app->look.metric == METRIC_MS_SSIM;
        if (document->source)
            source_set_ms_ssim(document->source, document->progress.ms_ssim);
        if (document->peers)
            source_set_ms_ssim(document->peers, document->progress.ms_ssim);
    }
}

static bool shows_codec(const struct schedule *schedule)
{
    for (unsigned i = 0; i < schedule->n_panes; i++)
        if (schedule->panes[i]->wanted.codec)
            return true;
    return false;
}

/* Once another codec is to be shown. */
static void open_peers(struct app *app, struct document *document, const struct schedule *schedule)
{
    struct source_config config = make_config(app, document);
    if (document->peers || !shows_codec(schedule))
        return;
    document->peers = source_peer_new(&config);
    if (document->peers)
        source_set_ms_ssim(document->peers, document->progress.ms_ssim);
    else
        app_say(app, "No thread for other codecs can be started");
}

int app_open_sources(struct app *app, struct message *message)
{
    int status = 0;
    for (int i = 0; status == 0 && i < app->n_panes; i++)
        status = app_open_source(app, app_document_of(app, &app->panes[i]), message);
    return status;
}

void app_close_sources(struct app *app)
{
    for (int i = 0; i < app->n_documents; i++)
        document_free_sources(app->documents[i]);
}

/* What a daemon that died left behind in the status line. */
static void forget_loss(struct document *document)
{
    if (document->progress.lost)
        document->progress.trouble[0] = '\0';
    document->progress.lost = false;
}

/* Decodes in this process since the daemon cannot be had. */
static void fall_back(struct app *app, struct document *document, const char *cause)
{
    struct source_config config = make_config(app, document);
    source_free(document->source);
    document->source = source_local_new(&config);
    if (document->source)
        source_set_ms_ssim(document->source, document->progress.ms_ssim);
    document_forget_requests(document);
    forget_loss(document);
    app_say(app, "Decoding in this process: %.120s", cause);
    if (!document->source)
        document->progress.failed = true;
}

/* Calls the daemon again. */
static void resume(struct document *document)
{
    struct progress *progress = &document->progress;
    if (!progress->lost)
        return;
    forget_loss(document);
    if (!progress->ended) {
        struct frame_key key = {.step = progress->n_complete, .mode = UQD_MODE_DENOISED};
        document_ask(document, SOURCE_SCREEN, &key);
    }
}

/* ---- Events -------------------------------------------------------------------------------- */

static void take_refusal(struct app *app, struct document *document,
                         const struct source_event *event)
{
    document_finish_request(document, event);
    bool of_interest = progress_refuse(&document->progress, &event->key, event->text);
    if (of_interest && !event->key.codec)
        app_say(app, "Step %u, %s: %.100s",
                (unsigned)progress_key_position(&document->progress, &event->key),
                mode_name((enum uqd_mode)event->key.mode), event->text);
}

/* A file of which nothing can be shown from the beginning ends the viewer; otherwise it stays. */
static void take_trouble(struct app *app, struct document *document,
                         const struct source_event *event)
{
    const struct progress *progress = &document->progress;
    if (event->text[0]) {
        fprintf(stderr, "uqd-view: %s: %s\n", document->name, event->text);
        app->exit_code = 1;
        app->quit |=
            app->n_documents == 1 && progress_n_positions(progress) == 0 && !document->reopened;
    }
    if (event->type != SOURCE_END)
        document_forget_requests(document);
}

/* A daemon that died over its work is called again at once, but only once per command: it may die
 * over the same work again. One that died idle is called when there is work. */
static void take_loss(struct app *app, struct document *document, const struct source_event *event)
{
    struct schedule schedule = app_schedule(app, document);
    bool again =
        !document_is_idle(document, &schedule, app->look.filmstrip) && !document->reconnected;
    progress_take(&document->progress, event);
    document_forget_requests(document);
    if (!again)
        return;
    document->reconnected = true;
    resume(document);
    app_say(app, "The decoding daemon has ended and is started again");
}

static void follow_progress(struct app *app, const struct document *document)
{
    for (int i = 0; i < app->n_panes; i++)
        if (app->panes[i].progress == &document->progress)
            pane_follow_progress(&app->panes[i]);
}

static void take_event(struct app *app, struct document *document, struct source_event *event)
{
    app->dirty = true;
    if (event->type == SOURCE_PICTURE) {
        struct schedule schedule = app_schedule(app, document);
        document_take_picture(document, &schedule, event);
    } else if (event->type == SOURCE_BITS) {
        if (!event->bits)
            app_say(app, "Where the bits of step %u went: %.100s", (unsigned)event->step,
                    event->text);
        document_take_bits(document, event);
    } else if (event->type == SOURCE_REFUSED) {
        take_refusal(app, document, event);
    } else if (event->type == SOURCE_FAILED && event->unavailable) {
        fall_back(app, document, event->text);
    } else if (event->type == SOURCE_LOST) {
        take_loss(app, document, event);
    } else {
        progress_take(&document->progress, event);
        follow_progress(app, document);
        if (event->type == SOURCE_END || event->type == SOURCE_FAILED)
            take_trouble(app, document, event);
    }
}

/* A source may be replaced by what its event says. */
static void take_events(struct app *app, struct document *document, struct source *const *source)
{
    struct source_event event;
    while (*source) {
        source_take(*source, &event);
        if (event.type == SOURCE_NOTHING)
            return;
        take_event(app, document, &event);
    }
}

/* A wrong reference is told; the picture is shown all the same. */
static void take_reference(struct app *app, struct document *document)
{
    struct message message;
    if (!document_take_reference(document, &message))
        return;
    app->dirty = true;
    if (!message.text[0])
        return;
    fprintf(stderr, "uqd-view: %s\n", message.text);
    app_say(app, "%.150s", message.text);
    app->exit_code = 1;
}

void app_take_source_events(struct app *app)
{
    for (int i = 0; i < app->n_documents; i++) {
        take_events(app, app->documents[i], &app->documents[i]->source);
        take_events(app, app->documents[i], &app->documents[i]->peers);
        take_reference(app, app->documents[i]);
    }
    app_follow(app);
}

/* ---- Requests ------------------------------------------------------------------------------ */

void app_request_pictures(struct app *app)
{
    for (int i = 0; i < app->n_documents; i++) {
        struct schedule schedule = app_schedule(app, app->documents[i]);
        open_peers(app, app->documents[i], &schedule);
        app->dirty |= document_request_pictures(app->documents[i], &schedule, app->look.filmstrip);
    }
    app->dirty |= app_update_looking(app);
}

void app_resume(struct app *app)
{
    for (int i = 0; i < app->n_documents; i++) {
        app->documents[i]->reconnected = false;
        resume(app->documents[i]);
    }
}

bool app_is_computing(const struct app *app, enum source_purpose purpose)
{
    bool computing = false;
    for (int i = 0; i < app->n_documents; i++)
        computing |= app->documents[i]->requests[purpose].asked;
    return computing;
}

bool app_is_idle(struct app *app)
{
    bool idle = !app->look.playing && !app->difference.coming && !app->histogram.coming;
    for (int i = 0; i < app->n_documents; i++) {
        struct schedule schedule = app_schedule(app, app->documents[i]);
        idle &= document_is_idle(app->documents[i], &schedule, app->look.filmstrip);
    }
    return idle;
}
