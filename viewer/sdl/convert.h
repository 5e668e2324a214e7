/* Shapes in the terms of SDL. */
#ifndef UQD_VIEWER_SDL_CONVERT_H
#define UQD_VIEWER_SDL_CONVERT_H

#include "draw/shapes.h"

#include <SDL.h>

static inline SDL_Rect sdl_rect(const struct rect *rect)
{
    return (SDL_Rect){rect->x, rect->y, rect->w, rect->h};
}

#endif
