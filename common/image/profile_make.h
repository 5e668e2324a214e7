/* Colour profiles (ICC) made from other descriptions of colours. The same input gives the same
 * bytes on every run. */
#ifndef UQD_COMMON_PROFILE_MAKE_H
#define UQD_COMMON_PROFILE_MAKE_H

#include <stddef.h>
#include <stdint.h>

/* As a PNG's gAMA and cHRM have it, in units of 1/100000. */
struct profile_colours {
    uint32_t gamma;                               /* 0: the curve of sRGB */
    uint32_t white[2], red[2], green[2], blue[2]; /* x and y */
};

/* The primaries and the white point of sRGB, with its curve. */
extern const struct profile_colours profile_srgb_colours;

/* A profile of one channel, which takes the gamma alone, or of three. *icc is malloc'ed. 0, 1 if
 * there are no such colours, or -1 where there is no memory. */
int profile_from_colours(const struct profile_colours *colours, int is_grey, uint8_t **icc,
                         size_t *size);

/* A profile of one channel that shows each grey as an RGB profile shows three equal channels. *icc
 * is malloc'ed, and NULL if sRGB shows them so, which needs no profile. 0, 1 if there is no such
 * profile, or -1 where there is no memory. */
int profile_from_rgb(const void *rgb, size_t rgb_size, uint8_t **icc, size_t *size);

#endif
