/* The samples of a picture: their depth, their transparency, and whether they are grey. */
#ifndef UQD_COMMON_SAMPLES_H
#define UQD_COMMON_SAMPLES_H

#include "image_input.h"

/* Brings n samples of 0 .. maxval to 8 bits, in place. They have one byte each or, with a maxval
 * above 255, two, the more significant first. Refused are samples above maxval, and those that 8
 * bits do not hold unless the options allow to round them. 0, or -1 with a message. */
int samples_to_8_bits(const struct image_input *input, uint8_t *samples, size_t n, unsigned maxval);

/* All of these may be cancelled, and the pixels are then undefined. */

/* Leaves out an alpha channel that is opaque everywhere. 0, or -1 with a message. */
int samples_drop_opaque(const struct image_input *input, struct pixels *pixels);

/* Blends a picture with alpha over the background of the options; a grey one becomes RGB if the
 * background is not grey. 0, or -1 with a message. */
int samples_flatten(const struct image_input *input, struct pixels *pixels);

/* Whether the three colours of every pixel are equal; -1 with a message. */
int samples_are_grey(const struct image_input *input, const struct pixels *pixels);

/* Leaves out green and blue of a picture whose colours are equal. 0, or -1 with a message. */
int samples_make_grey(const struct image_input *input, struct pixels *pixels);

#endif
