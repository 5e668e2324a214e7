#include "json.h"

#include <math.h>

void json_string(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            putc(c, out);
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
