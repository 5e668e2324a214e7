/* What a daemon tells, made fit to be shown: another program may have its name and say anything. */
#ifndef UQD_CTL_TOLD_H
#define UQD_CTL_TOLD_H

#include <stdint.h>

/* These give the number if it can be one of its kind, else NaN, which is "unknown". */
double told_share(double share);     /* 0 to 1 */
double told_seconds(double seconds); /* not negative */
double told_psnr(double psnr);       /* in decibel, or infinite */

/* Of so many bytes for a picture of that size; NaN if it has no pixels. */
double told_bits_per_pixel(uint64_t bytes, uint32_t width, uint32_t height);

/* Prints text escaped as in escape.h, and spaces up to a width in letters. */
void told_print_text(const char *text, unsigned width);

#endif
