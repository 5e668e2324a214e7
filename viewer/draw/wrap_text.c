#include "draw/wrap_text.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* The beginning of a string, which a line has room for. */
static void take(const char *string, size_t length, struct text_line *line)
{
    assert(length < sizeof line->text);
    memcpy(line->text, string, length);
    line->text[length] = '\0';
}

static bool fits(struct surface *surface, enum text_size size, const char *string, size_t length,
                 int width, struct text_line *line)
{
    take(string, length, line);
    return surface_text_width(surface, size, line->text) <= width;
}

/* How many bytes of whole words fit; 0 if not even the first one does. */
static size_t fitting_words(struct surface *surface, enum text_size size, const char *string,
                            int width, struct text_line *line)
{
    size_t fitting = 0, length = strcspn(string, " ");
    while (length < sizeof line->text && fits(surface, size, string, length, width, line)) {
        fitting = length;
        if (!string[length])
            break;
        length += 1 + strcspn(string + length + 1, " ");
    }
    return fitting;
}

/* How many bytes of whole characters fit, one at least. */
static size_t fitting_characters(struct surface *surface, enum text_size size, const char *string,
                                 int width, struct text_line *line)
{
    size_t fitting = 0;
    for (size_t length = 1; length < sizeof line->text && string[length - 1]; length++) {
        if (((unsigned char)string[length] & 0xc0) == 0x80)
            continue;
        if (fitting > 0 && !fits(surface, size, string, length, width, line))
            break;
        fitting = length;
    }
    return fitting;
}

const char *wrap_text(struct surface *surface, enum text_size size, const char *string, int width,
                      struct text_line *line)
{
    size_t length = strlen(string);
    if (length >= sizeof line->text || !fits(surface, size, string, length, width, line))
        length = fitting_words(surface, size, string, width, line);
    if (length == 0)
        length = fitting_characters(surface, size, string, width, line);
    take(string, length, line);
    string += length;
    return string + strspn(string, " ");
}
