/* Where the bits of a step went: one count per block of UQD_BITS_BLOCK pixels, shared between
 * threads by reference counting. */
#ifndef UQD_VIEWER_SOURCE_BITS_MAP_H
#define UQD_VIEWER_SOURCE_BITS_MAP_H

#include <stdatomic.h>
#include <stdint.h>

struct bits_map {
    uint32_t width, height; /* blocks */
    uint32_t *bits;         /* 1/256 bit, row by row */
    atomic_uint references;
};

/* With one reference; its creator fills the counts before sharing it. NULL if there is no memory.
 */
struct bits_map *bits_map_new(uint32_t width, uint32_t height);

struct bits_map *bits_map_ref(struct bits_map *map);

/* NULL is allowed. */
void bits_map_unref(struct bits_map *map);

#endif
