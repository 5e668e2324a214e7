#include "json.h"

#include "escape.h"

#include <math.h>

void json_string(FILE *out, const char *text)
{
    putc('"', out);
    while (*text) {
        size_t length = escape_letter(text);
        unsigned char c = (unsigned char)*text;
        if (length == 0)
            fputs("\\ufffd", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\u%04x", c);
        else if (length == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0) /* control characters */
            fprintf(out, "\\u%04x", (unsigned char)text[1]);
        else
            fwrite(text, 1, length, out);
        text += length ? length : 1;
    }
    putc('"', out);
}

void json_number(FILE *out, double number)
{
    if (isnan(number))
        fputs("null", out);
    else if (isinf(number))
        fputs("\"inf\"", out);
    else
        fprintf(out, "%.10g", number);
}
