/* Numbers as people read them. All functions write to the caller's text and return it. */
#ifndef UQD_VIEWER_SESSION_FORMAT_H
#define UQD_VIEWER_SESSION_FORMAT_H

#include <stddef.h>
#include <stdint.h>

struct text_line {
    char text[160];
};

/* 950 B, 12.3 kB, 1.25 MB */
const char *format_bytes(struct text_line *line, uint64_t bytes);

/* 0.0421, 0.42, 12.3: bits per pixel without the unit, some three digits */
const char *format_rate(struct text_line *line, double bits_per_pixel);

/* 31.2 dB, ∞ dB; "" if unknown. Rounded from the two decimals that files store and other programs
 * print: so it is the same for a number of the file and one that was measured, and 0.05 goes up. */
const char *format_psnr(struct text_line *line, double decibels);

/* " 40 %", or "" where nothing is done yet; done: 0 to 1 */
const char *format_done(struct text_line *line, double done);

/* 50 %, 200 % */
const char *format_zoom(struct text_line *line, double zoom);

#endif
