/* What a JPEG file carries besides pixels. */
#ifndef UQD_COMMON_JPEG_METADATA_H
#define UQD_COMMON_JPEG_METADATA_H

#include "image_input.h"

#include <stdio.h>

#include <jpeglib.h>

/* Has the library keep the markers that jpeg_read_metadata looks at. */
void jpeg_save_metadata(struct jpeg_decompress_struct *jpeg);

/* Adds the metadata, all but the colour profile, between the reading of the header and the end of
 * the decompression. What cannot be kept is noted. 0, or -1 with a message that there is no memory.
 */
int jpeg_read_metadata(const struct image_input *input, const struct jpeg_decompress_struct *jpeg,
                       struct pixels *pixels);

#endif
