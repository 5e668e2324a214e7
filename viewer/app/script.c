#include "app/app.h"

#include <stdio.h>

#define WAIT_LIMIT 300000 /* milliseconds until a wait fails */

static void fail(struct app *app, const struct script_line *line, const char *cause)
{
    fprintf(stderr, "uqd-view: %s:%d: %s\n", app->script.name, line->number, cause);
    app->exit_code = 1;
    app->quit = true;
}

/* Whether a talk goes on by itself; its own lines do not wait for that. */
static bool goes_on(const struct app *app)
{
    return app->talk.autoplay && !app->talk.held && !app->talk.running;
}

/* A step is waited for until it, or a later one, is on the screen. */
static int check_wait_step(struct app *app, uint64_t step, struct message *message)
{
    const struct pane *pane = app_active(app);
    const struct progress *progress = pane->progress;
    uint32_t n_positions = progress_n_positions(progress);
    if (step >= progress->file->info.n_steps || (progress->ended && step >= n_positions))
        return message_set(message, "there is no step %llu to wait for", (unsigned long long)step);
    if (n_positions > 0 && pane->wanted.position >= step)
        return pane_is_shown(pane);
    if (!pane->following && !app->look.playing && !goes_on(app) && !app->arrival.running)
        return message_set(message, "step %llu will not come: step %u was chosen",
                           (unsigned long long)step, (unsigned)pane->wanted.position);
    return 0;
}

/* 1: the wait is over; 0: not yet; -1: it never will be, with a message. */
static int check_wait(struct app *app, const struct command_call *call, struct message *message)
{
    if (call->arguments[0].word == WORD_IDLE)
        return app_is_idle(app) && !goes_on(app);
    if (call->arguments[1].word == WORD_LAST)
        return app_active(app)->progress->ended;
    return check_wait_step(app, call->arguments[1].integer, message);
}

/* status: what check_wait says. Nothing is waited for beyond the limit of time. */
static int limit_wait(const struct app *app, int status, uint64_t *limit, struct message *message)
{
    if (status != 0) {
        *limit = 0;
        return status;
    }
    uint64_t now = app_now(app);
    if (*limit == 0)
        *limit = now + WAIT_LIMIT;
    else if (now >= *limit)
        return message_set(message, "waited in vain");
    return 0;
}

static int check_wait_in_time(struct app *app, const struct command_call *call, uint64_t *limit,
                              struct message *message)
{
    app_request_pictures(app);
    return limit_wait(app, check_wait(app, call, message), limit, message);
}

/* Whoever quits before all is decoded has the last frame with what is wanted, as there is no other.
 * A file that comes through standard input may never end, and is not waited for. */
static int check_quit(struct app *app, uint64_t *limit, struct message *message)
{
    app->look.playing = false;
    app_request_pictures(app);
    bool shown = app_is_idle(app) || (app->standard_input && app_shows_wanted(app));
    return limit_wait(app, shown, limit, message);
}

static bool pause_is_over(struct app *app, uint64_t milliseconds, uint64_t *limit)
{
    uint64_t now = app_now(app);
    if (*limit == 0)
        *limit = now + (uint64_t)((double)milliseconds / app->look.speed);
    if (now < *limit)
        return false;
    *limit = 0;
    return true;
}

int app_run_script_line(struct app *app, const struct command_call *call, uint64_t *limit,
                        struct message *message)
{
    if (call->id == COMMAND_PAUSE)
        return pause_is_over(app, call->arguments[0].integer, limit);
    if (call->id == COMMAND_WAIT)
        return check_wait_in_time(app, call, limit, message);
    if (call->id == COMMAND_QUIT && app->backend->no_input) {
        int status = check_quit(app, limit, message);
        if (status <= 0)
            return status;
    }
    if (app_run_command(app, call, message))
        return -1;
    app_request_pictures(app);
    return 1;
}

/* Without input nothing can come after the script: the viewer ends when all is shown, and also what
 * goes on by itself, unless for ever. */
static void end_with_script(struct app *app)
{
    struct message message;
    app_request_pictures(app);
    bool shown = app_is_idle(app) && (!goes_on(app) || app->talk.loop);
    int status = limit_wait(app, shown, &app->script_limit, &message);
    if (status < 0) {
        fprintf(stderr, "uqd-view: %s: %s\n", app->script.name, message.text);
        app->exit_code = 1;
    }
    app->quit = status != 0;
}

void app_run_script(struct app *app)
{
    struct message message;
    while (!app->quit && app->script_next < app->script.n_lines) {
        const struct script_line *line = &app->script.lines[app->script_next];
        int status = app_run_script_line(app, &line->call, &app->script_limit, &message);
        if (status < 0)
            fail(app, line, message.text);
        if (status == 0)
            return;
        app->script_next++;
    }
    if (!app->quit && app->backend->no_input)
        end_with_script(app);
}
