/* Pictures with other channels than they have: 1 is grey, 2 grey and alpha, 3 RGB, 4 RGB and
 * alpha. */
#ifndef UQD_CLI_CHANNELS_H
#define UQD_CLI_CHANNELS_H

#include "image_file.h"

/* The fewest channels that hold pictures of a channels and pictures of b channels. */
uint32_t channels_for_both(uint32_t a, uint32_t b);

/* Gives the picture that many channels, which must hold what it has: grey counts for all colours,
 * and a picture without alpha is opaque. 0, or -1 where there is no memory; then it is as it
 * was. */
int channels_expand(struct pixels *pixels, uint32_t channels);

#endif
