/* Pictures as textures: the visible part, scaled, never larger than the window whatever the size of
 * the picture. They are found again by what is drawn, and kept while it is: a texture that two
 * frames did without goes. */
#ifndef UQD_VIEWER_SDL_TEXTURES_H
#define UQD_VIEWER_SDL_TEXTURES_H

#include "draw/placed_picture.h"

#include <SDL.h>

struct texture_entry {
    SDL_Texture *texture;
    struct placed_picture placed; /* with a reference of its own to the picture */
    struct view_rect part;        /* the texture has its size */
    unsigned used;                /* the frame that last drew it */
};

/* Zero-initialise and set the renderer. */
struct textures {
    SDL_Renderer *renderer;
    struct texture_entry *entries;
    size_t n_entries, allocated;
    unsigned frame;
};

/* Begins a frame. */
void textures_begin(struct textures *textures);

/* Draws a picture clipped to its viewport; nothing if there is no memory for it. */
void textures_draw(struct textures *textures, const struct rect *port,
                   const struct placed_picture *placed);

/* Drops all, also for when the renderer has lost them. */
void textures_clear(struct textures *textures);

#endif
