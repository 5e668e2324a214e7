/* How a terminal is drawn on instead of a window. */
#ifndef UQD_VIEWER_SESSION_TERMINAL_H
#define UQD_VIEWER_SESSION_TERMINAL_H

enum terminal_mode {
    TERMINAL_OFF,  /* it is not, as long as there is a display */
    TERMINAL_AUTO, /* by what it can do; from here on in the order of the words */
    TERMINAL_KITTY,
    TERMINAL_SIXEL,
    TERMINAL_BLOCKS,
    TERMINAL_ASCII
};

#define TERMINAL_WORDS "auto|kitty|sixel|blocks|ascii"

/* By its word; TERMINAL_OFF for any other. */
enum terminal_mode terminal_named(const char *name);

#endif
