/* The files that are open. */
#include "app/app.h"

#include <stdlib.h>
#include <string.h>

/* All files share the memory for pictures. */
static void share_cache(struct app *app)
{
    for (int i = 0; i < app->n_documents; i++)
        app->documents[i]->frames.limit = app->settings.cache / (size_t)app->n_documents;
}

/* Files of one name in different directories are told apart by their paths. */
static void tell_apart(struct app *app, struct document *document)
{
    for (int i = 0; i < app->n_documents; i++) {
        struct document *other = app->documents[i];
        if (other != document && !strcmp(other->label, document->label)) {
            other->label = other->name;
            document->label = document->name;
        }
    }
}

static int find_document(const struct app *app, const char *path)
{
    for (int i = 0; i < app->n_documents; i++)
        if (!strcmp(app->documents[i]->path, path))
            return i;
    return -1;
}

int app_open_document(struct app *app, const char *path, struct message *message)
{
    int known = find_document(app, path);
    if (known >= 0)
        return known;
    if (app->n_documents == APP_MAX_DOCUMENTS)
        return message_set(message, "%s: more than %d files cannot be open", path,
                           APP_MAX_DOCUMENTS);
    struct document *document = calloc(1, sizeof *document);
    if (!document)
        return message_set(message, "%s: out of memory", path);
    document->file.fd = -1;
    int status = strcmp(path, "-") ? document_open(document, path, NULL, message)
                                   : app_open_standard_input(app, document, message);
    if (status) {
        document_close(document);
        free(document);
        return -1;
    }
    app->documents[app->n_documents++] = document;
    tell_apart(app, document);
    share_cache(app);
    app_watch(app, document);
    return app->n_documents - 1;
}

void app_close_documents(struct app *app)
{
    difference_clear(&app->difference);
    shown_histogram_clear(&app->histogram);
    worker_free(app->worker);
    curve_set_clear(&app->curves);
    curve_set_clear(&app->imported);
    for (int i = 0; i < app->n_panes; i++)
        pane_clear(&app->panes[i]);
    for (int i = 0; i < app->n_documents; i++) {
        document_close(app->documents[i]);
        free(app->documents[i]);
    }
    app->n_panes = app->n_documents = 0;
}

/* Whether all files can be seen beside each other. */
static bool are_alike(const struct app *app)
{
    const struct uqd_info *first = &app->documents[0]->file.info;
    for (int i = 1; i < app->n_documents; i++) {
        const struct uqd_info *info = &app->documents[i]->file.info;
        if (info->width != first->width || info->height != first->height)
            return false;
    }
    return app->n_documents <= APP_MAX_PANES;
}

int app_open_documents(struct app *app, struct message *message)
{
    for (int i = 0; i < app->settings.n_files; i++)
        if (app_open_document(app, app->settings.files[i], message) < 0)
            return -1;
    int n = are_alike(app) ? app->n_documents : 1;
    for (int i = 0; i < n; i++)
        app_add_pane(app, &app->documents[i]->progress);
    if (app->n_panes > 1)
        app->look.comparison = COMPARE_SIDE;
    return 0;
}
