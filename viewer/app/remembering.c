/* What comes back the next time: settings, and where each file was left. */
#include "app/app.h"

#include "session/remembered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Scripts do the same each time. */
static bool is_forgetful(const struct app *app)
{
    return app->settings.forget || app->settings.script || app->settings.talk;
}

/* ---- Settings ------------------------------------------------------------------------------ */

static void recall_switch(const struct remembered_settings *settings, const char *key, bool *flag)
{
    const char *value = remembered_get(settings, key);
    if (value)
        *flag = !strcmp(value, "on");
}

void app_recall_settings(struct app *app)
{
    struct remembered_settings settings = {0};
    int width, height, unit;
    double scale;
    if (is_forgetful(app))
        return;
    remembered_load_settings(&settings);
    recall_switch(&settings, "filmstrip", &app->look.filmstrip);
    recall_switch(&settings, "curve", &app->look.curve);
    const char *value = remembered_get(&settings, "text");
    if (value && sscanf(value, "%lf", &scale) == 1 && scale >= 0.5 && scale <= 4)
        app->look.text_scale = scale;
    value = remembered_get(&settings, "unit");
    if (value && sscanf(value, "%d", &unit) == 1 && unit >= 0 && unit < N_SCRUB_UNITS)
        app->look.unit = (enum scrub_unit)unit;
    value = remembered_get(&settings, "window");
    if (value && !app->settings.width && sscanf(value, "%dx%d", &width, &height) == 2 &&
        width >= 320 && height >= 240 && width <= 16384 && height <= 16384) {
        app->settings.width = width;
        app->settings.height = height;
    }
}

static void remember_settings(struct app *app)
{
    struct remembered_settings settings = {0};
    struct backend_size size = app->backend->type->size(app->backend);
    char text[64];
    remembered_set(&settings, "filmstrip", app->look.filmstrip ? "on" : "off");
    remembered_set(&settings, "curve", app->look.curve ? "on" : "off");
    snprintf(text, sizeof text, "%.4f", app->look.text_scale);
    remembered_set(&settings, "text", text);
    snprintf(text, sizeof text, "%d", (int)app->look.unit);
    remembered_set(&settings, "unit", text);
    if (!app->backend->type->is_fullscreen(app->backend)) {
        snprintf(text, sizeof text, "%.0fx%.0f", (double)((float)size.width / size.density),
                 (double)((float)size.height / size.density));
        remembered_set(&settings, "window", text);
    }
    remembered_save_settings(&settings);
}

/* ---- Positions ----------------------------------------------------------------------------- */

static uint64_t mark_of(const struct document *document)
{
    return remembered_mark(document->header, (size_t)document->file.info.header_size);
}

/* Anybody may have written the line: only what changes the view is done. */
static void recall_line(struct app *app, const char *line)
{
    struct command_call call;
    struct message unused;
    if (command_parse(line, &call, &unused))
        return;
    if (call.id == COMMAND_STEP && call.arguments[0].word == WORD_NONE)
        pane_await(app_active(app), (uint32_t)call.arguments[0].integer);
    else if (call.id == COMMAND_MODE || call.id == COMMAND_SEED || call.id == COMMAND_MIX ||
             call.id == COMMAND_ZOOM || call.id == COMMAND_PAN)
        app_run_command(app, &call, &unused);
}

void app_recall_position(struct app *app)
{
    const struct document *document = app_document(app);
    if (is_forgetful(app) || app->n_panes > 1 || app->standard_input)
        return;
    char *lines = remembered_load_position(document->path, mark_of(document));
    for (char *line = lines, *end; line && *line; line = end) {
        end = line + strcspn(line, "\n");
        if (*end)
            *end++ = '\0';
        recall_line(app, line);
    }
    free(lines);
    app->look.feedback[0] = '\0';
}

static size_t add_line(char *lines, size_t size, size_t length, const char *format, double a,
                       double b)
{
    int n = length < size ? snprintf(lines + length, size - length, format, a, b) : 0;
    return length + (n > 0 ? (size_t)n : 0);
}

static void remember_position(struct app *app)
{
    const struct document *document = app_document(app);
    const struct pane *pane = app_active(app);
    struct view_frame frame = app_frame(app);
    char lines[REMEMBERED_LINES_SIZE];
    size_t length = 0;
    if (app->n_panes > 1 || app->standard_input)
        return;
    lines[0] = '\0';
    if (!pane->following)
        length = add_line(lines, sizeof lines, length, "step %.0f\n", pane->wanted.position, 0);
    bool other_seed = pane->wanted.seed != app->settings.seed;
    if (other_seed) /* also chooses a mode, so that it comes first */
        length += (size_t)snprintf(lines + length, sizeof lines - length, "seed %llu\n",
                                   (unsigned long long)pane->wanted.seed);
    if (other_seed || pane->wanted.mode != app->settings.mode || pane->wanted.mix)
        length += (size_t)snprintf(lines + length, sizeof lines - length, "mode %s\n",
                                   mode_name(pane->wanted.mode));
    if (pane->wanted.mix)
        length = add_line(lines, sizeof lines, length, "mix %.0f\n", pane->wanted.mix, 0);
    if (!app->view.fit) {
        length =
            add_line(lines, sizeof lines, length, "zoom %.9g\n", view_seen_zoom(&app->view), 0);
        length = add_line(lines, sizeof lines, length, "pan %.9g %.9g\n",
                          (frame.picture_width / 2.0 - app->view.centre_x) * app->view.zoom,
                          (frame.picture_height / 2.0 - app->view.centre_y) * app->view.zoom);
    }
    remembered_save_position(document->path, mark_of(document), lines);
}

void app_remember(struct app *app)
{
    if (is_forgetful(app) || !app->backend || app->n_panes == 0)
        return;
    remember_settings(app);
    remember_position(app);
}
