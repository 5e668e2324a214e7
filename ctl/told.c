#include "told.h"

#include "escape.h"

#include <math.h>
#include <stdio.h>

/* Far more than there can be, and few enough digits for a line. */
static const double max_seconds = 1e9, max_psnr = 1e4;

static double within(double number, double least, double most)
{
    return number >= least && number <= most ? number : NAN;
}

double told_share(double share)
{
    return within(share, 0, 1);
}

double told_seconds(double seconds)
{
    return within(seconds, 0, max_seconds);
}

double told_psnr(double psnr)
{
    return psnr == INFINITY ? psnr : within(psnr, -max_psnr, max_psnr);
}

double told_bits_per_pixel(uint64_t bytes, uint32_t width, uint32_t height)
{
    if (width == 0 || height == 0)
        return NAN;
    return 8.0 * (double)bytes / ((double)width * height);
}

void told_print_text(const char *text, unsigned width)
{
    char shown[ESCAPE_MAX];
    unsigned n_letters = 0;
    while (*text) {
        const size_t size = escape_next(&text, shown);
        fwrite(shown, 1, size, stdout);
        n_letters += shown[0] == '\\' ? (unsigned)size : 1;
    }
    if (n_letters < width)
        printf("%*s", (int)(width - n_letters), "");
}
