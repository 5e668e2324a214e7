#include "session/format.h"

#include <math.h>
#include <stdio.h>

const char *format_bytes(struct text_line *line, uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1000;
        unit++;
    }
    int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(line->text, sizeof line->text, "%.*f %s", digits, value, units[unit]);
    return line->text;
}

const char *format_rate(struct text_line *line, double bits_per_pixel)
{
    int digits = bits_per_pixel < 0.0995 ? 3 : bits_per_pixel < 9.995 ? 2 : 1;
    snprintf(line->text, sizeof line->text, "%.*f", digits, bits_per_pixel);
    return line->text;
}

const char *format_psnr(struct text_line *line, double decibels)
{
    if (isnan(decibels))
        line->text[0] = '\0';
    else if (isinf(decibels))
        snprintf(line->text, sizeof line->text, "∞ dB");
    else
        snprintf(line->text, sizeof line->text, "%.1f dB", round(round(decibels * 100) / 10) / 10);
    return line->text;
}

const char *format_zoom(struct text_line *line, double zoom)
{
    double percent = zoom * 100;
    snprintf(line->text, sizeof line->text, "%.*f %%", percent < 9.95 ? 1 : 0, percent);
    return line->text;
}

const char *format_done(struct text_line *line, double done)
{
    line->text[0] = '\0';
    if (done >= 0.01)
        snprintf(line->text, sizeof line->text, " %.0f %%", floor(done * 100));
    return line->text;
}
