/* What the maps share. */
#ifndef UQD_VIEWER_SESSION_MAPS_PRIVATE_H
#define UQD_VIEWER_SESSION_MAPS_PRIVATE_H

#include "session/maps/map.h"

#include <stdbool.h>

/* Whether two pictures have the same size and channels. */
bool map_same_shape(const struct picture *a, const struct picture *b);

/* A map to be filled; NULL if there is no memory or no such picture. */
struct picture *map_new(uint32_t width, uint32_t height);

/* Paints n pixels in the colours of a scale. */
void map_paint(uint8_t *pixels, const uint8_t *entries, uint32_t n, enum scale_kind scale);

/* Entries of a scale whose places go with the fourth root: entries[i] for i of most, for i = 0 ..
 * most, the last one of which is 255. */
void map_fourth_roots(uint8_t *entries, uint32_t most);

#endif
