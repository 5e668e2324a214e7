/* Texts in the chunks of a PNG file. */
#ifndef UQD_COMMON_PNG_TEXT_H
#define UQD_COMMON_PNG_TEXT_H

#include "image_input.h"

/* Bytes of a keyword, in Latin-1. */
enum { PNG_MAX_KEYWORD = 79 };

/* The keyword of the text that is the XMP packet. */
#define PNG_XMP_KEYWORD "XML:com.adobe.xmp"

/* Add the text of a chunk tEXt, zTXt or iTXt, or the XMP packet that it is. What is damaged is left
 * out with a note. 0, or -1 with a message that there is no memory. */
int png_read_text(const struct image_input *input, struct pixels *pixels, const uint8_t *data,
                  size_t size);
int png_read_packed_text(const struct image_input *input, struct pixels *pixels,
                         const uint8_t *data, size_t size);
int png_read_international_text(const struct image_input *input, struct pixels *pixels,
                                const uint8_t *data, size_t size);

#endif
