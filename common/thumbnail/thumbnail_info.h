/* What a thumbnail says of the file that it shows. */
#ifndef UQD_COMMON_THUMBNAIL_INFO_H
#define UQD_COMMON_THUMBNAIL_INFO_H

#include <stdint.h>

struct thumbnail_info {
    char *uri;     /* malloc'ed */
    int64_t mtime; /* seconds; a fraction, which some programs write, is dropped */
    int is_coarse; /* a better one was to come */
};

/* The text of coarse thumbnails has this key. */
#define THUMBNAIL_COARSE "X-UQD::Coarse"

/* Reads no pixels, and gives up a file that has too much before them. 0, or -1 if there is no such
 * file, or it is no PNG file with both of these; to be freed in the first case. */
int thumbnail_info_read(struct thumbnail_info *info, const char *path);

void thumbnail_info_free(struct thumbnail_info *info);

#endif
