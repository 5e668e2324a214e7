/* The panes: which one is active, what the others do, and how sharp their pictures must be. */
#include "app/app.h"

#include <stddef.h>

_Static_assert(WORKER_PANES + APP_MAX_PANES <= WORKER_DIFFERENCE, "the worker has places for all");

void app_add_pane(struct app *app, struct progress *progress)
{
    struct pane *pane = &app->panes[app->n_panes];
    if (!app->worker)
        app->worker = worker_new(app_wake, app);
    app->difference.worker = app->histogram.worker = app->worker;
    pane_init(pane, progress, &app->settings);
    pane->composer = app->worker;
    pane->number = (unsigned)app->n_panes;
    app->follows[app->n_panes] = (struct follow){0};
    app->n_panes++;
}

struct pane *app_active(struct app *app)
{
    return &app->panes[app->active];
}

struct document *app_document_of(const struct app *app, const struct pane *pane)
{
    for (int i = 0; i < app->n_documents; i++)
        if (&app->documents[i]->progress == pane->progress)
            return app->documents[i];
    return NULL;
}

struct document *app_document(struct app *app)
{
    return app_document_of(app, app_active(app));
}

int app_other(const struct app *app)
{
    return app->n_panes > 0 ? (app->active + 1) % app->n_panes : 0;
}

bool app_has_several(const struct app *app)
{
    for (int i = 1; i < app->n_panes; i++)
        if (app->panes[i].progress != app->panes[0].progress)
            return true;
    return false;
}

/* Panes of other files have the mode of the active one; those of the same file are there to differ
 * from it. */
static void follow_mode(const struct pane *active, struct pane *pane)
{
    const struct exhibit *wanted = &active->wanted;
    if (active->progress == pane->progress)
        return;
    pane_take_mode(pane, wanted);
    pane->wanted.original = wanted->original && pane->progress->reference;
}

void app_follow(struct app *app)
{
    const struct pane *active = app_active(app);
    for (int i = 0; i < app->n_panes; i++) {
        if (app->look.linked && i != app->active)
            follow_active(&app->follows[i], active, &app->panes[i]);
        else
            follow_stay(&app->follows[i], active, &app->panes[i]);
        if (i != app->active)
            follow_mode(active, &app->panes[i]);
    }
}

/* Keeps the active pane alone, which becomes the first. */
void app_drop_panes(struct app *app)
{
    struct pane active = *app_active(app);
    for (int i = 0; i < app->n_panes; i++)
        if (i != app->active)
            pane_clear(&app->panes[i]);
    active.number = 0;
    active.ordered = active.composing = false;
    app->panes[0] = active;
    app->follows[0] = (struct follow){0};
    app->active = 0;
    app->n_panes = 1;
}

int app_check_sizes(const struct app *app, struct message *message)
{
    const struct uqd_info *first = &app->panes[0].progress->file->info;
    for (int i = 1; i < app->n_panes; i++) {
        const struct uqd_info *info = &app->panes[i].progress->file->info;
        if (info->width != first->width || info->height != first->height)
            return message_set(message,
                               "%u x %u and %u x %u pixels: only pictures of the same size can be "
                               "compared",
                               first->width, first->height, info->width, info->height);
    }
    return 0;
}

/* How a file was seen, and the same again. */
static void leave(struct app *app, const struct pane *pane)
{
    struct document *document = app_document_of(app, pane);
    document->left.view = app->view;
    document->left.exhibit = pane->wanted;
    document->left.following = pane->following;
}

static void come_back(struct app *app, struct pane *pane, bool same_size)
{
    const struct document *document = app_document_of(app, pane);
    bool known = document->left.view.zoom > 0;
    if (!same_size)
        app->view = document->left.view;
    if (!known || document->left.following)
        return;
    if (document->left.exhibit.bytes)
        pane_select_bytes(pane, document->left.exhibit.bytes);
    else
        pane_await(pane, document->left.exhibit.position);
}

void app_show_document(struct app *app, int number, int index)
{
    struct pane *pane = &app->panes[number];
    const struct uqd_info *before = &pane->progress->file->info;
    const struct uqd_info *after = &app->documents[index]->file.info;
    bool same = before->width == after->width && before->height == after->height;
    struct message message;
    leave(app, pane);
    if (app_open_source(app, app->documents[index], &message))
        app_say(app, "%.150s", message.text);
    pane_set_progress(pane, &app->documents[index]->progress);
    come_back(app, pane, same);
    app->follows[number] = (struct follow){0};
    if (app_check_sizes(app, &message)) {
        app->look.comparison = COMPARE_OFF;
        app_drop_panes(app);
    }
    app_relayout(app);
}

struct schedule app_schedule(struct app *app, struct document *document)
{
    struct pane *panes[APP_MAX_PANES];
    for (int i = 0; i < app->n_panes; i++)
        panes[i] = &app->panes[(app->active + i) % app->n_panes];
    return document_schedule(document, panes, (unsigned)app->n_panes);
}

/* Pictures are halved as long as they still have a pixel for every display pixel. */
void app_set_reduce(struct app *app)
{
    uint32_t reduce = 0;
    while (reduce < UQD_MAX_REDUCE && app->view.zoom * (2u << reduce) <= 1)
        reduce++;
    for (int i = 0; i < app->n_panes; i++)
        app->panes[i].reduce = reduce;
}

bool app_shows_wanted(const struct app *app)
{
    bool shown = true;
    for (int i = 0; i < app->n_panes; i++)
        shown &= pane_is_shown(&app->panes[i]);
    return shown && !app->difference.coming && !app->histogram.coming;
}

bool app_is_making(const struct app *app)
{
    bool making =
        app_is_computing(app, SOURCE_SCREEN) || app->difference.coming || app->histogram.coming;
    for (int i = 0; i < app->n_panes; i++) {
        const struct document *document = app_document_of(app, &app->panes[i]);
        making |= app->panes[i].composing || document->bits_asked || !document->progress.ended;
    }
    return making;
}
