/* Pixels in memory that shapes and pictures are drawn on. All are opaque. */
#ifndef UQD_VIEWER_TERM_CANVAS_H
#define UQD_VIEWER_TERM_CANVAS_H

#include "draw/placed_picture.h"

struct canvas {
    int width, height;
    uint32_t *pixels; /* 0x00RRGGBB, rows packed */
    struct rect clip; /* inside the canvas */
};

/* Zeroed is allowed as before; what is drawn is lost. 0, or -1 if there is no memory: then the
 * canvas stays as it was. */
int term_canvas_resize(struct canvas *canvas, int width, int height);

void term_canvas_free(struct canvas *canvas);

/* NULL: everything. */
void term_canvas_clip(struct canvas *canvas, const struct rect *rect);

/* Lays a colour on a pixel value by its alpha. */
uint32_t term_blend(uint32_t below, struct colour colour);

void term_canvas_fill(struct canvas *canvas, const struct rect *rect, struct colour colour);

/* As the functions of a surface. */
void term_canvas_round_rect(struct canvas *canvas, const struct rect *rect, float radius,
                            struct colour colour);
void term_canvas_line(struct canvas *canvas, struct point from, struct point to, float width,
                      struct colour colour);
void term_canvas_disc(struct canvas *canvas, float x, float y, float radius, struct colour colour);

/* Returns what of the canvas the picture covers. Nothing is drawn if there is no memory. */
struct rect term_canvas_picture(struct canvas *canvas, const struct rect *port,
                                const struct placed_picture *placed);

/* The mean colour of a rectangle inside the canvas. */
uint32_t term_canvas_mean(const struct canvas *canvas, const struct rect *rect);

#endif
