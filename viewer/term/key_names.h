/* Keys as terminals tell them, by their names in the table of commands. */
#ifndef UQD_VIEWER_TERM_KEY_NAMES_H
#define UQD_VIEWER_TERM_KEY_NAMES_H

#include "app/backend.h"

/* A byte that is no part of a sequence; with Alt it came behind an escape. False if it names no
 * key. */
bool key_of_character(char byte, bool alt, struct input *input);

/* A sequence by its parameters, e.g. "1;2", and its final byte: what the terminals of the VT line
 * and xterm send, and the keyboard protocol of kitty, which also tells when a key is let go. False
 * if it names no key. */
bool key_of_sequence(const char *parameters, char final, struct input *input);

#endif
