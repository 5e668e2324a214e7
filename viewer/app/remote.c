/* Commands from other programs: the same as those of keys and scripts. */
#include "app/app.h"

#include <math.h>

static void answer(struct app *app, uint32_t id)
{
    const struct pane *pane = app_active(app);
    struct exhibit exhibit = pane_described(pane);
    struct text_line mode;
    struct remote_state state = {.message = app->look.feedback,
                                 .idle = app_is_idle(app),
                                 .zoom = app->view.zoom,
                                 .file = app_document(app)->name,
                                 .step = exhibit.position,
                                 .bytes = pane_described_bytes(pane),
                                 .mode = exhibit_mode_name(&exhibit, &mode),
                                 .seed = exhibit.seed,
                                 .psnr = pane_described_psnr(pane)};
    remote_answer(app->remote, id, &state);
}

static void run(struct app *app, const struct remote_call *call)
{
    struct command_call command;
    struct message message;
    int status = command_parse(call->command, &command, &message);
    if (status == 0)
        status = app_run_command(app, &command, &message);
    if (status < 0) {
        remote_refuse(app->remote, call->id, message.text);
        return;
    }
    app_request_pictures(app);
    if (call->wait && app->n_remote_waiting < REMOTE_MAX_CALLS)
        app->remote_waiting[app->n_remote_waiting++] = call->id;
    else
        answer(app, call->id);
}

void app_serve_remote(struct app *app)
{
    struct remote_call call;
    while (!app->quit && remote_take(app->remote, &call))
        run(app, &call);
    if (app->n_remote_waiting == 0 || !(app_shows_wanted(app) || app_is_idle(app)))
        return;
    for (int i = 0; i < app->n_remote_waiting; i++)
        answer(app, app->remote_waiting[i]);
    app->n_remote_waiting = 0;
}
