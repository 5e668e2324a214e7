#include "escape.h"

#include "utf8.h"

#include <string.h>

size_t escape_letter(const char *text)
{
    return *text ? utf8_character_size(text, strnlen(text, 4)) : 0;
}

/* Control characters of ASCII, and those of Unicode, which are C2 80 to C2 9F. */
static int is_control(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    return (length == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7f)) ||
           (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0);
}

static size_t escape_byte(unsigned char byte, char *shown)
{
    static const char digits[] = "0123456789abcdef";
    static const char bytes[] = "\t\n\r", letters[] = "tnr";
    const char *known = strchr(bytes, byte);
    shown[0] = '\\';
    if (known) {
        shown[1] = letters[known - bytes];
        return 2;
    }
    shown[1] = 'x';
    shown[2] = digits[byte >> 4];
    shown[3] = digits[byte & 15];
    return 4;
}

size_t escape_next(const char **text, char shown[ESCAPE_MAX])
{
    const char *from = *text;
    size_t length = escape_letter(from), size = 0;
    int is_shown = length > 0 && !is_control(from, length);
    length += length == 0;
    *text += length;
    if (is_shown) {
        memcpy(shown, from, length);
        return length;
    }
    for (size_t i = 0; i < length; i++)
        size += escape_byte((unsigned char)from[i], shown + size);
    return size;
}

void escape_print(FILE *out, const char *text)
{
    char shown[ESCAPE_MAX];
    while (*text)
        fwrite(shown, 1, escape_next(&text, shown), out);
}
