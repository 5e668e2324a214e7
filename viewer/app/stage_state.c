/* How the pictures were when a talk began, and the same again. */
#include "app/actions.h"

#include <string.h>

void app_note_stage(struct app *app, struct app_stage *stage)
{
    const struct pane *pane = app_active(app);
    *stage = (struct app_stage){.look = app->look,
                                .view = app->view,
                                .exhibit = pane->wanted,
                                .following = pane->following,
                                .rate = app->arrival.rate};
    while (app->documents[stage->document] != app_document(app))
        stage->document++;
}

/* What a talk changes; the window itself, and how fast it goes, stay as they are. */
static void set_look(struct look *look, const struct look *before)
{
    look->blank = before->blank;
    look->grid = before->grid;
    look->loupe = before->loupe;
    look->histogram = before->histogram;
    look->curve = before->curve;
    look->filmstrip = before->filmstrip;
    look->linked = before->linked;
    look->absolute = before->absolute;
    look->gain = before->gain;
    look->wipe = before->wipe;
    look->metric = before->metric;
    look->unit = before->unit;
    look->playing = look->flicker = false;
    memcpy(look->caption, before->caption, sizeof look->caption);
}

static void set_exhibit(struct pane *pane, const struct app_stage *stage)
{
    const struct exhibit *before = &stage->exhibit;
    pane_set_mode(pane, before->mode, before->seed);
    pane->wanted.mix = before->mix;
    pane_set_codec(pane, before->codec, before->cut);
    pane_set_map(pane, before->map);
    if (stage->following)
        pane_select(pane, UINT32_MAX);
    else if (before->bytes)
        pane_select_bytes(pane, before->bytes);
    else
        pane_await(pane, before->position);
    pane_set_original(pane, before->original && pane->progress->reference);
}

void app_restore_stage(struct app *app, const struct app_stage *stage)
{
    static const enum word words[N_COMPARISONS] = {WORD_OFF, WORD_SIDE, WORD_WIPE, WORD_FLICKER,
                                                   WORD_DIFFERENCE};
    struct command_call compare = {.id = COMMAND_COMPARE,
                                   .arguments = {{.given = true, .word = WORD_OFF}}};
    struct message unused;
    app_begin_arrival(app, 0);
    set_look(&app->look, &stage->look);
    app_set_metrics(app);
    action_compare(app, &compare, &unused);
    if (app_document(app) != app->documents[stage->document])
        app_show_document(app, app->active, stage->document);
    set_exhibit(app_active(app), stage);
    compare.arguments[0].word = words[stage->look.comparison];
    if (stage->look.comparison != COMPARE_OFF)
        action_compare(app, &compare, &unused);
    app->view = stage->view;
    app_relayout(app);
    if (stage->rate > 0)
        app_begin_arrival(app, stage->rate);
}
