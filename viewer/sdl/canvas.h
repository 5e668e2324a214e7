/* Anti-aliased shapes, whose pixels are computed here so that they look the same with every
 * renderer. Discs and rounded corners are kept as small textures, one per radius. */
#ifndef UQD_VIEWER_SDL_CANVAS_H
#define UQD_VIEWER_SDL_CANVAS_H

#include "draw/shapes.h"

#include <SDL.h>

#define CANVAS_N_DISCS 24

struct canvas_disc {
    SDL_Texture *texture;
    int diameter; /* display pixels */
};

/* Zero-initialise and set the renderer. */
struct canvas {
    SDL_Renderer *renderer;
    struct canvas_disc discs[CANVAS_N_DISCS];
    unsigned n_discs;
};

/* Drops all textures. */
void canvas_forget(struct canvas *canvas);

void canvas_rect(struct canvas *canvas, const struct rect *rect, struct colour colour);

/* With rounded corners. */
void canvas_round_rect(struct canvas *canvas, const struct rect *rect, float radius,
                       struct colour colour);

/* A straight line with blunt ends. */
void canvas_line(struct canvas *canvas, struct point from, struct point to, float width,
                 struct colour colour);

/* The centre is rounded to half pixels. */
void canvas_disc(struct canvas *canvas, float x, float y, float radius, struct colour colour);

#endif
