/* A file that comes as slowly as the bandwidth says. */
#include "app/app.h"

#include <stdio.h>

#define INTERVAL 40 /* milliseconds from one picture to the next at least */

/* Whether the picture on the screen is one of what has come, and not of what was shown before. */
static bool has_come(struct app *app)
{
    const struct pane *pane = app_active(app);
    return pane->shown && !pane->exhibit.original &&
           pane_described_bytes(pane) <= app->arrival.bytes;
}

/* Numbers and picture belong together: while the line is held, or what it has brought is not yet
 * decoded, they are those of the picture. */
void app_describe_arrival(struct app *app)
{
    const struct arrival *arrival = &app->arrival;
    struct look *look = &app->look;
    struct text_line line;
    look->arrival[0] = look->late[0] = '\0';
    look->arriving = arrival->running;
    look->nothing_yet = arrival->running && !has_come(app);
    if (arrival->rate == 0)
        return;
    uint64_t bytes = look->nothing_yet ? arrival->bytes : pane_described_bytes(app_active(app));
    double late = arrival_late(arrival, bytes);
    snprintf(look->arrival, sizeof look->arrival, "%s", arrival_describe(arrival, bytes, &line));
    if (late > 0)
        snprintf(look->late, sizeof look->late, "%.1f s late", late);
}

/* The last step that has come. */
static uint32_t last_step(const struct progress *progress, uint64_t bytes)
{
    uint32_t position = progress_position_at(progress, bytes);
    return position > 0 && progress_bytes(progress, position) > bytes ? position - 1 : position;
}

/* The picture of what has come, once the one before is on the screen. Where decoding does not keep
 * up, at least the ends of steps are shown, whose pictures are mostly at hand. */
static void show(struct app *app)
{
    struct pane *pane = app_active(app);
    uint64_t bytes = app->arrival.bytes;
    uint32_t step = last_step(pane->progress, bytes);
    uint64_t least = progress_bytes(pane->progress, step);
    if (bytes < progress_bytes(pane->progress, 0))
        pane_select(pane, 0);
    else if (app_shows_wanted(app))
        pane_select_bytes(pane, bytes);
    else if (pane_described_bytes(pane) < least &&
             exhibit_bytes(pane->progress, &pane->wanted) < least)
        pane_select(pane, step);
    app_follow(app);
}

uint64_t app_arrival_next(const struct app *app)
{
    return app->arrival.running && pane_has_position(&app->panes[app->active])
               ? app->arrival.since + INTERVAL
               : 0;
}

void app_arrive(struct app *app)
{
    const struct progress *progress = app_active(app)->progress;
    uint64_t now = app_now(app);
    if (!app->arrival.running || now < app_arrival_next(app) || !pane_has_position(app_active(app)))
        return;
    arrival_advance(&app->arrival, now, app->look.speed, progress_available(progress),
                    progress->ended);
    show(app);
    if (!app->arrival.running)
        pane_select(app_active(app), UINT32_MAX);
    app->dirty = true;
}

void app_begin_arrival(struct app *app, double rate)
{
    app->look.playing = false;
    arrival_begin(&app->arrival, rate, app_now(app));
    if (rate > 0)
        show(app);
    app->dirty = true;
}

void app_hold_arrival(struct app *app, bool hold)
{
    const struct progress *progress = app_active(app)->progress;
    struct arrival *arrival = &app->arrival;
    if (arrival->rate == 0)
        return;
    if (!hold && progress->ended && arrival->bytes >= progress_available(progress))
        app_begin_arrival(app, arrival->rate);
    else
        arrival_hold(arrival, hold, app_now(app));
    app->dirty = true;
}
