/* Refining the cells of one group of channels in one tile: the innermost loop of the codec. */
#ifndef UQD_CODEC_REFINE_H
#define UQD_CODEC_REFINE_H

#include "codec/neighbours.h"
#include "codec/state.h"
#include "codec/symbols.h"
#include "entropy/adaptive.h"

#include <stdint.h>

struct uqd_refine {
    uint32_t phase;  /* only coefficients of this phase are coded */
    uint8_t *phases; /* [cell][n], from uqd_refine_sort; or NULL: all in phase 0 */
    const struct uqd_state *state;
    uint32_t unit;
    uint32_t first, n;               /* channels in coding order */
    uint8_t from[UQD_UNIT_CHANNELS]; /* levels by channel - first */
    uint8_t to[UQD_UNIT_CHANNELS];
    uint32_t exist_w[UQD_UNIT_CHANNELS], exist_h[UQD_UNIT_CHANNELS]; /* cells that have it */
    const int32_t *mean_q4;     /* [cell][n], or NULL: mean 0 and the top scale */
    const uint8_t *scale_index; /* [cell][n] */
    const int16_t *exact;       /* ENCODE: the coefficients [cell][UQD_CELL_CHANNELS] */
    int16_t *moved;             /* out [cell][n]: twice the new minus the old centre; zeroed by
                                   the caller */
    const struct uqd_neighbours *neighbours; /* unused without curves */
    int32_t *centroid_q4; /* out [cell][UQD_UNIT_CHANNELS] or NULL: best guess inside the
                             new cell, for refined coefficients only */
};

/* Cells x_begin .. x_end - 1 of the rows y_begin .. y_end - 1. */
struct uqd_tile {
    uint32_t x_begin, x_end, y_begin, y_end;
};

/* Fills first, n, from, to, exist_* for channels of the unit. */
void uqd_refine_init(struct uqd_refine *refine, const struct uqd_state *state, uint32_t unit,
                     uint32_t first, uint32_t n);

/* The phase of a coefficient that is not refined. */
enum { UQD_NO_PHASE = 255 };

/* Decides on the phases of a row of cells, before any of their symbols. */
void uqd_refine_sort(const struct uqd_refine *refine, uint32_t y);

/* The phase of a coefficient whose cell, before any of its symbols, and distribution are these. */
uint32_t uqd_phase_of(const struct uqd_phases *phases, uint32_t channel, struct uqd_cell cell,
                      int32_t mean_q4, uint32_t scale_index, uint32_t to);

/* What a tile teaches in one pass: whether coefficients around 0 leave it, by their level - 1 and
 * surroundings. */
struct uqd_curves {
    struct uqd_adaptive leaving[UQD_TOP_LEVEL][UQD_SURROUNDINGS];
};

void uqd_curves_init(struct uqd_curves *curves);

/* Codes all symbols of the tile. curves: NULL where nothing adapts: with dither, and for symbols
 * that are not of a file. Returns UQD_OK; UQD_NEED_DATA where the chunk is cut: what came before is
 * refined; UQD_ERR_CORRUPT. */
int uqd_refine_tile(const struct uqd_refine *refine, struct uqd_tile tile,
                    struct uqd_symbols *symbols, struct uqd_curves *curves);

#endif
