/* Commands that concern files and panes, and how they are compared. */
#include "app/actions.h"
#include "plural.h"

/* ---- Files --------------------------------------------------------------------------------- */

static int index_of(const struct app *app, const struct document *document)
{
    int index = 0;
    while (app->documents[index] != document)
        index++;
    return index;
}

/* A file that a pane shows is gone to there. */
static void go_to_document(struct app *app, int index)
{
    for (int i = 0; i < app->n_panes; i++)
        if (app_document_of(app, &app->panes[i]) == app->documents[index]) {
            app->active = i;
            app_relayout(app);
            return;
        }
    app_show_document(app, app->active, index);
}

int action_file(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    int now = index_of(app, app_document(app)), n = app->n_documents;
    uint64_t index = argument->word == WORD_PREVIOUS ? (uint64_t)(now + n - 1) % (uint64_t)n
                     : argument->word != WORD_NONE   ? (uint64_t)(now + 1) % (uint64_t)n
                                                     : argument->integer - 1;
    if (n < 2)
        return message_set(message, "`file` needs several files: see `open`");
    if (index >= (uint64_t)n)
        return message_set(message, "there is no file %llu: %d are open",
                           (unsigned long long)argument->integer, n);
    go_to_document(app, (int)index);
    app_say(app, "Commands are for %.120s", app_document(app)->label);
    return 0;
}

int action_open(struct app *app, const struct command_call *call, struct message *message)
{
    int index = app_open_document(app, call->file, message);
    if (index < 0)
        return index;
    app_show_document(app, app->active, index);
    app_say(app, "Opened %.140s", app_document(app)->label);
    return 0;
}

/* ---- Panes --------------------------------------------------------------------------------- */

int action_pane(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    struct text_line mode;
    if (argument->word != WORD_OTHER && argument->integer > (uint64_t)app->n_panes)
        return message_set(message, "there is no pane %llu: there %s %d",
                           (unsigned long long)argument->integer,
                           plural_are((uint64_t)app->n_panes), app->n_panes);
    app->active = argument->word == WORD_OTHER ? app_other(app) : (int)argument->integer - 1;
    app_relayout(app);
    if (app_has_several(app))
        app_say(app, "Commands are for %.120s", app_document(app)->label);
    else
        app_say(app, "Commands are for the pane with the %s picture",
                exhibit_mode_name(&app_active(app)->wanted, &mode));
    return 0;
}

int action_link(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->look.linked = action_switched(&call->arguments[0], app->look.linked);
    for (int i = 0; i < app->n_panes; i++)
        app->follows[i] = (struct follow){0};
    app_say(app, app->look.linked ? "The other panes follow to the same rate"
                                  : "The other panes stay where they are");
    return 0;
}

/* ---- Comparing ----------------------------------------------------------------------------- */

/* A second pane of the same file: beside another codec the file itself, otherwise the original, or
 * where there is none the other mode. */
static void add_pane(struct app *app)
{
    const struct pane *active = app_active(app);
    struct pane *pane = &app->panes[app->n_panes];
    const struct exhibit *wanted = &active->wanted;
    app_add_pane(app, active->progress);
    pane->wanted = *wanted;
    pane->following = active->following;
    pane->reduce = active->reduce;
    if (wanted->codec && !wanted->original)
        pane_set_codec(pane, CODEC_UQD, false);
    else if (active->progress->reference && !wanted->original)
        pane_set_original(pane, true);
    else if (!wanted->original)
        pane_set_mode(pane,
                      wanted->mode == UQD_MODE_DENOISED ? UQD_MODE_ANCESTRAL : UQD_MODE_DENOISED,
                      wanted->seed);
    pane->wanted.original &= active->progress->reference != NULL;
}

static bool has_size_of(const struct document *a, const struct document *b)
{
    return a->file.info.width == b->file.info.width && a->file.info.height == b->file.info.height;
}

/* Panes of the other files of the same size, or of the same file. */
static void add_panes(struct app *app)
{
    const struct document *active = app_document(app);
    struct message message;
    for (int i = 0; i < app->n_documents && app->n_panes < APP_MAX_PANES; i++) {
        struct document *document = app->documents[i];
        if (document == active || !has_size_of(document, active))
            continue;
        if (app_open_source(app, document, &message)) {
            app_say(app, "%.150s", message.text);
            continue;
        }
        app_add_pane(app, &document->progress);
        app->panes[app->n_panes - 1].reduce = app_active(app)->reduce;
        pane_follow_progress(&app->panes[app->n_panes - 1]);
    }
    if (app->n_panes == 1)
        add_pane(app);
}

void action_leave_difference(struct app *app)
{
    app_drop_panes(app);
    app->look.comparison = COMPARE_OFF;
    app_relayout(app);
}

/* A difference is one of pictures, and takes the place of maps. */
static void leave_maps(struct app *app)
{
    for (int i = 0; i < app->n_panes; i++)
        app->panes[i].wanted.map = MAP_OFF;
}

int action_compare(struct app *app, const struct command_call *call, struct message *message)
{
    static const char *const names[N_COMPARISONS] = {
        "One picture alone", "Side by side", "Wipe: the line follows the pointer",
        "Flicker: hold Z to see the other picture", "Difference"};
    static const enum comparison comparisons[] = {[WORD_OFF] = COMPARE_OFF,
                                                  [WORD_SIDE] = COMPARE_SIDE,
                                                  [WORD_WIPE] = COMPARE_WIPE,
                                                  [WORD_FLICKER] = COMPARE_FLICKER,
                                                  [WORD_DIFFERENCE] = COMPARE_DIFFERENCE};
    enum word word = call->arguments[0].word;
    enum comparison wanted = word == WORD_NEXT
                                 ? (enum comparison)((app->look.comparison + 1) % N_COMPARISONS)
                                 : comparisons[word];
    (void)message;
    if (wanted == COMPARE_OFF)
        app_drop_panes(app);
    else if (app->n_panes == 1)
        add_panes(app);
    if (wanted == COMPARE_DIFFERENCE)
        leave_maps(app);
    app->look.comparison = wanted;
    app->look.flicker = false;
    app_relayout(app);
    app_say(app, "%s", names[wanted]);
    return 0;
}

int action_wipe(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->look.wipe = call->arguments[0].number;
    return 0;
}

int action_flicker(struct app *app, const struct command_call *call, struct message *message)
{
    struct message unused;
    struct command_call compare = {.id = COMMAND_COMPARE,
                                   .arguments = {{.given = true, .word = WORD_FLICKER}}};
    if (app->look.comparison == COMPARE_OFF && action_compare(app, &compare, &unused))
        return message_set(message, "%s", unused.text);
    app->look.flicker = action_switched(&call->arguments[0], app->look.flicker);
    return 0;
}

int action_absolute(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->look.absolute = action_switched(&call->arguments[0], app->look.absolute);
    app_say(app, app->look.absolute ? "Differences without their sign" : "Signed differences");
    return 0;
}

int action_gain(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    uint32_t gain = argument->word == WORD_LARGER    ? app->look.gain * 2
                    : argument->word == WORD_SMALLER ? app->look.gain / 2
                                                     : (uint32_t)(argument->number + 0.5);
    (void)message;
    app->look.gain = gain < 1 ? 1 : gain > 64 ? 64 : gain;
    if (app->look.gain == 1)
        app_say(app, "Differences are shown as they are");
    else
        app_say(app, "Differences are shown %u times as large", (unsigned)app->look.gain);
    return 0;
}
