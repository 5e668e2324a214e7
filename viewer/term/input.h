/* What a terminal sends, as input by the names of the table of commands. */
#ifndef UQD_VIEWER_TERM_INPUT_H
#define UQD_VIEWER_TERM_INPUT_H

#include "app/backend.h"

/* Zero-initialise, and set the size of a cell. */
struct term_input {
    int cell_width, cell_height; /* display pixels: the pointer is in the middle of a cell */
    char bytes[4096];            /* not taken yet */
    size_t size;
    bool pasting;
    char paste[PATH_MAX]; /* the line that is being pasted */
    size_t paste_size;    /* PATH_MAX: it is too long for a path */
    bool pointed;         /* x, y: where the pointer was last */
    int x, y;
    bool pressed; /* the main button was, there and then */
    int press_x, press_y;
    uint64_t press_time;
    int clicks;
};

/* Takes bytes as they were read; returns how many: those behind have to be given again when there
 * is room, after term_input_next. */
size_t term_input_feed(struct term_input *input, const char *bytes, size_t size);

/* The next that the bytes mean, at this time in milliseconds. False if they are taken, or begin
 * something whose rest has not come; with all set nothing more will come soon: an escape is the
 * key. */
bool term_input_next(struct term_input *input, uint64_t now, bool all, struct input *next);

/* Turns a pasted line into the path that it means, in place: without the quotes and backslashes of
 * a shell, or from the URI of a file. */
void term_input_path(char *line);

#endif
