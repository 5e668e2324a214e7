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
    app_relayout(app);
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
