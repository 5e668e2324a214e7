/* What a PNG file carries besides pixels. */
#ifndef UQD_COMMON_PNG_METADATA_H
#define UQD_COMMON_PNG_METADATA_H

#include "image_input.h"

/* Adds the metadata of the file, whose pixels have been read and whose checksums are right; of
 * colours that are told in other ways a profile is made. 0, or -1 with a message that there is no
 * memory. */
int png_read_metadata(const struct image_input *input, struct pixels *pixels);

#endif
