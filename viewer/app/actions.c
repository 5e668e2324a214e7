/* What every command does. All ways to run a command end here, and all leave the same note in the
 * status line. */
#include "app/actions.h"

#include "draw/scrubber.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>

#define PLAY_INTERVAL     900  /* milliseconds */
#define FEEDBACK_INTERVAL 5000 /* milliseconds */
#define MIX_STEP          10   /* percent */

void app_say(struct app *app, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->look.feedback, sizeof app->look.feedback, format, arguments);
    va_end(arguments);
    utf8_end_whole(app->look.feedback);
    app->feedback_until = app_now(app) + FEEDBACK_INTERVAL;
    app->promised = false;
}

static void say_nothing(struct app *app)
{
    app->look.feedback[0] = '\0';
    app->feedback_until = 0;
    app->promised = false;
}

bool action_switched(const struct argument *argument, bool now)
{
    return argument->word == WORD_ON ? true : argument->word == WORD_OFF ? false : !now;
}

/* ---- Steps --------------------------------------------------------------------------------- */

static uint64_t play_interval(const struct app *app)
{
    return (uint64_t)(PLAY_INTERVAL / app->look.speed);
}

static int check_step(const struct progress *progress, uint64_t step, struct message *message)
{
    if (step >= progress->file->info.n_steps)
        return message_set(message, "there is no step %llu: the last one is %u",
                           (unsigned long long)step, progress->file->info.n_steps - 1);
    if (step >= progress_n_positions(progress) && progress->ended)
        return message_set(message, "step %llu is not in this cut file", (unsigned long long)step);
    return 0;
}

/* Inside a step, the next one is its end, and the previous one that before. */
static uint32_t choose_step(const struct pane *pane, const struct argument *argument)
{
    uint32_t position = pane->wanted.position;
    bool inside = pane->wanted.bytes != 0;
    switch (argument->word) {
    case WORD_NEXT:
        return position + !inside;
    case WORD_PREVIOUS:
        return position - (position > 0);
    case WORD_FIRST:
        return 0;
    case WORD_LAST:
        return UINT32_MAX;
    default:
        return (uint32_t)argument->integer;
    }
}

static int run_step(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    const struct argument *argument = &call->arguments[0];
    if (argument->word == WORD_NONE && check_step(pane->progress, argument->integer, message))
        return -1;
    uint32_t step = choose_step(pane, argument);
    app->play_next = app_now(app) + play_interval(app);
    say_nothing(app);
    if (argument->word != WORD_NONE || step < progress_n_positions(pane->progress)) {
        pane_select(pane, step);
    } else {
        pane_await(pane, step);
        app_say(app, "Step %u is shown once it is decoded", (unsigned)step);
        app->promised = true;
    }
    return 0;
}

static int run_bytes(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    struct text_line line;
    if (!pane_has_position(pane))
        return message_set(message, "nothing is decoded yet");
    pane_select_bytes(pane, call->arguments[0].integer);
    app_say(app, "%s of the file",
            format_bytes(&line, exhibit_bytes(pane->progress, &pane->wanted)));
    return 0;
}

static int run_unit(struct app *app, const struct command_call *call, struct message *message)
{
    enum word word = call->arguments[0].word;
    (void)message;
    app->look.unit = word == WORD_NEXT ? (enum scrub_unit)((app->look.unit + 1) % N_SCRUB_UNITS)
                                       : (enum scrub_unit)(word - WORD_STEPS);
    app_say(app, "The scrubber counts in %s", scrubber_unit_name(app->look.unit));
    return 0;
}

static int run_play(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    (void)message;
    if (app->arrival.rate > 0) {
        app_hold_arrival(app, !action_switched(&call->arguments[0], app->arrival.running));
        return 0;
    }
    app->look.playing = action_switched(&call->arguments[0], app->look.playing);
    if (app->look.playing) {
        if (pane->wanted.position + 1 >= progress_n_positions(pane->progress))
            pane_select(pane, 0);
        app->play_next = app_now(app) + play_interval(app);
    }
    app_say(app, app->look.playing ? "Playing" : "Stopped");
    return 0;
}

void app_play(struct app *app)
{
    struct pane *pane = app_active(app);
    if (!app->look.playing || app_now(app) < app->play_next)
        return;
    app->play_next = app_now(app) + play_interval(app);
    if (!app_shows_wanted(app) && app_is_making(app))
        return;
    if (pane->wanted.position + 1 < progress_n_positions(pane->progress)) {
        pane_select(pane, pane->wanted.position + 1);
    } else if (pane->progress->ended) {
        app->look.playing = false;
        say_nothing(app);
    }
    app_follow(app);
    app->dirty = true;
}

