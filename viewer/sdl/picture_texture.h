/* The visible part of a picture, scaled and uploaded: never larger than the window, whatever the
 * size of the picture, and kept until the picture or its place changes. */
#ifndef UQD_VIEWER_SDL_PICTURE_TEXTURE_H
#define UQD_VIEWER_SDL_PICTURE_TEXTURE_H

#include "session/shown_colours.h"
#include "session/view.h"
#include "source/picture.h"

#include <SDL.h>

/* What becomes of the scaled pixels. */
struct picture_finish {
    const struct shown_colours *colours; /* borrowed; NULL: as they are stored */
    int square; /* side of the checkerboard's squares behind transparent pictures, display pixels */
};

/* Zero-initialise. */
struct picture_texture {
    SDL_Texture *texture;
    int width, height;       /* of the texture */
    struct picture *picture; /* what is in it, a reference of its own */
    struct view_rect place, part;
    struct picture_finish finish;
};

/* Draws a picture scaled to `place`, which is relative to the viewport, clipped to the viewport.
 * The checkerboard begins at the viewport's corner. */
void picture_texture_draw(struct picture_texture *texture, SDL_Renderer *renderer,
                          struct picture *picture, const SDL_Rect *port,
                          const struct view_rect *place, const struct picture_finish *finish);

void picture_texture_clear(struct picture_texture *texture);

#endif
