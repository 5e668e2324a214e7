#include "draw/fit_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "…"

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

/* Writes the beginning of a string, without a space at its end, and an ellipsis. */
static void cut(const char *string, size_t length, struct fitted_text *fitted)
{
    while (length > 0 && string[length - 1] == ' ')
        length--;
    snprintf(fitted->text, sizeof fitted->text, "%.*s" ELLIPSIS, (int)length, string);
}

/* The start of the character that holds the byte at an offset. */
static size_t character_at(const char *string, size_t offset)
{
    while (offset > 0 && !begins_character(string[offset]))
        offset--;
    return offset;
}

void fit_text(struct surface *surface, enum text_size size, const char *string, int width,
              struct fitted_text *fitted)
{
    const size_t most = sizeof fitted->text - sizeof ELLIPSIS;
    size_t length = strlen(string), low = 0, high = length < most ? length : most;
    fitted->width = surface_text_width(surface, size, string);
    if (fitted->width <= width && length < sizeof fitted->text) {
        memcpy(fitted->text, string, length + 1);
        return;
    }
    /* The longest beginning that fits lies in low .. high, both starts of characters. */
    high = character_at(string, high);
    while (low < high) {
        size_t middle = character_at(string, low + (high - low + 1) / 2);
        if (middle == low) /* the rest is one character */
            middle = high;
        cut(string, middle, fitted);
        if (surface_text_width(surface, size, fitted->text) <= width)
            low = middle;
        else
            high = character_at(string, middle - 1);
    }
    cut(string, low, fitted);
    if (low == 0)
        fitted->text[0] = '\0';
    fitted->width = low > 0 ? surface_text_width(surface, size, fitted->text) : 0;
}

int fit_text_choose(struct surface *surface, enum text_size size, const char *const *strings, int n,
                    int width)
{
    int best = -1, best_width = -1;
    for (int i = 0; i < n; i++) {
        int own = surface_text_width(surface, size, strings[i]);
        if (own <= width && own > best_width) {
            best = i;
            best_width = own;
        }
    }
    return best;
}
