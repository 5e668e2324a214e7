/* The texts by which thumbnails say whose they are, as metadata of pictures. */
#ifndef UQD_COMMON_THUMBNAIL_TEXTS_H
#define UQD_COMMON_THUMBNAIL_TEXTS_H

#include "image_file.h"

#include <stdint.h>
#include <sys/stat.h>

/* These append one. 0, or -1 without memory. */
int thumbnail_text_add(struct pixels *pixels, const char *key, const char *text);
int thumbnail_number_add(struct pixels *pixels, const char *key, int64_t number);

/* What the Thumbnail Managing Standard of freedesktop.org wants to be known. */
struct thumbnail_texts {
    const char *uri;
    const struct stat *status; /* of the file when it was opened */
    uint32_t width, height;    /* of the file's picture */
    const char *software;      /* that makes the thumbnail, with its version */
};

/* Appends all of these. 0, or -1 without memory. */
int thumbnail_texts_add(struct pixels *pixels, const struct thumbnail_texts *texts);

#endif
