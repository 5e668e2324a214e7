/* A window of SDL for the viewer to run in. One at a time. */
#ifndef UQD_VIEWER_SDL_WINDOW_H
#define UQD_VIEWER_SDL_WINDOW_H

#include "app/backend.h"
#include "sdl/surface.h"

struct sdl_window {
    struct backend base;
    SDL_Window *window;
    SDL_Renderer *renderer;
    struct sdl_surface surface;
};

/* As backend_open. */
int sdl_window_open(struct backend **backend, const struct backend_wishes *wishes,
                    struct message *message);

/* window.c: whether a GL of this name, as GL_RENDERER tells it, computes on the processor. NULL is
 * allowed: there is none. */
bool sdl_gl_is_software(const char *name);

/* window.c: the size of the window as it is now. */
struct backend_size sdl_window_size(struct backend *backend);

/* input.c: waits for an event and tells what it means, as the member of struct backend_type. */
bool sdl_window_wait(struct backend *backend, int timeout, struct input *input);

#endif
