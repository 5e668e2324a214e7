/* Giving a talk: its points are run one after the other, by keys or by themselves. Whatever else is
 * done in between, the next point goes on from there; going back repeats the talk up to that point,
 * and begins as it did, so that it looks as it did before. */
#include "app/app.h"

#include <stdio.h>

#define DWELL 5000 /* milliseconds that autoplay stays at a point */

/* ---- Lines --------------------------------------------------------------------------------- */

static bool waits(enum command_id id)
{
    return id == COMMAND_WAIT || id == COMMAND_PAUSE;
}

/* On a stage there is no status line, and a mistake does not end the talk: whoever gave the command
 * finds it in the terminal, too. */
static void tell_mistake(struct app *app, const char *mistake)
{
    fprintf(stderr, "uqd-view: %s\n", mistake);
    app_say(app, "%.159s", mistake);
}

/* In a hurry, nothing is asked for before the last line. As app_run_script_line. */
static int run_call(struct app *app, const struct command_call *call, bool hurried,
                    struct message *message)
{
    if (hurried)
        return app_run_command(app, call, message) ? -1 : 1;
    return app_run_script_line(app, call, &app->talk.limit, message);
}

/* A new seed is the same one whatever was chosen by hand in between. */
static int run_counting_seeds(struct app *app, const struct command_call *call, bool hurried,
                              struct message *message)
{
    struct app_talk *talk = &app->talk;
    if (call->id == COMMAND_SEED && call->arguments[0].word == WORD_NEW)
        app_active(app)->wanted.seed = talk->seed;
    int status = run_call(app, call, hurried, message);
    if (call->id == COMMAND_SEED && status > 0)
        talk->seed = app_active(app)->wanted.seed;
    return status;
}

static int run_line(struct app *app, size_t index, bool hurried)
{
    struct message message, mistake;
    struct app_talk *talk = &app->talk;
    const struct script_line *line = &talk->talk.script.lines[index];
    talk->running = true;
    int status = run_counting_seeds(app, &line->call, hurried, &message);
    talk->running = false;
    if (status < 0) {
        const char *name = talk->talk.script.name;
        message_set(&mistake, "%s:%d: %s", name ? name : "talk", line->number, message.text);
        tell_mistake(app, mistake.text);
        talk->limit = 0;
    }
    return status;
}

/* Runs lines without waiting; what is done again without what should happen once only. */
static void hurry(struct app *app, size_t first, size_t end, bool again)
{
    app->talk.limit = 0;
    for (size_t i = first; i < end && !app->quit; i++) {
        enum command_id id = app->talk.talk.script.lines[i].call.id;
        if (!waits(id) && (!again || talk_repeats(id)))
            run_line(app, i, true);
    }
}

/* ---- Points -------------------------------------------------------------------------------- */

/* Begins a point at a line: the first one with what opens the talk. */
static void begin_lines(struct app *app, size_t point, size_t line)
{
    struct app_talk *talk = &app->talk;
    talk->point = point;
    talk->next = line;
    talk->end = talk_end(&talk->talk, point);
    talk->held = talk->over = false;
    talk->limit = talk->turn = 0;
    app_run_talk(app);
}

static void begin_point(struct app *app, size_t point)
{
    begin_lines(app, point, app->talk.talk.points[point]);
}

/* As if the talk had just come there. */
static void go_back(struct app *app, size_t point)
{
    app_restore_stage(app, &app->talk.before);
    app->talk.seed = app->talk.before.exhibit.seed;
    hurry(app, 0, app->talk.talk.points[point], true);
    begin_point(app, point);
}

static void go_on(struct app *app)
{
    struct app_talk *talk = &app->talk;
    hurry(app, talk->next, talk->end, false);
    talk->next = talk->end;
    talk->held = false;
    if (talk->point + 1 < talk->talk.n_points)
        begin_point(app, talk->point + 1);
    else
        talk->over = true;
}

/* Those of the file. */
static void tell_mistakes(struct app *app)
{
    const struct script *script = &app->talk.talk.script;
    struct message all;
    if (script->n_mistakes > 1)
        message_set(&all, "%s (and %zu more)", script->mistake.text, script->n_mistakes - 1);
    else
        all = script->mistake;
    if (script->n_mistakes > 0)
        tell_mistake(app, all.text);
}

