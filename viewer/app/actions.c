/* What every command does. All ways to run a command end here, and all leave the same note in the
 * status line. */
#include "app/app.h"

#include "draw/scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PLAY_INTERVAL 900 /* milliseconds */

static void say(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct app *app, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->look.feedback, sizeof app->look.feedback, format, arguments);
    va_end(arguments);
}

static bool switched(const struct argument *argument, bool now)
{
    return argument->word == WORD_ON ? true : argument->word == WORD_OFF ? false : !now;
}

/* ---- Steps --------------------------------------------------------------------------------- */

static int run_step(struct app *app, const struct command_call *call, struct message *message)
{
    struct state *state = &app_active(app)->state;
    const struct argument *argument = &call->arguments[0];
    uint32_t n = state_n_positions(state), position = state->position;
    if (argument->word == WORD_NEXT)
        position += 1;
    else if (argument->word == WORD_PREVIOUS)
        position -= position > 0;
    else if (argument->word == WORD_FIRST)
        position = 0;
    else if (argument->word == WORD_LAST)
        position = UINT32_MAX;
    else if (argument->integer >= state->file->info.n_steps)
        return message_set(message, "there is no step %llu: the last one is %u",
                           (unsigned long long)argument->integer, state->file->info.n_steps - 1);
    else if (argument->integer >= n)
        return message_set(message,
                           state->ended ? "step %llu is not in this cut file"
                                        : "step %llu is not decoded yet",
                           (unsigned long long)argument->integer);
    else
        position = (uint32_t)argument->integer;
    state_select(state, position);
    app->play_next = app_now(app) + PLAY_INTERVAL;
    app->look.feedback[0] = '\0';
    return 0;
}

static int run_play(struct app *app, const struct command_call *call, struct message *message)
{
    struct state *state = &app_active(app)->state;
    (void)message;
    app->look.playing = switched(&call->arguments[0], app->look.playing);
    if (app->look.playing) {
        if (state->position + 1 >= state_n_positions(state))
            state_select(state, 0);
        app->play_next = app_now(app) + PLAY_INTERVAL;
    }
    say(app, app->look.playing ? "Playing" : "Stopped");
    return 0;
}

void app_play(struct app *app)
{
    struct state *state = &app_active(app)->state;
    if (!app->look.playing || app_now(app) < app->play_next)
        return;
    app->play_next = app_now(app) + PLAY_INTERVAL;
    if (!state_is_shown(state) || (app_other(app) && !state_is_shown(&app_other(app)->state)))
        return;
    if (state->position + 1 < state_n_positions(state)) {
        state_select(state, state->position + 1);
    } else if (state->ended) {
        app->look.playing = false;
        app->look.feedback[0] = '\0';
    }
    app_follow(app);
    app->dirty = true;
}

/* ---- Two files ----------------------------------------------------------------------------- */

static int run_file(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    (void)message;
    app->active = argument->word == WORD_OTHER ? 1 - app->active : (int)argument->integer - 1;
    app_relayout(app);
    say(app, "Commands are for %.120s", app_active(app)->label);
    return 0;
}

static int run_link(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->look.linked = switched(&call->arguments[0], app->look.linked);
    app->link = (struct pair_link){0};
    say(app, app->look.linked ? "The other file follows to the nearest rate"
                              : "The other file stays where it is");
    return 0;
}

/* ---- Reconstructions ----------------------------------------------------------------------- */

static void set_mode(struct app *app, enum uqd_mode mode, uint64_t seed)
{
    for (int i = 0; i < app->n_sides; i++)
        state_set_mode(&app->sides[i].state, mode, seed);
}

static int run_mode(struct app *app, const struct command_call *call, struct message *message)
{
    struct state *state = &app_active(app)->state;
    enum uqd_mode mode = state->mode;
    (void)message;
    switch (call->arguments[0].word) {
    case WORD_ANCESTRAL:
        mode = UQD_MODE_ANCESTRAL;
        break;
    case WORD_FLOW:
        mode = UQD_MODE_FLOW;
        break;
    case WORD_NEXT:
        mode = mode == UQD_MODE_FLOW ? UQD_MODE_DENOISED : (enum uqd_mode)(mode + 1);
        break;
    default:
        mode = UQD_MODE_DENOISED;
    }
    set_mode(app, mode, state->seed);
    say(app, "Mode: %s", state_mode_name(mode));
    return 0;
}

static int run_seed(struct app *app, const struct command_call *call, struct message *message)
{
    struct state *state = &app_active(app)->state;
    const struct argument *argument = &call->arguments[0];
    (void)message;
    set_mode(app, UQD_MODE_ANCESTRAL,
             argument->word == WORD_NEW ? state->seed + 1 : argument->integer);
    say(app, "Ancestral sample with seed %llu", (unsigned long long)state->seed);
    return 0;
}

static int run_original(struct app *app, const struct command_call *call, struct message *message)
{
    struct state *state = &app_active(app)->state;
    if (!state->reference)
        return message_set(message, "there is no original: give one with --reference, or wait for "
                                    "the lossless step");
    state->original = switched(&call->arguments[0], state->original);
    say(app, state->original ? "Original" : "Decoded picture");
    return 0;
}

/* ---- View ---------------------------------------------------------------------------------- */

