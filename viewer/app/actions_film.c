/* Files with the pictures of all steps. */
#include "app/actions.h"

#include "session/film.h"

static int write_film(struct app *app, const char *path,
                      int (*write)(const struct film *film, const char *path,
                                   struct message *message),
                      struct message *message)
{
    struct film film;
    int status = film_gather(&film, app_active(app), &app_document(app)->frames, message);
    if (status == 0)
        status = write(&film, path, message);
    film_free(&film);
    return status;
}

int action_export_animation(struct app *app, const struct command_call *call,
                            struct message *message)
{
    return write_film(app, call->file, film_write_animation, message);
}

int action_sheet(struct app *app, const struct command_call *call, struct message *message)
{
    int status = write_film(app, call->file, film_write_strip, message);
    if (status == 0)
        app_say(app, "Written: %.140s", call->file);
    return status;
}