/* ---- Reconstructions ----------------------------------------------------------------------- */

static int run_mode(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    enum uqd_mode mode = pane->wanted.mode;
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
    pane_set_mode(pane, mode, pane->wanted.seed);
    app_say(app, "Mode: %s", mode_name(mode));
    return 0;
}

static int run_peek(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    (void)message;
    pane_peek(pane, action_switched(&call->arguments[0], pane->peeking));
    return 0;
}

static int run_seed(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    const struct argument *argument = &call->arguments[0];
    (void)message;
    uint32_t mix = pane->wanted.mix;
    pane_set_mode(pane, UQD_MODE_ANCESTRAL,
                  argument->word == WORD_NEW ? pane->wanted.seed + 1 : argument->integer);
    if (mix)
        pane_set_mix(pane, mix);
    app_say(app, "Ancestral sample with seed %llu", (unsigned long long)pane->wanted.seed);
    return 0;
}

static int run_mix(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    const struct argument *argument = &call->arguments[0];
    uint32_t now = pane_mix(pane);
    uint32_t more = now + MIX_STEP < 100 ? now + MIX_STEP : 100;
    (void)message;
    pane_set_mix(pane, argument->word == WORD_MORE   ? more
                       : argument->word == WORD_LESS ? now - (now < MIX_STEP ? now : MIX_STEP)
                                                     : (uint32_t)argument->integer);
    app_say(app, "%u %% of the way from denoised to ancestral", (unsigned)pane_mix(pane));
    return 0;
}

/* The next one that is there; after the last the file itself. */
static enum codec next_codec(enum codec codec)
{
    do
        codec = (enum codec)((codec + 1) % N_CODECS);
    while (!codec_is_there(codec));
    return codec;
}

static int show_codec(struct app *app, enum codec codec, bool cut, struct message *message)
{
    struct pane *pane = app_active(app);
    struct text_line name;
    if (!codec_is_there(codec))
        return message_set(message, "%s: this viewer was built without its library",
                           codec_title(codec));
    if (codec && !progress_expects_reference(pane->progress))
        return message_set(message, "other codecs need the original: give one with --reference");
    pane_set_codec(pane, codec, cut);
    app_say(app, codec ? "%s at as many bytes" : "The file itself",
            exhibit_mode_name(&pane->wanted, &name));
    return 0;
}

static int run_codec(struct app *app, const struct command_call *call, struct message *message)
{
    const struct exhibit *wanted = &app_active(app)->wanted;
    enum word word = call->arguments[0].word;
    enum codec codec = word == WORD_OFF    ? CODEC_UQD
                       : word == WORD_NEXT ? next_codec(wanted->codec)
                                           : (enum codec)(word - WORD_JPEG + CODEC_JPEG);
    return show_codec(app, codec, wanted->cut, message);
}

static int run_cut(struct app *app, const struct command_call *call, struct message *message)
{
    const struct exhibit *wanted = &app_active(app)->wanted;
    bool cut = action_switched(&call->arguments[0], wanted->cut);
    if (!wanted->codec)
        return message_set(message, "`cut` is for other codecs: choose one with `codec`");
    if (cut && !codec_can_be_cut(wanted->codec))
        return message_set(message, "%s has no files that can be cut anywhere",
                           codec_title(wanted->codec));
    return show_codec(app, wanted->codec, cut, message);
}

static int run_original(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    if (!pane->progress->reference)
        return message_set(message, "there is no original: give one with --reference, or wait for "
                                    "the lossless step");
    pane_set_original(pane, action_switched(&call->arguments[0], pane->wanted.original));
    app_say(app, pane->wanted.original ? "Original" : "Decoded picture");
    return 0;
}

