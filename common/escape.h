/* Text that a terminal shows as it is: names of files may hold any byte. */
#ifndef UQD_COMMON_ESCAPE_H
#define UQD_COMMON_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Bytes of the letter that a NUL-terminated text begins with: 1 to 4, or 0 if the text is empty or
 * its first bytes are no letter in UTF-8. */
size_t escape_letter(const char *text);

enum { ESCAPE_MAX = 8 };

/* Moves *text, which must not be at its end, behind its next letter and gives the bytes to show
 * for it: the letter itself, or for a control character or a byte that is no UTF-8 something like
 * \n or \x1b. Returns their number, at most ESCAPE_MAX; there is no NUL behind them. */
size_t escape_next(const char **text, char shown[ESCAPE_MAX]);

/* Prints a whole text that way. */
void escape_print(FILE *out, const char *text);

#endif
