/* A terminal as far as the viewer uses one: what it is sent becomes letters in cells and pixels. It
 * fails the test at anything that it does not know. */
#ifndef UQD_TESTS_TERMINAL_H
#define UQD_TESTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct terminal_cell {
    uint32_t letter; /* 0: never written, or covered by an image of sixels */
    uint32_t fg, bg; /* 0x00RRGGBB */
    bool coloured, grounded, bold, reverse;
    unsigned image; /* of which it shows a part */
    int image_row, image_column;
};

#define TERMINAL_IMAGES 4096

struct terminal {
    int columns, rows, cell_width, cell_height;
    struct terminal_cell *cells;
    uint32_t *pixels; /* of images that lie below the letters */
    int column, row;  /* of the cursor */
    struct terminal_cell style;
    unsigned n_images, n_deleted;     /* that were sent */
    uint8_t *images[TERMINAL_IMAGES]; /* RGB of those without a place, by number */
    int image_widths[TERMINAL_IMAGES];
    char *data; /* base64 so far of the image that is being sent, and its keys */
    size_t data_size;
    char keys[256];
    char title[256];
    bool alternate, cursor_hidden, pointer_told, paste_marked, lines_cut;
};

void terminal_open(struct terminal *terminal, int columns, int rows, int cell_width,
                   int cell_height);
void terminal_close(struct terminal *terminal);

/* Whole sequences. */
void terminal_take(struct terminal *terminal, const void *bytes, size_t size);

/* What is to be seen there where no letter is, but half blocks and parts of images. */
uint32_t terminal_pixel(const struct terminal *terminal, int x, int y);

/* The ASCII letters of a row, others as ?, without blanks at the end. */
void terminal_row(const struct terminal *terminal, int row, char *text, size_t size);

/* Whether any row has this text. */
bool terminal_says(const struct terminal *terminal, const char *text);

/* Of the usual 256 colours. */
uint32_t terminal_colour(unsigned index);

#endif
