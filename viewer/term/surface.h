/* A terminal as a surface to draw on: a canvas of pixels, and above it the letters of texts, which
 * stay letters, one in a cell. Whatever is drawn over a letter hides it. All sizes of texts are one
 * cell high; titles are bold. */
#ifndef UQD_VIEWER_TERM_SURFACE_H
#define UQD_VIEWER_TERM_SURFACE_H

#include "draw/surface.h"
#include "term/canvas.h"

#define LETTER_RIGHT_HALF 1u /* of the wide letter in the cell before */

struct letter {
    uint32_t letter; /* 0: none */
    uint32_t colour; /* 0x00RRGGBB */
    bool bold;
};

/* Zero-initialise. */
struct term_surface {
    struct surface base;
    struct canvas canvas;
    struct letter *letters;      /* columns x rows */
    int columns, rows;           /* cells */
    int cell_width, cell_height; /* canvas pixels of a cell, even */
    bool coarse; /* pixels are not shown one by one: lines and dots are drawn thick enough */
    bool ascii;  /* letters are all there is: those that ASCII lacks are spelled */
};

/* Also for a new size; what was drawn is lost. 0, or -1 if there is no memory: then the surface has
 * the size that it had. */
int term_surface_resize(struct term_surface *surface, int columns, int rows, int cell_width,
                        int cell_height);

void term_surface_free(struct term_surface *surface);

/* The pixels of a cell. */
struct rect term_surface_cell(const struct term_surface *surface, int column, int row);

/* Pixels with the letters in the built-in font, as RGB, packed: for a screenshot. malloc'ed, NULL
 * if there is no memory. */
uint8_t *term_surface_picture(const struct term_surface *surface);

#endif
