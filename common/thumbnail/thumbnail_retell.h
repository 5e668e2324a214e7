/* Thumbnails that become those of other files: their texts change, their pixels stay as they are.
 */
#ifndef UQD_COMMON_THUMBNAIL_RETELL_H
#define UQD_COMMON_THUMBNAIL_RETELL_H

#include <stddef.h>
#include <stdint.h>

/* Copies a PNG file in memory with these in place of its own. Nothing is unpacked, so that it costs
 * what it has bytes, whoever has made it. *out is malloc'ed. 0, or -1 without memory, and for what
 * is no PNG file. */
int thumbnail_retell(const uint8_t *data, size_t size, const char *uri, int64_t mtime,
                     uint8_t **out, size_t *out_size);

#endif
