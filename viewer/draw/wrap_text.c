#include "draw/wrap_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool fits(struct surface *surface, enum text_size size, const char *string, size_t length,
                 int width, struct text_line *line)
{
    snprintf(line->text, sizeof line->text, "%.*s", (int)length, string);
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
    snprintf(line->text, sizeof line->text, "%.*s", (int)length, string);
    string += length;
    return string + strspn(string, " ");
}