static int run_map(struct app *app, const struct command_call *call, struct message *message)
{
    struct pane *pane = app_active(app);
    enum word word = call->arguments[0].word;
    enum map_kind now = pane->wanted.map;
    enum map_kind map = word == WORD_OFF    ? MAP_OFF
                        : word == WORD_NEXT ? (enum map_kind)((now + 1) % N_MAPS)
                                            : (enum map_kind)(word - WORD_BITS + MAP_BITS);
    if (map == MAP_ERROR && !progress_expects_reference(pane->progress))
        return message_set(message, "there is no original to show the error against: give one with "
                                    "--reference, or wait for the lossless step");
    bool again = call->arguments[1].given && map == now;
    bool instead = map != MAP_OFF && app->look.comparison == COMPARE_DIFFERENCE;
    if (instead)
        action_leave_difference(app);
    pane = app_active(app);
    pane_set_map(pane, again ? MAP_OFF : map);
    app_say(app, instead ? "Map: %s, in place of the difference" : "Map: %s",
            map_name(pane->wanted.map));
    return 0;
}

/* ---- Others -------------------------------------------------------------------------------- */

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

static action *const actions[N_COMMANDS] = {
    [COMMAND_STEP] = run_step,
    [COMMAND_BYTES] = run_bytes,
    [COMMAND_UNIT] = run_unit,
    [COMMAND_PLAY] = run_play,
    [COMMAND_MODE] = run_mode,
    [COMMAND_PEEK] = run_peek,
    [COMMAND_SEED] = run_seed,
    [COMMAND_MIX] = run_mix,
    [COMMAND_CODEC] = run_codec,
    [COMMAND_CUT] = run_cut,
    [COMMAND_ORIGINAL] = run_original,
    [COMMAND_FILE] = action_file,
    [COMMAND_OPEN] = action_open,
    [COMMAND_PANE] = action_pane,
    [COMMAND_LINK] = action_link,
    [COMMAND_COMPARE] = action_compare,
    [COMMAND_WIPE] = action_wipe,
    [COMMAND_FLICKER] = action_flicker,
    [COMMAND_ABSOLUTE] = action_absolute,
    [COMMAND_GAIN] = action_gain,
    [COMMAND_MAP] = run_map,
    [COMMAND_GRID] = action_switch,
    [COMMAND_LOUPE] = action_switch,
    [COMMAND_HISTOGRAM] = action_switch,
    [COMMAND_ZOOM] = action_zoom,
    [COMMAND_FIT] = action_fit,
    [COMMAND_PAN] = action_pan,
    [COMMAND_FILMSTRIP] = action_switch,
    [COMMAND_CURVE] = action_curve,
    [COMMAND_BLANK] = action_switch,
    [COMMAND_FULLSCREEN] = action_fullscreen,
    [COMMAND_PRESENT] = action_present,
    [COMMAND_CAPTION] = action_caption,
    [COMMAND_TALK] = action_talk,
    [COMMAND_POINT] = action_point,
    [COMMAND_AUTOPLAY] = action_autoplay,
    [COMMAND_BANDWIDTH] = action_bandwidth,
    [COMMAND_SPEED] = action_speed,
    [COMMAND_TEXT] = action_text,
    [COMMAND_HELP] = action_help,
    [COMMAND_BACK] = action_back,
    [COMMAND_REDRAW] = action_redraw,
    [COMMAND_SCREENSHOT] = action_screenshot,
    [COMMAND_METRIC] = action_metric,
    [COMMAND_IMPORT] = action_import,
    [COMMAND_EXPORT] = action_export,
    [COMMAND_SHEET] = action_sheet,
    [COMMAND_RESIZE] = action_resize,
    [COMMAND_WAIT] = run_wait,
    [COMMAND_PAUSE] = run_wait,
    [COMMAND_QUIT] = run_quit,
};

int app_run_command(struct app *app, const struct command_call *call, struct message *message)
{
    if (call->id == COMMAND_STEP || call->id == COMMAND_BYTES || call->id == COMMAND_MODE ||
        call->id == COMMAND_SEED || call->id == COMMAND_MIX)
        app_resume(app);
    if (call->id == COMMAND_STEP || call->id == COMMAND_BYTES)
        app_hold_arrival(app, true);
    if (command_needs_panes(call->id) && app->n_panes < 2)
        return message_set(message, "`%s` needs several panes: see `compare`",
                           viewer_commands[call->id].name);
    int result = actions[call->id](app, call, message);
    app_follow(app);
    app->dirty = true;
    return result;
}

void app_run_line(struct app *app, const char *line)
{
    struct command_call call;
    struct message message;
    int status = command_parse(line, &call, &message);
    if (status == 0) {
        app_interrupt_talk(app, call.id);
        status = app_run_command(app, &call, &message);
    }
    if (status)
        app_say(app, "%.159s", message.text);
    app->dirty = true;
}
