/* What a file's next symbols need that no symbol before them changes: for a row of blocks at a time
 * the frequencies and the place on the curves. All threads work it out ahead of the one that reads
 * or writes the chunk. */
#ifndef UQD_LATTICE_PLAN_H
#define UQD_LATTICE_PLAN_H

#include "codec/lattice/group.h"
#include "codec/lattice/tile.h"
#include "entropy/split.h"

#include <stddef.h>
#include <stdint.h>

/* The first symbol of a coefficient. */
struct uqd_planned {
    struct uqd_split split;
    int16_t twice_centre; /* of the cell that is refined */
    int16_t position;     /* on the curve, -1 beside it; UQD_PLAN_PLAIN: no curve is asked */
    uint16_t x;           /* block, from the tile's first on */
    uint8_t c;            /* channel - the group's first */
    uint8_t context_class;
};

enum { UQD_PLAN_PLAIN = INT16_MIN };

/* Plans the coefficients of the phase in row y of a tile, in coding order; returns how many.
 * planned: room for all coefficients of the row. adapts: whether curves are asked about cells
 * around 0. */
uint32_t uqd_plan_row(const struct uqd_group_phase *at, struct uqd_tile tile, uint32_t y,
                      int adapts, struct uqd_planned *planned);

/* Room for the plans of two slices, some rows of a tile each: one is coded while the next is
 * planned. */
struct uqd_plan_slices {
    struct uqd_planned *planned[2]; /* owned */
    uint32_t *counts[2];            /* of each row of the tile */
};

/* For tiles of that size at most. On failure the slices may be freed. Errors: UQD_ERR_NOMEM. */
int uqd_plan_slices_init(struct uqd_plan_slices *slices, uint32_t width, uint32_t height);
void uqd_plan_slices_free(struct uqd_plan_slices *slices);

/* Rows of a slice, `row` coefficients each, in a tile of that height. */
uint32_t uqd_plan_slice_rows(size_t row, uint32_t height);

#endif
