/* Letters of UTF-8 text. */
#ifndef UQD_COMMON_UTF8_H
#define UQD_COMMON_UTF8_H

#include <stddef.h>

/* Bytes of the letter that a NUL-terminated text begins with: 1 to 4, or 0 if the text is empty or
 * its first bytes are no letter in UTF-8. */
size_t utf8_letter(const char *text);

#endif
