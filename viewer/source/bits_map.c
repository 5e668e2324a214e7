#include "source/bits_map.h"

#include <stdlib.h>

struct bits_map *bits_map_new(uint32_t width, uint32_t height)
{
    struct bits_map *map = malloc(sizeof *map);
    uint32_t *bits = calloc((size_t)width * height, sizeof *bits);
    if (!map || !bits) {
        free(map);
        free(bits);
        return NULL;
    }
    *map = (struct bits_map){.width = width, .height = height, .bits = bits};
    atomic_init(&map->references, 1);
    return map;
}

struct bits_map *bits_map_ref(struct bits_map *map)
{
    atomic_fetch_add(&map->references, 1);
    return map;
}

void bits_map_unref(struct bits_map *map)
{
    if (!map || atomic_fetch_sub(&map->references, 1) > 1)
        return;
    free(map->bits);
    free(map);
}
