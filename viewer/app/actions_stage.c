/* Commands for a presentation. */
#include "app/actions.h"

#include <stdio.h>

/* The whole screen and no pointer; afterwards the window is as it was before. */
void action_set_presenting(struct app *app, bool on)
{
    const struct backend_type *type = app->backend->type;
    if (on == app->look.presenting)
        return;
    if (on)
        app->was_fullscreen = type->is_fullscreen(app->backend);
    app->look.presenting = on;
    type->set_fullscreen(app->backend, on || app->was_fullscreen);
    if (type->show_pointer)
        type->show_pointer(app->backend, !on);
    action_redraw_all(app);
}

int action_present(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    action_set_presenting(app, action_switched(&call->arguments[0], app->look.presenting));
    return 0;
}

int action_caption(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    snprintf(app->look.caption, sizeof app->look.caption, "%.159s", call->file);
    app_relayout(app);
    return 0;
}

int action_bandwidth(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    double rate = argument->word == WORD_OFF       ? 0
                  : argument->word == WORD_RESTART ? app->arrival.rate
                                                   : argument->number;
    if (argument->word == WORD_RESTART && rate == 0)
        return message_set(message, "there is no bandwidth to restart with: give one, as 56k");
    if (rate > 0 && !pane_has_position(app_active(app)))
        return message_set(message, "nothing is decoded yet");
    app_begin_arrival(app, rate);
    return 0;
}

int action_speed(struct app *app, const struct command_call *call, struct message *message)
{
    (void)message;
    app->look.speed = call->arguments[0].number;
    app_say(app, "%g times as fast", app->look.speed);
    return 0;
}

/* ---- Talks --------------------------------------------------------------------------------- */

int action_talk(struct app *app, const struct command_call *call, struct message *message)
{
    const struct argument *argument = &call->arguments[0];
    if (app->talk.running)
        return message_set(message, "a talk cannot lead to another one");
    if (argument->word == WORD_OFF)
        app_close_talk(app);
    else if (argument->word != WORD_NONE)
        return app_turn_talk(app, argument->word, message);
    else
        return app_open_talk(app, argument->given ? call->file : NULL, message);
    return 0;
}

int action_point(struct app *app, const struct command_call *call, struct message *message)
{
    return call->file[0] ? action_caption(app, call, message) : 0;
}

int action_autoplay(struct app *app, const struct command_call *call, struct message *message)
{
    struct app_talk *talk = &app->talk;
    bool loop = call->arguments[0].word == WORD_LOOP;
    bool on = loop || action_switched(&call->arguments[0], talk->autoplay);
    if (on && !talk->open && app_open_talk(app, NULL, message))
        return -1;
    talk->autoplay = on;
    talk->loop = loop;
    talk->held = false;
    talk->turn = 0;
    app_say(app, loop ? "The talk repeats itself" : on ? "The talk goes on by itself" : "Stopped");
    return 0;
}
