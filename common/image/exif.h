/* The orientation in EXIF data, which begins with a TIFF header. */
#ifndef UQD_COMMON_EXIF_H
#define UQD_COMMON_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* 1 .. 8, or 0 if there is none or the data is damaged. */
unsigned exif_orientation(const uint8_t *data, size_t size);

/* Makes the orientation normal, 1, where there is one. */
void exif_set_upright(uint8_t *data, size_t size);

#endif
