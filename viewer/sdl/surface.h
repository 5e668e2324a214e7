/* A renderer of SDL as a surface to draw on. */
#ifndef UQD_VIEWER_SDL_SURFACE_H
#define UQD_VIEWER_SDL_SURFACE_H

#include "draw/surface.h"
#include "message.h"
#include "sdl/canvas.h"
#include "sdl/text.h"
#include "sdl/textures.h"

struct sdl_surface {
    struct surface base;
    SDL_Renderer *renderer;
    struct canvas canvas;
    struct text *text;
    struct textures textures;
};

/* The renderer is borrowed; the font is as for text_new. 0, or -1 with a message. Close with
 * sdl_surface_close in either case. */
int sdl_surface_open(struct sdl_surface *surface, SDL_Renderer *renderer, const char *font,
                     struct message *message);

/* Zeroed is allowed. */
void sdl_surface_close(struct sdl_surface *surface);

/* Drops everything that lives in textures, for when the renderer has lost them. */
void sdl_surface_forget(struct sdl_surface *surface);

#endif
