/* The parts of a picture in memory that only the readers of files change. */
#ifndef UQD_COMMON_PIXELS_H
#define UQD_COMMON_PIXELS_H

#include "image_file.h"

/* The bytes of the first block of that type, to change them in place; NULL if there is none. */
uint8_t *pixels_metadata_bytes(struct pixels *pixels, enum uqd_metadata_type type, size_t *size);

/* Removes every block of that type. */
void pixels_remove_metadata(struct pixels *pixels, enum uqd_metadata_type type);

#endif
