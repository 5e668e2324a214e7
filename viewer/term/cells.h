/* What the cells of a terminal are to show, and the sequences that make it show them. */
#ifndef UQD_VIEWER_TERM_CELLS_H
#define UQD_VIEWER_TERM_CELLS_H

#include "buffer.h"
#include "term/look.h"
#include "term/surface.h"

enum {
    CELL_BOLD = 1,
    CELL_REVERSE = 2,
    CELL_NO_GROUND = 4, /* the picture below is seen behind the letter */
    CELL_NO_COLOUR = 8, /* neither ground nor colour are set */
    CELL_IMAGE = 16,    /* a picture of pixels lies there, nothing is written */
    CELL_STAND_IN = 32, /* a letter that stands for a part of the image whose number is fg */
};

struct cell {
    uint32_t letter; /* LETTER_RIGHT_HALF: nothing is written */
    uint32_t fg, bg; /* 0x00RRGGBB; or an index of the palette if there are 256 colours only */
    uint8_t flags;
    uint8_t row, column; /* of the part of the image */
    uint8_t unused;      /* 0: cells are compared byte by byte */
};

/* Images are cut into tiles of so many cells at most, so that only those that changed are sent. */
#define TILE_COLUMNS 16
#define TILE_ROWS    8

/* The number of the tile that a cell belongs to, of as many as the surface has. */
unsigned cells_tile(const struct term_surface *surface, int column, int row);
unsigned cells_count_tiles(const struct term_surface *surface);

/* Rows of cells whose pixels are sent: sixels leave out the last one, since a terminal may scroll
 * when a picture touches it. */
int cells_image_rows(const struct term_surface *surface, const struct term_look *look);

/* Fills columns x rows cells. Images are numbered by tile, from first_image. */
void cells_compose(const struct term_surface *surface, const struct term_look *look,
                   unsigned first_image, struct cell *cells);

/* Appends what turns the cells that were sent into others; NULL: nothing was, and the rows are
 * lines of a text, without moves of the cursor, if lines is set. 0, or -1 if there is no memory. */
int cells_write(const struct cell *cells, const struct cell *sent, int columns, int rows,
                const struct term_look *look, bool lines, struct buffer *out);

#endif
