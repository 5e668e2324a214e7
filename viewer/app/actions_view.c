/* Commands that concern the view and the window. */
#include "app/actions.h"
#include "draw/scene.h"

#include "session/curve_csv.h"

int action_zoom(struct app *app, const struct command_call *call, struct message *message)
{
    struct view_frame frame = app_frame(app);
    const struct argument *argument = &call->arguments[0];
    struct text_line line;
    double before = view_seen_zoom(&app->view);
    double seen = argument->word == WORD_IN    ? view_next_zoom(before, 1)
                  : argument->word == WORD_OUT ? view_next_zoom(before, -1)
                                               : argument->number;
    double zoom = view_meant_zoom(&app->view, seen);
    (void)message;
    bool about = call->arguments[2].given;
    view_zoom_to(&app->view, &frame, zoom,
                 about ? call->arguments[1].number : frame.port_width / 2.0,
                 about ? call->arguments[2].number : frame.port_height / 2.0);
    app_set_reduce(app);
    app_say(app, "Zoom %s%s", format_zoom(&line, view_seen_zoom(&app->view)),
            app->view.zoom > zoom * 1.001   ? ", the least for this picture"
            : app->view.zoom < zoom * 0.999 ? ", the most there is"
                                            : "");
    return 0;
}

int action_fit(struct app *app, const struct command_call *call, struct message *message)
{
    struct view_frame frame = app_frame(app);
    struct text_line line;
    (void)call;
    (void)message;
    view_fit(&app->view, &frame);
    app_set_reduce(app);
    app_say(app, "Whole picture, %s", format_zoom(&line, view_seen_zoom(&app->view)));
    return 0;
}

int action_pan(struct app *app, const struct command_call *call, struct message *message)
{
    struct view_frame frame = app_frame(app);
    (void)message;
    view_pan(&app->view, &frame, call->arguments[0].number, call->arguments[1].number);
    return 0;
}

/* ---- Window -------------------------------------------------------------------------------- */

/* What counts is whether the panel is to be seen: one for which there is no room comes over the
 * pictures when it is asked for. */
int action_curve(struct app *app, const struct command_call *call, struct message *message)
{
    bool on = action_switched(&call->arguments[0], app->layout.panel.w > 0);
    (void)message;
    app->look.curve = on;
    app->curve_over = on;
    app_relayout(app);
    return 0;
}

/* The page of the list of keys that is asked for; -1: none. Where it has several its key goes
 * through them. */
static int choose_help_page(struct app *app, const struct argument *argument)
{
    int last = scene_help_pages(app->backend->surface, &app->layout, app->n_panes > 1) - 1;
    int page = app->look.help ? app->help_page : -1;
    switch (argument->word) {
    case WORD_NEXT:
        return page < last ? page + 1 : last;
    case WORD_PREVIOUS:
        return page > 0 ? page - 1 : 0;
    case WORD_FIRST:
        return 0;
    case WORD_LAST:
        return last;
    case WORD_NONE:
        return page < last ? page + 1 : -1;
    default:
        return action_switched(argument, app->look.help) ? 0 : -1;
    }
}

int action_help(struct app *app, const struct command_call *call, struct message *message)
{
    int page = choose_help_page(app, &call->arguments[0]);
    (void)message;
    app->look.help = page >= 0;
    app->help_page = page > 0 ? page : 0;
    app_relayout(app);
    return 0;
}

int action_switch(struct app *app, const struct command_call *call, struct message *message)
{
    struct look *look = &app->look;
    bool *flag = call->id == COMMAND_FILMSTRIP ? &look->filmstrip
                 : call->id == COMMAND_BLANK   ? &look->blank
                 : call->id == COMMAND_GRID    ? &look->grid
                 : call->id == COMMAND_LOUPE   ? &look->loupe
                                               : &look->histogram;
    (void)message;
    *flag = action_switched(&call->arguments[0], *flag);
    app_relayout(app);
    return 0;
}

static void set_fullscreen(struct app *app, bool on)
{
    app->backend->type->set_fullscreen(app->backend, on);
    app_relayout(app);
}

static bool is_fullscreen(const struct app *app)
{
    return app->backend->type->is_fullscreen(app->backend);
}

int action_fullscreen(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    set_fullscreen(app, action_switched(&call->arguments[0], is_fullscreen(app)));
    return 0;
}

int action_back(struct app *app, const struct command_call *call, struct message *message)
{
    struct look *look = &app->look;
    (void)call;
    (void)message;
    if (look->help)
        look->help = false;
    else if (look->blank)
        look->blank = false;
    else if (app->layout.panel_over)
        app->curve_over = false;
    else if (look->presenting)
        action_set_presenting(app, false);
    else if (is_fullscreen(app))
        set_fullscreen(app, false);
    app_relayout(app);
    return 0;
}

void action_redraw_all(struct app *app)
{
    if (app->backend->type->forget)
        app->backend->type->forget(app->backend);
    app_relayout(app);
}

int action_redraw(struct app *app, const struct command_call *call, struct message *message)
{
    (void)call;
    (void)message;
    action_redraw_all(app);
    return 0;
}

int action_text(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    double scale = argument->word == WORD_LARGER    ? app->look.text_scale * 1.125
                   : argument->word == WORD_SMALLER ? app->look.text_scale / 1.125
                                                    : argument->number;
    (void)message;
    app->look.text_scale = scale < 0.5 ? 0.5 : scale > 4 ? 4 : scale;
    app_relayout(app);
    app_say(app, "Text size %.0f %%", app->look.text_scale * 100);
    return 0;
}

int action_resize(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->backend->type->resize(app->backend, (int)call->arguments[0].number,
                               (int)call->arguments[1].number);
    app_relayout(app);
    return 0;
}

/* ---- Plot ---------------------------------------------------------------------------------- */

/* What no picture is measured by here comes with a table only. */
int action_metric(struct app *app, const struct command_call *call, struct message *message)
{
    enum word word = call->arguments[0].word;
    enum metric metric = word == WORD_NEXT ? (enum metric)((app->look.metric + 1) % N_METRICS)
                                           : (enum metric)(word - WORD_PSNR);
    bool unknown = metric == METRIC_BUTTERAUGLI && app->imported.n_curves == 0;
    if (unknown && word != WORD_NEXT)
        return message_set(message, "butteraugli is not measured here: `import` a table with it");
    app->look.metric = unknown ? METRIC_PSNR : metric;
    app_set_metrics(app);
    app_say(app, "The plot shows %s", metric_name(app->look.metric));
    return 0;
}

int action_import(struct app *app, const struct command_call *call, struct message *message)
{
    int before = app->imported.n_curves;
    int status = curve_csv_read(&app->imported, call->file, message);
    if (status == 0)
        app_say(app, "Curves of %.120s: %d", call->file, app->imported.n_curves - before);
    return status;
}
