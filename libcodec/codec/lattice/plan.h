/* What a file's next symbols need that no symbol before them changes: their phases, and for a row
 * of cells at a time the frequencies and the place on the curves. All threads work it out ahead of
 * the one that reads or writes the chunk. */
#ifndef UQD_LATTICE_PLAN_H
#define UQD_LATTICE_PLAN_H

#include "codec/lattice/refine.h"
#include "entropy/split.h"

#include <stdint.h>

/* The first symbol of a coefficient. */
struct uqd_planned {
    struct uqd_split split;
    int16_t twice_centre; /* of the cell that is refined */
    int16_t position;     /* on the curve, -1 beside it; UQD_PLAN_PLAIN: no curve is asked */
    uint16_t x;           /* cell, from the tile's first on */
    uint8_t c;            /* channel - first */
    uint8_t surroundings;
};

enum { UQD_PLAN_PLAIN = INT16_MIN };

/* Works out what is the same for all coefficients of a group whose levels are set. */
void uqd_plan_group(struct uqd_refine *refine);

/* Lists a row of cells by phases, before any of their symbols. */
void uqd_plan_phases(const struct uqd_refine *refine, uint32_t y);

/* Plans the coefficients of refine->phase of row y of a tile, in coding order; returns how many.
 * planned: room for all coefficients of the row. ahead: [..][UQD_PLAN_AHEAD], out, of those around
 * 0 the splits of the levels behind the first if they stay there; or NULL. adapts: whether curves
 * are asked about cells around 0. */
uint32_t uqd_plan_row(const struct uqd_refine *refine, struct uqd_tile tile, uint32_t y, int adapts,
                      struct uqd_planned *planned, struct uqd_split *ahead);

#endif