/* What opens files on the way does. */
static void go_to_last(struct app *app)
{
    struct app_talk *talk = &app->talk;
    size_t last = talk->talk.n_points - 1;
    if (talk->point == last) {
        go_back(app, last);
        return;
    }
    hurry(app, talk->next, talk->talk.points[last], false);
    begin_point(app, last);
}

int app_open_talk(struct app *app, const char *path, struct message *message)
{
    struct app_talk *talk = &app->talk;
    struct talk fresh;
    int status = path ? talk_load(&fresh, path, message)
                      : talk_make(&fresh, app_active(app)->progress->file->info.n_steps);
    if (status) {
        talk_free(&fresh);
        return path ? -1 : message_set(message, "there is no memory for the talk");
    }
    app_close_talk(app);
    talk->talk = fresh;
    talk->open = true;
    app_note_stage(app, &talk->before);
    talk->seed = talk->before.exhibit.seed;
    begin_lines(app, 0, 0);
    tell_mistakes(app);
    return 0;
}

void app_close_talk(struct app *app)
{
    talk_free(&app->talk.talk);
    app->talk = (struct app_talk){.open = false};
}

int app_turn_talk(struct app *app, enum word where, struct message *message)
{
    struct app_talk *talk = &app->talk;
    bool begins = !talk->open;
    if (begins && app_open_talk(app, NULL, message))
        return -1;
    if (where == WORD_LAST)
        go_to_last(app);
    else if (begins)
        return 0;
    else if (where == WORD_NEXT)
        go_on(app);
    else
        go_back(app, where == WORD_PREVIOUS && talk->point > 0 ? talk->point - 1 : 0);
    return 0;
}

/* ---- By itself ----------------------------------------------------------------------------- */

/* A time that is over would wake the viewer again and again. */
static void stop(struct app *app)
{
    app->talk.autoplay = false;
    app->talk.turn = 0;
    app->talk.over = true;
    app->dirty = true;
}

static void turn_by_itself(struct app *app)
{
    struct app_talk *talk = &app->talk;
    uint64_t now = app_now(app);
    if (talk->turn == 0 && !app_shows_wanted(app))
        return;
    if (talk->turn == 0)
        talk->turn = now + (uint64_t)(DWELL / app->look.speed);
    if (now < talk->turn)
        return;
    if (talk->point + 1 < talk->talk.n_points)
        go_on(app);
    else if (talk->loop)
        go_back(app, 0);
    else
        stop(app);
}

void app_run_talk(struct app *app)
{
    struct app_talk *talk = &app->talk;
    if (!talk->open || talk->held)
        return;
    for (; talk->next < talk->end && !app->quit; talk->next++)
        if (run_line(app, talk->next, false) == 0)
            return;
    if (talk->autoplay && !app->quit)
        turn_by_itself(app);
}

void app_count_points(const struct app *app, struct text_line *line)
{
    const struct app_talk *talk = &app->talk;
    line->text[0] = '\0';
    if (talk->open && talk->over)
        snprintf(line->text, sizeof line->text, "End of the talk");
    else if (talk->open)
        snprintf(line->text, sizeof line->text, "%zu / %zu", talk->point + 1, talk->talk.n_points);
}

uint64_t app_talk_next(const struct app *app)
{
    const struct app_talk *talk = &app->talk;
    return !talk->open || talk->held ? 0 : talk->limit ? talk->limit : talk->turn;
}

void app_interrupt_talk(struct app *app, enum command_id id)
{
    switch (id) {
    case COMMAND_STEP:
    case COMMAND_BYTES:
    case COMMAND_PLAY:
    case COMMAND_MODE:
    case COMMAND_SEED:
    case COMMAND_MIX:
    case COMMAND_ORIGINAL:
    case COMMAND_FILE:
    case COMMAND_OPEN:
    case COMMAND_PANE:
    case COMMAND_COMPARE:
    case COMMAND_MAP:
    case COMMAND_BANDWIDTH:
        app->talk.held = true;
        break;
    default:
        break;
    }
}
