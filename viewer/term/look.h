/* What a terminal is drawn with. */
#ifndef UQD_VIEWER_TERM_LOOK_H
#define UQD_VIEWER_TERM_LOOK_H

#include "session/terminal.h"

#include <stdbool.h>

/* Largest number of cells that are drawn on; a terminal's other cells stay empty. */
#define TERM_MAX_COLUMNS 512
#define TERM_MAX_ROWS    200

struct term_look {
    enum terminal_mode mode; /* one that draws */
    bool true_colour;        /* 24 bits; otherwise the 256 colours that all have */
    bool through_tmux;       /* kitty's sequences are handed on, and letters stand for pictures */
};

/* Whether pixels are sent, and not letters alone. */
static inline bool term_is_graphic(const struct term_look *look)
{
    return look->mode == TERMINAL_KITTY || look->mode == TERMINAL_SIXEL;
}

#endif
