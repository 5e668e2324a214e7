/* The orientation in an XMP packet. */
#ifndef UQD_COMMON_XMP_H
#define UQD_COMMON_XMP_H

#include <stddef.h>
#include <stdint.h>

/* Makes every tiff:Orientation, an attribute or an element, normal: 1. Anything else, and a value
 * that is not one digit, stays as it is. */
void xmp_set_upright(uint8_t *data, size_t size);

#endif
