/* Commands that write files. */
#include "app/actions.h"
#include "draw/sheet.h"

#include "image_file.h"
#include "session/curve_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* ---- Where to ------------------------------------------------------------------------------ */

static bool is_null_device(const char *path)
{
    return !strcmp(path, "/dev/null");
}

static bool ends_with(const char *path, const char *ending)
{
    const char *dot = strrchr(path, '.');
    return dot && !strcasecmp(dot, ending);
}

/* A pipe that nobody reads would stop the window. 0, or -1 with a message. */
static int check_target(const char *path, struct message *message)
{
    struct stat info;
    if (!is_null_device(path) && stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return message_set(message, "%s: not a regular file", path);
    return 0;
}

/* The ending keeps a slip from replacing a file of another kind, as the one that is shown. */
static int check_png(const char *command, const char *path, struct message *message)
{
    if (!is_null_device(path) && !ends_with(path, ".png"))
        return message_set(message, "%s: %s writes a .png file", path, command);
    return check_target(path, message);
}

static int say_written(struct app *app, const char *path)
{
    app_say(app, "Written: %.140s", path);
    return 0;
}

/* ---- Pictures ------------------------------------------------------------------------------ */

int action_screenshot(struct app *app, const struct command_call *call, struct message *message)
{
    struct text_line name;
    const char *path = call->file;
    if (!*path) {
        snprintf(name.text, sizeof name.text, "uqd-view-step%u-%s.png",
                 (unsigned)app_active(app)->wanted.position,
                 mode_name(app_active(app)->wanted.mode));
        path = name.text;
    }
    if (check_png("screenshot", path, message) || app_screenshot(app, path, message))
        return -1;
    return say_written(app, path);
}

/* The picture in the active pane, whatever it is compared with, in the size in which it is there: a
 * map with its colours, anything else as it is stored. */
static int export_picture(struct app *app, const char *path, struct message *message)
{
    const struct picture *shown = app_active(app)->shown;
    if (!shown)
        return message_set(message, "there is no picture to write yet");
    size_t row = shown->width * (size_t)shown->channels;
    struct pixels pixels = {
        .width = shown->width, .height = shown->height, .channels = shown->channels};
    pixels.data = malloc(row * shown->height);
    if (!pixels.data)
        return message_set(message, "%s: out of memory", path);
    for (uint32_t y = 0; y < shown->height; y++)
        memcpy(pixels.data + y * row, shown->pixels + y * shown->stride, row);
    int status = image_write(path, IMAGE_PNG, &pixels, message);
    free(pixels.data);
    return status;
}

static int gather(struct app *app, struct film *film, struct message *message)
{
    return film_gather(film, app_active(app), &app_document(app)->frames, message);
}

static int export_animation(struct app *app, const char *path, struct message *message)
{
    struct film film;
    int status = gather(app, &film, message);
    if (status == 0)
        status = film_write_animation(&film, path, message);
    film_free(&film);
    return status;
}

/* The step, what it costs and what it brings. */
static void describe_step(const struct pane *pane, uint32_t step, struct sheet_caption *caption)
{
    const struct progress *progress = pane->progress;
    struct frame_key key = progress_key(progress, step, pane->wanted.mode, pane->wanted.seed);
    snprintf(caption->facts[0].text, sizeof caption->facts->text, "Step %u", (unsigned)step);
    format_bytes(&caption->facts[1], progress_bytes(progress, step));
    format_psnr(&caption->facts[2], progress_psnr(progress, &key));
}

static int write_sheet(struct app *app, const struct film *film, const char *path,
                       struct message *message)
{
    struct sheet_caption *captions = calloc(film->n_frames, sizeof *captions);
    if (!captions)
        return message_set(message, "%.200s: out of memory", path);
    for (uint32_t i = 0; i < film->n_frames; i++)
        describe_step(app_active(app), i, &captions[i]);
    int status = sheet_write(film, captions, path, message);
    free(captions);
    return status;
}

int action_sheet(struct app *app, const struct command_call *call, struct message *message)
{
    struct film film;
    if (check_png("sheet", call->file, message))
        return -1;
    int status = gather(app, &film, message);
    if (status == 0)
        status = write_sheet(app, &film, call->file, message);
    film_free(&film);
    return status ? -1 : say_written(app, call->file);
}

/* ---- Curves -------------------------------------------------------------------------------- */

/* Steps of the curves whose pictures are not measured. */
static unsigned count_missing(const struct app *app)
{
    unsigned missing = 0;
    for (int i = 0; i < app->curves.n_curves; i++) {
        const struct curve *curve = &app->curves.curves[i];
        unsigned n = 0;
        for (size_t k = 0; k < curve->n_points; k++)
            n += curve->points[k].step != CURVE_NO_STEP;
        if (curve->document >= 0)
            missing += app->documents[curve->document]->progress.n_complete - n;
    }
    return missing;
}

static int export_curves(struct app *app, const char *path, struct message *message)
{
    app_update_curves(app);
    unsigned missing = count_missing(app);
    if (curve_csv_write(&app->curves, path, message))
        return -1;
    if (missing == 0)
        return say_written(app, path);
    app_say(app, "Written: %.90s; %u %s not measured yet", path, missing,
            missing == 1 ? "point is" : "points are");
    return 0;
}

/* ---- By ending ----------------------------------------------------------------------------- */

int action_export(struct app *app, const struct command_call *call, struct message *message)
{
    const char *path = call->file;
    int status;
    if (check_target(path, message))
        return -1;
    if (ends_with(path, ".csv"))
        return export_curves(app, path, message);
    if (ends_with(path, ".png"))
        status = export_picture(app, path, message);
    else if (ends_with(path, ".apng"))
        status = export_animation(app, path, message);
    else
        return message_set(message,
                           "%s: export writes the picture to a .png file, all steps to an .apng "
                           "file, or the curves to a .csv file",
                           path);
    return status ? -1 : say_written(app, path);
}
