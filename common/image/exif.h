/* The orientation in EXIF data, which begins with a TIFF header. */
#ifndef UQD_COMMON_EXIF_H
#define UQD_COMMON_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* 1 .. 8, or 0 if there is none or the data is damaged. */
unsigned exif_orientation(const uint8_t *data, size_t size);

/* For a picture that was turned: makes the orientation, if there is one, normal, 1, and swaps width
 * and height if the sides were. The thumbnail, which lies as before, is taken out. Returns whether
 * there was one. */
int exif_set_upright(uint8_t *data, size_t size, int swap_sides);

#endif
