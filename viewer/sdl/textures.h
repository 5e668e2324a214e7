/* Pictures as textures: the visible part, scaled, never larger than the window whatever the size of
 * the picture. They are found again by what is drawn, and kept while it is: a texture that two
 * frames did without goes. Where a picture was only moved, its pixels move and what came into view
 * is rendered.
 *
 * Memory: 8 bytes for every display pixel of a viewport in which one of the last three frames drew
 * a picture. Where viewports do not overlap that is at most 24 bytes for every display pixel of the
 * window: 25 MB at 1280 x 800, and a third of that while pictures stand still or move. */
#ifndef UQD_VIEWER_SDL_TEXTURES_H
#define UQD_VIEWER_SDL_TEXTURES_H

#include "draw/placed_picture.h"

#include <SDL.h>

struct texture_entry {
    SDL_Texture *texture;
    uint32_t *pixels; /* as rendered, before they are laid on what is behind; packed rows */
    struct placed_picture placed; /* with a reference of its own to the picture */
    struct view_rect part;        /* what is in texture and pixels, from their beginning */
    int width, height;            /* that they have room for: the viewport's */
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
