#include "app/app.h"

#include "draw/scene.h"
#include "image_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SDL takes a driver without a visible window when it finds nothing better. That is only wanted
 * when it was asked for. */
static bool is_visible(void)
{
    static const char *const invisible[] = {"offscreen", "dummy", "evdev"};
    const char *driver = SDL_GetCurrentVideoDriver();
    const char *requested = getenv("SDL_VIDEODRIVER");
    if (!driver)
        return false;
    for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++)
        if (!strcmp(driver, invisible[i]))
            return requested && strstr(requested, driver);
    return true;
}

static int no_display(struct message *message)
{
    message_set(message, "there is no display to open a window on; `uqd decode` writes any step "
                         "to a picture file, and ./demo a contact sheet of all steps");
    return APP_NO_DISPLAY;
}

static int create_window(struct app *app)
{
    int width = app->settings.width ? app->settings.width : 1280;
    int height = app->settings.height ? app->settings.height : 800;
    char title[512];
    snprintf(title, sizeof title, "%.240s%s%.240s", app->sides[0].label,
             app->n_sides == 2 ? " | " : "", app->n_sides == 2 ? app->sides[1].label : "");
    app->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width,
                                   height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!app->window)
        return -1;
    app->renderer = SDL_CreateRenderer(app->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!app->renderer)
        app->renderer = SDL_CreateRenderer(app->window, -1, SDL_RENDERER_SOFTWARE);
    SDL_SetWindowMinimumSize(app->window, 320, 240);
    return app->renderer ? 0 : -1;
}

int app_open_window(struct app *app, struct message *message)
{
    /* The window must be known by the name of the .desktop file. */
    setenv("SDL_VIDEO_X11_WMCLASS", "org.uqd.Viewer", 1);
    setenv("SDL_VIDEO_WAYLAND_WMCLASS", "org.uqd.Viewer", 1);
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    if (SDL_Init(SDL_INIT_VIDEO) || !is_visible())
        return no_display(message);
    if (create_window(app))
        return message_set(message, "the window cannot be opened: %s", SDL_GetError());
    return sdl_surface_open(&app->surface, app->renderer, app->settings.font, message);
}

void app_close_window(struct app *app)
{
    sdl_surface_close(&app->surface);
    if (app->renderer)
        SDL_DestroyRenderer(app->renderer);
    if (app->window)
        SDL_DestroyWindow(app->window);
    SDL_Quit();
}

struct view_frame app_frame(const struct app *app)
{
    return scene_frame(&app->layout, &app->sides[0].state);
}

void app_relayout(struct app *app)
{
    const struct uqd_info *info = &app->sides[0].file.info;
    struct layout_wishes wishes = {.text_scale = (float)app->look.text_scale,
                                   .curve = app->look.curve,
                                   .filmstrip = app->look.filmstrip,
                                   .profile = app->sides[0].colours.profile[0] != '\0',
                                   .picture_width = (int)info->width,
                                   .picture_height = (int)info->height,
                                   .active = app->active};
    int width, height;
    for (int i = 0; i < app->n_sides; i++)
        wishes.n_columns[i] = (int)app->sides[i].file.info.n_steps;
    SDL_GetWindowSize(app->window, &width, &height);
    SDL_GetRendererOutputSize(app->renderer, &wishes.width, &wishes.height);
    wishes.density = width > 0 ? (float)wishes.width / (float)width : 1;
    app->density = wishes.density;
    layout_compute(&app->layout, &wishes);
    struct view_frame frame = app_frame(app);
    if (app->view.zoom == 0)
        view_fit(&app->view, &frame);
    view_update(&app->view, &frame);
    app->dirty = true;
}

static void draw(struct app *app)
{
    struct scene scene = {.surface = &app->surface.base,
                          .layout = &app->layout,
                          .look = &app->look,
                          .view = &app->view,
                          .n_sides = app->n_sides,
                          .active = app->active,
                          .background = app_is_computing(app, SOURCE_BACKGROUND),
                          .hover = app->hover};
    for (int i = 0; i < app->n_sides; i++) {
        struct side *side = &app->sides[i];
        scene.sides[i] = (struct scene_side){.state = &side->state,
                                             .label = side->label,
                                             .colours = &side->colours,
                                             .original_colours = side->state.reference_given
                                                                     ? &side->reference_colours
                                                                     : &side->colours};
    }
    scene_draw(&scene);
}

void app_draw(struct app *app)
{
    draw(app);
    SDL_RenderPresent(app->renderer);
    app->dirty = false;
}

void app_forget_textures(struct app *app)
{
    sdl_surface_forget(&app->surface);
    app->dirty = true;
}

int app_screenshot(struct app *app, const char *path, struct message *message)
{
    struct pixels pixels = {.width = (uint32_t)app->layout.window.w,
                            .height = (uint32_t)app->layout.window.h,
                            .channels = 3};
    size_t stride = pixels.width * (size_t)pixels.channels;
    int result = -1;
    pixels.data = malloc(stride * pixels.height);
    if (!pixels.data)
        return message_set(message, "%s: out of memory", path);
    draw(app);
    if (SDL_RenderReadPixels(app->renderer, NULL, SDL_PIXELFORMAT_RGB24, pixels.data, (int)stride))
        message_set(message, "%s: the window cannot be read: %s", path, SDL_GetError());
    else
        result = image_write(path, IMAGE_PNG, &pixels, message);
    SDL_RenderPresent(app->renderer);
    free(pixels.data);
    return result;
}
