/* The characters of texts as a terminal shows them: one or two cells each. */
#ifndef UQD_VIEWER_TERM_LETTERS_H
#define UQD_VIEWER_TERM_LETTERS_H

#include <stddef.h>
#include <stdint.h>

/* Takes the next character off a UTF-8 text that has a cell of its own; 0 at its end. What would
 * command the terminal, and bytes that are no UTF-8, become U+FFFD; what joins another character is
 * left out. *width becomes 1 or 2 cells. */
uint32_t letter_next(const char **text, int *width);

/* Cells of a text. */
int letters_width(const char *text);

/* The text with what takes several letters in ASCII spelled so; copied, and cut to the size, if
 * there is any. */
const char *letters_spell(const char *text, char *copy, size_t size);

/* The ASCII character that reads most like it. */
char letter_ascii(uint32_t letter);

/* Its bytes in UTF-8, which are counted; at most 4. */
int letter_utf8(uint32_t letter, char bytes[4]);

#endif
