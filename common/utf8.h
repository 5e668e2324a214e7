/* UTF-8, and texts between it and Latin-1. Texts that these functions return are malloc'ed, end
 * with a zero byte, and are NULL where there is no memory. */
#ifndef UQD_COMMON_UTF8_H
#define UQD_COMMON_UTF8_H

#include <stddef.h>

/* Bytes of the character that a text of size bytes, at least 1, begins with; 0 if they are none. */
size_t utf8_character_size(const char *text, size_t size);

/* Whether the bytes are UTF-8 in its shortest form. */
int utf8_is_valid(const char *text, size_t size);

/* Takes away what is left at the end of a character that a text was cut in. */
void utf8_end_whole(char *text);

/* Ends at a zero byte, if there is one in the text. */
char *utf8_from_latin1(const char *text, size_t size);

/* A copy of the text if it is UTF-8, else it is taken as Latin-1. Ends at a zero byte as above. */
char *utf8_from_either(const char *text, size_t size);

/* Whether Latin-1 has all characters of the text, which is UTF-8. */
int utf8_fits_latin1(const char *text);

/* The text, which fits, as Latin-1. */
char *utf8_to_latin1(const char *text);

#endif
