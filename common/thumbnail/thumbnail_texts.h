/* The texts by which thumbnails say whose they are, as metadata of pictures. */
#ifndef UQD_COMMON_THUMBNAIL_TEXTS_H
#define UQD_COMMON_THUMBNAIL_TEXTS_H

#include "image_file.h"

#include <stdint.h>

/* These append one. 0, or -1 without memory. */
int thumbnail_text_add(struct pixels *pixels, const char *key, const char *text);
int thumbnail_number_add(struct pixels *pixels, const char *key, int64_t number);

#endif
