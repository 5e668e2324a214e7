#include "utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t utf8_character_size(const char *text, size_t size)
{
    const uint8_t *at = (const uint8_t *)text;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || length > size)
        return 0;
    uint32_t code = at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    int is_surrogate = code >= 0xd800 && code < 0xe000;
    return code < smallest[length] || code > 0x10ffff || is_surrogate ? 0 : length;
}

int utf8_is_valid(const char *text, size_t size)
{
    while (size > 0) {
        size_t length = utf8_character_size(text, size);
        if (length == 0)
            return 0;
        text += length;
        size -= length;
    }
    return 1;
}

void utf8_end_whole(char *text)
{
    size_t length = strlen(text), from = length;
    while (from > 0 && length - from < 4 && ((uint8_t)text[from - 1] & 0xc0) == 0x80)
        from--;
    if (from > 0 && (uint8_t)text[from - 1] >= 0xc0 &&
        utf8_character_size(text + from - 1, length - from + 1) == 0)
        text[from - 1] = '\0';
}

char *utf8_from_latin1(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    char *copy = malloc(2 * length + 1), *to = copy;
    if (!copy)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        uint8_t code = (uint8_t)text[i];
        if (code >= 0x80)
            *to++ = (char)(0xc0 | code >> 6);
        *to++ = (char)(code < 0x80 ? code : 0x80 | (code & 0x3f));
    }
    *to = 0;
    return copy;
}

char *utf8_from_either(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    return utf8_is_valid(text, length) ? strndup(text, length) : utf8_from_latin1(text, length);
}

int utf8_fits_latin1(const char *text)
{
    if (!utf8_is_valid(text, strlen(text)))
        return 0;
    for (; *text; text++)
        if ((uint8_t)*text > 0xc3)
            return 0;
    return 1;
}

char *utf8_to_latin1(const char *text)
{
    char *copy = malloc(strlen(text) + 1), *to = copy;
    if (!copy)
        return NULL;
    for (; *text; text++)
        if ((uint8_t)*text < 0x80)
            *to++ = *text;
        else
            *to++ = (char)((uint8_t)*text << 6 | (text[1] & 0x3f)), text++;
    *to = 0;
    return copy;
}
