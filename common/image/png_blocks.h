/* Metadata as chunks of a PNG file. */
#ifndef UQD_COMMON_PNG_BLOCKS_H
#define UQD_COMMON_PNG_BLOCKS_H

#include "buffer.h"
#include "image_file.h"

/* Makes the chunk of a block: its name, ended by a zero byte, and its data, appended. 0, 1 if a PNG
 * cannot carry the block, or -1 where there is no memory. */
int png_block(const struct uqd_metadata *block, char name[5], struct buffer *data);

#endif