static int run_zoom(struct app *app, const struct command_call *call, struct message *message)
{
    struct view_frame frame = app_frame(app);
    const struct argument *argument = &call->arguments[0];
    struct text_line line;
    double zoom = argument->word == WORD_IN    ? view_next_zoom(app->view.zoom, 1)
                  : argument->word == WORD_OUT ? view_next_zoom(app->view.zoom, -1)
                                               : argument->number;
    (void)message;
    bool about = call->arguments[2].given;
    view_zoom_to(&app->view, &frame, zoom,
                 about ? call->arguments[1].number : frame.port_width / 2.0,
                 about ? call->arguments[2].number : frame.port_height / 2.0);
    say(app, "Zoom %s", format_zoom(&line, app->view.zoom));
    return 0;
}

static int run_fit(struct app *app, const struct command_call *call, struct message *message)
{
    struct view_frame frame = app_frame(app);
    struct text_line line;
    (void)call;
    (void)message;
    view_fit(&app->view, &frame);
    say(app, "Whole picture, %s", format_zoom(&line, app->view.zoom));
    return 0;
}

static int run_pan(struct app *app, const struct command_call *call, struct message *message)
{
    struct view_frame frame = app_frame(app);
    (void)message;
    view_pan(&app->view, &frame, call->arguments[0].number, call->arguments[1].number);
    return 0;
}

/* ---- Window -------------------------------------------------------------------------------- */

static int run_switch(struct app *app, const struct command_call *call, struct message *message)
{
    struct look *look = &app->look;
    bool *flag = call->id == COMMAND_FILMSTRIP ? &look->filmstrip
                 : call->id == COMMAND_CURVE   ? &look->curve
                 : call->id == COMMAND_BLANK   ? &look->blank
                                               : &look->help;
    (void)message;
    *flag = switched(&call->arguments[0], *flag);
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

static int run_fullscreen(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    set_fullscreen(app, switched(&call->arguments[0], is_fullscreen(app)));
    return 0;
}

static int run_back(struct app *app, const struct command_call *call, struct message *message)
{
    struct look *look = &app->look;
    (void)call;
    (void)message;
    if (look->help)
        look->help = false;
    else if (look->blank)
        look->blank = false;
    else if (is_fullscreen(app))
        set_fullscreen(app, false);
    return 0;
}

static int run_text(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    double scale = argument->word == WORD_LARGER    ? app->look.text_scale * 1.125
                   : argument->word == WORD_SMALLER ? app->look.text_scale / 1.125
                                                    : argument->number;
    (void)message;
    app->look.text_scale = scale < 0.5 ? 0.5 : scale > 4 ? 4 : scale;
    app_relayout(app);
    say(app, "Text size %.0f %%", app->look.text_scale * 100);
    return 0;
}

static int run_resize(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->backend->type->resize(app->backend, (int)call->arguments[0].number,
                               (int)call->arguments[1].number);
    app_relayout(app);
    return 0;
}

static int run_screenshot(struct app *app, const struct command_call *call, struct message *message)
{
    struct text_line name;
    const char *path = call->file;
    if (!*path) {
        snprintf(name.text, sizeof name.text, "uqd-view-step%u-%s.png",
                 (unsigned)app_active(app)->state.position,
                 state_mode_name(app_active(app)->state.mode));
        path = name.text;
    }
    int status = app_screenshot(app, path, message);
    if (status == 0)
        say(app, "Written: %.140s", path);
    return status;
}

/* Waiting concerns scripts only, see app/script.c. */
static int run_wait(struct app *app, const struct command_call *call, struct message *message)
{
    (void)app;
    (void)call;
    (void)message;
    return 0;
}

static int run_quit(struct app *app, const struct command_call *call, struct message *message)
{
    (void)call;
    (void)message;
    app->quit = true;
    return 0;
}

/* ---- Table --------------------------------------------------------------------------------- */

typedef int (*action)(struct app *app, const struct command_call *call, struct message *message);

static const action actions[N_COMMANDS] = {
    [COMMAND_STEP] = run_step,         [COMMAND_PLAY] = run_play,
    [COMMAND_FILE] = run_file,         [COMMAND_LINK] = run_link,
    [COMMAND_MODE] = run_mode,         [COMMAND_SEED] = run_seed,
    [COMMAND_ORIGINAL] = run_original, [COMMAND_ZOOM] = run_zoom,
    [COMMAND_FIT] = run_fit,           [COMMAND_PAN] = run_pan,
    [COMMAND_FILMSTRIP] = run_switch,  [COMMAND_CURVE] = run_switch,
    [COMMAND_BLANK] = run_switch,      [COMMAND_FULLSCREEN] = run_fullscreen,
    [COMMAND_TEXT] = run_text,         [COMMAND_HELP] = run_switch,
    [COMMAND_BACK] = run_back,         [COMMAND_SCREENSHOT] = run_screenshot,
    [COMMAND_RESIZE] = run_resize,     [COMMAND_WAIT] = run_wait,
    [COMMAND_QUIT] = run_quit,
};

int app_run_command(struct app *app, const struct command_call *call, struct message *message)
{
    if (call->id == COMMAND_STEP || call->id == COMMAND_MODE || call->id == COMMAND_SEED)
        app_resume(app);
    if (command_needs_two_files(call->id) && app->n_sides < 2)
        return message_set(message, "`%s` needs two files", viewer_commands[call->id].name);
    int result = actions[call->id](app, call, message);
    app_follow(app);
    app->dirty = true;
    return result;
}

void app_run_line(struct app *app, const char *line)
{
    struct command_call call;
    struct message message;
    if (command_parse(line, &call, &message) || app_run_command(app, &call, &message))
        say(app, "%.159s", message.text);
    app->dirty = true;
}
