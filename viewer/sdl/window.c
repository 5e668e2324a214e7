#include "sdl/window.h"

#include "image_file.h"

#include <stdlib.h>
#include <string.h>

static struct sdl_window *own(struct backend *backend)
{
    return (struct sdl_window *)backend;
}

/* ---- While it is open ---------------------------------------------------------------------- */

static uint64_t now(struct backend *backend)
{
    (void)backend;
    return SDL_GetTicks64();
}

/* Events pile up harmlessly: one ends a wait as well as many do. */
static void wake(struct backend *backend)
{
    SDL_Event event = {.type = SDL_USEREVENT};
    (void)backend;
    SDL_PushEvent(&event);
}

struct backend_size sdl_window_size(struct backend *backend)
{
    struct backend_size size = {.grain = 0};
    int width, height;
    SDL_GetWindowSize(own(backend)->window, &width, &height);
    SDL_GetRendererOutputSize(own(backend)->renderer, &size.width, &size.height);
    size.density = width > 0 ? (float)size.width / (float)width : 1;
    return size;
}

static void resize(struct backend *backend, int width, int height)
{
    SDL_SetWindowSize(own(backend)->window, width, height);
}

static void set_title(struct backend *backend, const char *title)
{
    SDL_SetWindowTitle(own(backend)->window, title);
}

static void set_fullscreen(struct backend *backend, bool on)
{
    SDL_SetWindowFullscreen(own(backend)->window, on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

static bool is_fullscreen(struct backend *backend)
{
    return (SDL_GetWindowFlags(own(backend)->window) & SDL_WINDOW_FULLSCREEN) != 0;
}

static void show_pointer(struct backend *backend, bool on)
{
    (void)backend;
    SDL_ShowCursor(on ? SDL_ENABLE : SDL_DISABLE);
}

static void show(struct backend *backend)
{
    SDL_RenderPresent(own(backend)->renderer);
}

static int screenshot(struct backend *backend, const char *path, struct message *message)
{
    struct backend_size size = sdl_window_size(backend);
    struct pixels pixels = {
        .width = (uint32_t)size.width, .height = (uint32_t)size.height, .channels = 3};
    size_t stride = pixels.width * (size_t)pixels.channels;
    int result = -1;
    pixels.data = malloc(stride * pixels.height);
    if (!pixels.data)
        return message_set(message, "%s: out of memory", path);
    if (SDL_RenderReadPixels(own(backend)->renderer, NULL, SDL_PIXELFORMAT_RGB24, pixels.data,
                             (int)stride))
        message_set(message, "%s: the window cannot be read: %s", path, SDL_GetError());
    else
        result = image_write(path, IMAGE_PNG, &pixels, message);
    free(pixels.data);
    return result;
}

static void hide_window(struct backend *backend)
{
    SDL_HideWindow(own(backend)->window);
}

static void close_window(struct backend *backend)
{
    struct sdl_window *window = own(backend);
    sdl_surface_close(&window->surface);
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->window)
        SDL_DestroyWindow(window->window);
    SDL_Quit();
    free(window);
}

static const struct backend_type type = {.now = now,
                                         .wake = wake,
                                         .wait = sdl_window_wait,
                                         .size = sdl_window_size,
                                         .resize = resize,
                                         .set_title = set_title,
                                         .set_fullscreen = set_fullscreen,
                                         .is_fullscreen = is_fullscreen,
                                         .show_pointer = show_pointer,
                                         .show = show,
                                         .screenshot = screenshot,
                                         .hide = hide_window,
                                         .close = close_window};

/* ---- Opening ------------------------------------------------------------------------------- */

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
    return BACKEND_NO_DISPLAY;
}

bool sdl_gl_is_software(const char *name)
{
    static const char *const names[] = {"llvmpipe", "softpipe", "swrast", "swiftshader",
                                        "software"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name && strcasestr(name, names[i]))
            return true;
    return false;
}

/* What the GL of a renderer calls itself; NULL if it does not draw with GL. */
static const char *gl_name(SDL_Renderer *renderer)
{
    enum { GL_RENDERER = 0x1f01 };
    const unsigned char *(*get_string)(unsigned name);
    SDL_RendererInfo info;
    if (SDL_GetRendererInfo(renderer, &info) || strncmp(info.name, "opengl", 6) != 0)
        return NULL;
    void *address = SDL_GL_GetProcAddress("glGetString");
    memcpy(&get_string, &address, sizeof get_string);
    return get_string ? (const char *)get_string(GL_RENDERER) : NULL;
}

/* A GL that has no graphics processor is slower than SDL's own drawing, which is then shown without
 * GL. A driver that the user named stays. */
static SDL_Renderer *create_renderer(SDL_Window *window)
{
    const char *wish = SDL_GetHint(SDL_HINT_RENDER_DRIVER);
    SDL_Renderer *renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_PRESENTVSYNC), *other;
    if (renderer && ((wish && *wish) || !sdl_gl_is_software(gl_name(renderer))))
        return renderer;
    if (renderer) {
        SDL_DestroyRenderer(renderer);
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    }
    other = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE | SDL_RENDERER_PRESENTVSYNC);
    if (other || !renderer)
        return other;
    SDL_ResetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION);
    return SDL_CreateRenderer(window, -1, SDL_RENDERER_PRESENTVSYNC);
}

static int create(struct sdl_window *window, const struct backend_wishes *wishes)
{
    window->window = SDL_CreateWindow(wishes->title, SDL_WINDOWPOS_UNDEFINED,
                                      SDL_WINDOWPOS_UNDEFINED, wishes->width, wishes->height,
                                      SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!window->window)
        return -1;
    window->renderer = create_renderer(window->window);
    SDL_SetWindowMinimumSize(window->window, 320, 240);
    return window->renderer ? 0 : -1;
}

static int set_up(struct sdl_window *window, const struct backend_wishes *wishes,
                  struct message *message)
{
    /* The window must be known by the name of the .desktop file. */
    setenv("SDL_VIDEO_X11_WMCLASS", "org.uqd.Viewer", 1);
    setenv("SDL_VIDEO_WAYLAND_WMCLASS", "org.uqd.Viewer", 1);
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    if (SDL_Init(SDL_INIT_VIDEO) || !is_visible())
        return no_display(message);
    if (create(window, wishes))
        return message_set(message, "the window cannot be opened: %s", SDL_GetError());
    return sdl_surface_open(&window->surface, window->renderer, wishes->font, message);
}

int sdl_window_open(struct backend **backend, const struct backend_wishes *wishes,
                    struct message *message)
{
    struct sdl_window *window = calloc(1, sizeof *window);
    *backend = NULL;
    if (!window)
        return message_set(message, "the window cannot be opened: out of memory");
    window->base = (struct backend){.type = &type, .surface = &window->surface.base};
    int status = set_up(window, wishes, message);
    if (status)
        close_window(&window->base);
    else
        *backend = &window->base;
    return status;
}
