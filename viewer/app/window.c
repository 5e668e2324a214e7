/* The window as the viewer sees it: opened, named and laid out. */
#include "app/app.h"

#include "draw/scene.h"

#include <stdio.h>
#include <string.h>

/* The files that are to be seen. */
static void write_title(const struct app *app, char *title, size_t size)
{
    const struct document *active = app_document_of(app, &app->panes[app->active]);
    const struct document *other = app_document_of(app, &app->panes[app_other(app)]);
    bool both = other != active && app->look.comparison != COMPARE_OFF;
    snprintf(title, size, "%.240s%s%.240s", active->label, both ? " | " : "",
             both ? other->label : "");
}

static void update_title(struct app *app)
{
    char title[sizeof app->title];
    write_title(app, title, sizeof title);
    if (!strcmp(title, app->title))
        return;
    memcpy(app->title, title, sizeof title);
    app->backend->type->set_title(app->backend, title);
}

int app_open_window(struct app *app, backend_open *open, struct message *message)
{
    struct backend_wishes wishes = {.title = app->title,
                                    .width = app->settings.width ? app->settings.width : 1280,
                                    .height = app->settings.height ? app->settings.height : 800,
                                    .font = app->settings.font,
                                    .terminal = app->settings.terminal,
                                    .scripted = app->settings.script != NULL};
    write_title(app, app->title, sizeof app->title);
    return open(&app->backend, &wishes, message);
}

void app_hide_window(struct app *app)
{
    if (app->backend && app->backend->type->hide)
        app->backend->type->hide(app->backend);
}

void app_close_window(struct app *app)
{
    if (app->backend)
        app->backend->type->close(app->backend);
    app->backend = NULL;
}

struct view_frame app_frame(const struct app *app)
{
    return scene_frame(&app->layout, app->panes[app->active].progress->file);
}

/* The steps of the file with the most: so the strip keeps its height, and the pictures their place,
 * when another pane becomes active. */
static int count_columns(const struct app *app)
{
    uint32_t n = 1;
    for (int i = 0; i < app->n_panes; i++) {
        uint32_t n_steps = app->panes[i].progress->file->info.n_steps;
        n = n_steps > n ? n_steps : n;
    }
    return (int)n;
}

/* Likewise for the line that names a profile. */
static bool any_profile(const struct app *app)
{
    bool any = false;
    for (int i = 0; i < app->n_panes; i++)
        any |= app_document_of(app, &app->panes[i])->colours.profile[0] != '\0';
    return any;
}

void app_relayout(struct app *app)
{
    const struct document *document = app_document(app);
    const struct uqd_info *info = &document->file.info;
    bool beside = app->look.comparison == COMPARE_SIDE;
    struct backend_size size = app->backend->type->size(app->backend);
    struct layout_wishes wishes = {.width = size.width,
                                   .height = size.height,
                                   .density = size.density,
                                   .text_scale = (float)app->look.text_scale,
                                   .curve = app->look.curve,
                                   .curve_over = app->curve_over,
                                   .filmstrip = app->look.filmstrip,
                                   .profile = any_profile(app),
                                   .picture_width = (int)info->width,
                                   .picture_height = (int)info->height,
                                   .n_panes = beside ? app->n_panes : 1,
                                   .n_files = app_has_several(app) ? app->n_panes : 0,
                                   .n_columns = count_columns(app),
                                   .presenting = app->look.presenting,
                                   .heading = scene_has_caption(&app->look)};
    layout_measure(&wishes, app->backend->surface);
    layout_compute(&app->layout, &wishes);
    app->curve_over = app->layout.panel_over;
    update_title(app);
    struct view_frame frame = app_frame(app);
    app->view.grain = size.grain;
    if (app->view.zoom == 0)
        view_fit(&app->view, &frame);
    view_update(&app->view, &frame);
    app_set_reduce(app);
    app->dirty = true;
}
