/* What is drawn, made from what is known; and what the pointer is on in it. */
#include "app/app.h"

#include "draw/plotting.h"
#include "draw/scene.h"

#include <string.h>

/* The part of a picture that is to be seen, in pixels of its own size. */
static struct histogram_region seen_part(const struct app *app, const struct picture *picture)
{
    struct view_frame frame = app_frame(app);
    struct rect port = {0, 0, frame.port_width, frame.port_height};
    struct placed_picture placed = {.place = view_place(&app->view, &frame)};
    struct view_rect part = placed_picture_part(&placed, &port);
    double across = (double)picture->width / placed.place.width;
    double down = (double)picture->height / placed.place.height;
    if (part.width <= 0 || part.height <= 0)
        return (struct histogram_region){0, 0, 0, 0};
    return (struct histogram_region){(uint32_t)(part.x * across), (uint32_t)(part.y * down),
                                     (uint32_t)(part.width * across + 0.999),
                                     (uint32_t)(part.height * down + 0.999)};
}

static bool update_histogram(struct app *app)
{
    const struct pane *pane = app_active(app);
    struct picture *picture = pane->values ? pane->values : pane->shown;
    struct histogram_region part = {0};
    if (!app->look.histogram)
        picture = NULL;
    if (picture)
        part = seen_part(app, picture);
    return shown_histogram_update(&app->histogram, picture, &part);
}

static bool update_difference(struct app *app)
{
    bool compared = app->look.comparison == COMPARE_DIFFERENCE;
    struct picture *a = compared ? app_active(app)->shown : NULL;
    struct picture *b = compared ? app->panes[app_other(app)].shown : NULL;
    return difference_update(&app->difference, a, b, app->look.absolute ? MAP_HEAT : MAP_LUMA,
                             (int)app->look.gain);
}

bool app_update_looking(struct app *app)
{
    bool histogram = update_histogram(app), difference = update_difference(app);
    return histogram || difference;
}

void app_update_curves(struct app *app)
{
    bool several = app_has_several(app);
    curve_set_clear(&app->curves);
    if (curve_set_copy(&app->curves, &app->imported))
        return;
    for (int i = 0; i < app->n_documents; i++) {
        const struct document *document = app->documents[i];
        for (int pane = 0; pane < app->n_panes; pane++)
            if (app->panes[pane].progress == &document->progress) {
                plotted_add(&app->curves, i, several ? document->label : NULL, &document->progress);
                break;
            }
    }
}

static void add_panes(const struct app *app, struct scene *scene)
{
    for (int i = 0; i < app->n_panes; i++) {
        struct document *document = app_document_of(app, &app->panes[i]);
        bool given = document->progress.reference_given;
        int number = 0;
        while (app->documents[number] != document)
            number++;
        scene->panes[i] = (struct scene_pane){
            .pane = &app->panes[i],
            .document = number,
            .label = document->label,
            .frames = &document->frames,
            .colours = &document->colours,
            .original_colours = given ? &document->reference_colours : &document->colours};
    }
}

static void make_scene(const struct app *app, struct scene *scene)
{
    *scene = (struct scene){.surface = app->backend->surface,
                            .layout = &app->layout,
                            .look = &app->look,
                            .view = &app->view,
                            .n_panes = app->n_panes,
                            .active = app->active,
                            .other = app_other(app),
                            .several = app_has_several(app),
                            .n_documents = app->n_documents,
                            .difference = &app->difference,
                            .histogram = app->histogram.picture ? &app->histogram : NULL,
                            .curves = &app->curves,
                            .pointer_x = app->pointer_x,
                            .pointer_y = app->pointer_y,
                            .background = app_is_computing(app, SOURCE_BACKGROUND),
                            .hover = app->hover,
                            .help_page = app->help_page};
    add_panes(app, scene);
    app_count_points(app, &scene->point);
}

/* moving: whether the zoom is. */
static void draw(struct app *app, bool moving)
{
    struct scene scene;
    app_update_looking(app);
    app_update_curves(app);
    app_describe_arrival(app);
    make_scene(app, &scene);
    scene.moving = moving;
    scene_draw(&scene);
    app->drawn_zoom = app->view.zoom;
}

static uint64_t bytes_in_plot(const struct scene *scene, double x, double y)
{
    struct plotting plotting;
    struct plot_geometry geometry;
    struct curve_place place;
    plotting_prepare(&plotting, scene);
    plot_geometry(&geometry, &plotting.view);
    if (plot_nearest(&geometry, scene->curves, x, y, plot_reach(scene->layout->scale), &place) &&
        scene->curves->curves[place.curve].points[place.point].bytes > 0)
        return scene->curves->curves[place.curve].points[place.point].bytes;
    return plot_bytes_at(&geometry, &plotting.file, x);
}

uint64_t app_bytes_at(struct app *app, const char *place, int x, int y)
{
    struct scene scene;
    make_scene(app, &scene);
    if (!strcmp(place, "Plot"))
        return bytes_in_plot(&scene, x, y);
    struct scrubbing scrubbing;
    struct scrubber_geometry geometry;
    scrubbing_prepare(&scrubbing, &scene);
    scrubber_geometry(&geometry, &scrubbing.view);
    return scrubber_place_at(&geometry, x, plot_reach(app->layout.scale)).bytes;
}

/* For so many milliseconds after it was changed a zoom is still in motion. */
#define ZOOM_REST 100

static bool zoom_moves(struct app *app)
{
    if (app->drawn_zoom > 0 && app->drawn_zoom != app->view.zoom)
        app->zoom_rests = app_now(app) + ZOOM_REST;
    return app->zoom_rests > 0;
}

void app_rest_zoom(struct app *app)
{
    if (!app->zoom_rests || app_now(app) < app->zoom_rests)
        return;
    app->zoom_rests = 0;
    app->dirty = true;
}

void app_draw(struct app *app)
{
    draw(app, zoom_moves(app));
    app->backend->type->show(app->backend);
    app->dirty = false;
}

int app_screenshot(struct app *app, const char *path, struct message *message)
{
    draw(app, false);
    int result = app->backend->type->screenshot(app->backend, path, message);
    app->backend->type->show(app->backend);
    return result;
}
