/* Files that change while they are shown. */
#include "app/app.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define GROWTH_INTERVAL 1000 /* milliseconds after which what has come of a file is shown */

void app_watch(struct app *app, struct document *document)
{
    struct stat seen;
    char *path = realpath(document->path, NULL);
    if (!app->watch)
        app->watch = watch_new(app_wake, app);
    if (app->watch && path && strcmp(document->name, "standard input") &&
        fstat(document->file.fd, &seen) == 0) {
        int id = watch_add(app->watch, path, &seen);
        document->watch = id > 0 ? id : 0;
    }
    free(path);
}

void app_close_files(struct app *app)
{
    watch_free(app->watch);
    input_file_free(app->standard_input);
    app->watch = NULL;
    app->standard_input = NULL;
}

/* ---- Standard input ------------------------------------------------------------------------ */

int app_open_standard_input(struct app *app, struct document *document, struct message *message)
{
    static const char name[] = "standard input";
    struct input_file_config config = {0, name, INPUT_FILE_MAX_SIZE, app_wake, app};
    struct input_file_state state;
    struct timespec pause = {0, 5000000};
    int status = UQD_FILE_SHORT;
    if (app->standard_input)
        return message_set(message, "%s can be read once only", name);
    app->standard_input = input_file_new(&config, message);
    if (!app->standard_input)
        return -1;
    /* Nothing can be shown before the header has come. */
    for (bool ended = false; status == UQD_FILE_SHORT && !ended; nanosleep(&pause, NULL)) {
        input_file_look(app->standard_input, &state);
        ended = state.ended;
        document_close(document);
        status = document_open(document, input_file_path(app->standard_input), name, message);
        app->input_size = document->file.size;
    }
    if (status == UQD_FILE_SHORT && state.failed)
        *message = state.message;
    return status;
}

/* ---- Changes ------------------------------------------------------------------------------- */

static void reload(struct app *app, struct document *document)
{
    struct schedule schedule = app_schedule(app, document);
    struct message message;
    bool grown;
    document->grown = 0;
    if (document_reload(document, &schedule, &grown, &message)) {
        document->stale = true;
        app_say(app, "The file has changed, but: %.120s", message.text);
        app->dirty = true;
        return;
    }
    document->reopened = true;
    if (schedule.n_panes > 0 && app_open_source(app, document, &message))
        app_say(app, "%.150s", message.text);
    if (!grown)
        app_say(app, "%.120s has changed and is shown anew", document->label);
    if (app_check_sizes(app, &message))
        app->look.comparison = COMPARE_OFF;
    app_relayout(app);
}

/* The end of the next step that is not there yet. */
static uint64_t next_end(const struct document *document)
{
    const struct uqd_file *file = &document->file;
    for (uint32_t step = 0; step < file->info.n_steps; step++)
        if (file->steps[step].bytes > file->size)
            return file->steps[step].bytes;
    return file->info.file_size;
}

/* To open the file for every few bytes would decode it again and again: only whole steps are worth
 * that at once. */
static void grow(struct app *app, struct document *document, uint64_t size)
{
    if (size <= document->file.size && !(document->stale && document_is_replaced(document)))
        return;
    if (document->stale || size >= next_end(document))
        reload(app, document);
    else if (!document->grown)
        document->grown = app_now(app);
}

static void take_event(struct app *app, struct document *document, const struct watch_event *event)
{
    switch (event->kind) {
    case WATCH_GREW:
        grow(app, document, event->size);
        break;
    case WATCH_REPLACED:
    case WATCH_CUT:
        reload(app, document);
        break;
    case WATCH_GONE:
        app_say(app, "%.120s is gone; what was decoded is still shown", document->label);
        break;
    case WATCH_NOTHING:
        break;
    }
    app->dirty = true;
}

static void take_watch(struct app *app)
{
    struct watch_event event = {.kind = WATCH_NOTHING};
    if (!app->watch)
        return;
    for (watch_take(app->watch, &event); event.kind != WATCH_NOTHING;
         watch_take(app->watch, &event))
        for (int i = 0; i < app->n_documents; i++)
            if (app->documents[i]->watch == event.id)
                take_event(app, app->documents[i], &event);
}

static void take_standard_input(struct app *app)
{
    struct input_file_state state;
    if (!app->standard_input)
        return;
    input_file_look(app->standard_input, &state);
    for (int i = 0; i < app->n_documents; i++)
        if (!strcmp(app->documents[i]->path, input_file_path(app->standard_input)))
            grow(app, app->documents[i], state.size);
}

void app_take_file_changes(struct app *app)
{
    uint64_t now = app_now(app);
    take_watch(app);
    take_standard_input(app);
    app->files_next = 0;
    for (int i = 0; i < app->n_documents; i++) {
        struct document *document = app->documents[i];
        uint64_t due = document->grown ? document->grown + GROWTH_INTERVAL : 0;
        if (due && now >= due)
            reload(app, document);
        else if (due && (!app->files_next || due < app->files_next))
            app->files_next = due;
    }
}
