/* Commands from other programs: the same as those of keys and scripts. */
#include "app/app.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* said: by the command. */
static void answer(struct app *app, uint32_t id, const char *said)
{
    const struct pane *pane = app_active(app);
    struct exhibit exhibit = pane_described(pane);
    struct text_line mode, status;
    struct remote_state state = {.message = said,
                                 .status =
                                     pane_describe(pane, app_is_computing(app, SOURCE_BACKGROUND),
                                                   app->look.feedback, &status),
                                 .idle = app_is_idle(app),
                                 .zoom = view_seen_zoom(&app->view),
                                 .file = app_document(app)->name,
                                 .step = exhibit.position,
                                 .bytes = pane_described_bytes(pane),
                                 .mode = exhibit_mode_name(&exhibit, &mode),
                                 .seed = exhibit.seed,
                                 .psnr = pane_described_psnr(pane)};
    remote_answer(app->remote, id, &state);
}

/* Runs a command and tells whether it said something; what was said before stays otherwise. */
static int run_command(struct app *app, const char *line, bool *said, struct message *message)
{
    struct command_call command;
    char before[sizeof app->look.feedback];
    int status = command_parse(line, &command, message);
    memcpy(before, app->look.feedback, sizeof before);
    app->look.feedback[0] = '\0';
    if (status == 0) {
        app_interrupt_talk(app, command.id);
        status = app_run_command(app, &command, message);
    }
    *said = app->look.feedback[0] != '\0';
    if (!*said)
        memcpy(app->look.feedback, before, sizeof before);
    return status;
}

/* What was said may be forgotten when its picture is there. */
static struct app_waiting wait_for(uint32_t id, const char *message)
{
    struct app_waiting waiting = {.id = id};
    snprintf(waiting.message, sizeof waiting.message, "%s", message);
    return waiting;
}

static void run(struct app *app, const struct remote_call *call)
{
    struct message message;
    bool said;
    if (run_command(app, call->command, &said, &message) < 0) {
        remote_refuse(app->remote, call->id, message.text);
        return;
    }
    app_request_pictures(app);
    if (call->wait && !app->quit && app->n_remote_waiting < REMOTE_MAX_CALLS)
        app->remote_waiting[app->n_remote_waiting++] =
            wait_for(call->id, said ? app->look.feedback : "");
    else
        answer(app, call->id, said ? app->look.feedback : "");
}

void app_serve_remote(struct app *app)
{
    struct remote_call call;
    while (!app->quit && remote_take(app->remote, &call))
        run(app, &call);
    if (app->n_remote_waiting == 0 || !(app_shows_wanted(app) || app_is_idle(app)))
        return;
    for (int i = 0; i < app->n_remote_waiting; i++)
        answer(app, app->remote_waiting[i].id, app->remote_waiting[i].message);
    app->n_remote_waiting = 0;
}
