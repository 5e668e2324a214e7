/* The terminal that the program runs on: how it was, and that it is so again whatever happens.
 * There is one, since signals are for the whole program; all functions are for the main thread. */
#ifndef UQD_VIEWER_TERM_TTY_H
#define UQD_VIEWER_TERM_TTY_H

#include "message.h"
#include "term/detect.h"

#include <stdbool.h>
#include <stddef.h>

/* What signals asked for since it was asked last. */
struct tty_signals {
    bool quit, stop, continued, resized;
};

struct tty_size {
    int columns, rows;           /* cells */
    int cell_width, cell_height; /* pixels; 0: unknown */
};

/* Reads keys one by one from now on, with signals handled: those that end the program are told
 * first, the second one ends it, after the terminal was set back, as crashes do. A terminal that
 * takes nothing is left as it is after a while. wake_fd is an
 * eventfd that signals write to. 0, or -1 with a message if there is no terminal. */
int tty_open(int wake_fd, struct message *message);

/* Sets everything back. Nothing if it is not open. */
void tty_close(void);

/* Where keys are read from. */
int tty_input(void);

/* Writes the questions of detect.h, and waits for the answers a while. Returns how many bytes came
 * meanwhile, answers and keys alike; at most size. */
size_t tty_ask(const char *questions, struct term_answers *answers, char *bytes, size_t size);

struct tty_size tty_size(void);

/* Takes the whole screen, with the pointer told; what goes to standard error is kept until it is
 * given back. Nothing if it has it. */
void tty_enter(bool key_events);

/* What is written first when the terminal is set back: cut off if it is long. */
void tty_set_farewell(const void *bytes, size_t size);

/* Gives the screen back and stops the program until it is continued. */
void tty_stop(void);

/* After the program was stopped by others: reads keys one by one again. The screen is given back if
 * it was not, so that the next tty_enter takes it anew. */
void tty_continue(void);

/* Writes all. 0, or -1 if the terminal is gone, or takes nothing while a signal asks the program to
 * end: then a part may have been written. */
int tty_write(const void *bytes, size_t size);

struct tty_signals tty_take_signals(void);

#endif
