/* Data that zlib packed. */
#ifndef UQD_COMMON_UNPACK_H
#define UQD_COMMON_UNPACK_H

#include "image_input.h"

/* Unpacks a block of that type, within the limit of its size; *out is malloc'ed, of one byte at
 * least. 0, 1 with a note if the data is damaged or too large, or -1 with a message that there is
 * no memory. */
int unpack(const struct image_input *input, enum uqd_metadata_type type, const uint8_t *data,
           size_t size, uint8_t **out, size_t *out_size);

#endif
