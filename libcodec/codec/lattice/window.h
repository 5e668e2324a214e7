/* Parts of a unit as units of their own: tiles that are predicted by themselves. */
#ifndef UQD_LATTICE_WINDOW_H
#define UQD_LATTICE_WINDOW_H

#include "codec/lattice/state.h"
#include "codec/lattice/tile.h"

#include <stddef.h>

/* A state of that part of a unit alone, the tile in blocks of the whole unit, with a copy of what
 * is known of it, the low-pass included; the unit has cells, and is a window that holds the tile.
 * On failure empty. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_window_take(struct uqd_state *part, const struct uqd_state *state, uint32_t unit,
                    struct uqd_tile tile, struct uqd_work *work);

/* Gives a copy of a unit the size and place of that part of the whole unit. */
void uqd_window_size(struct uqd_unit *part, struct uqd_tile tile);

/* Copies the cells of such a part back, and what was counted; not its levels. */
void uqd_window_give(struct uqd_state *state, uint32_t unit, const struct uqd_state *part);

/* Copy arrays [block] of block_size bytes between a unit and a part of it. */
void uqd_window_read(void *part_values, const struct uqd_unit *part, const void *unit_values,
                     const struct uqd_unit *unit, size_t block_size);
void uqd_window_write(void *unit_values, const struct uqd_unit *unit, const void *part_values,
                      const struct uqd_unit *part, size_t block_size);

#endif
