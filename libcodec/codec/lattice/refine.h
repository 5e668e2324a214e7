/* Refining the cells of one group of channels: the innermost loop of the codec. */
#ifndef UQD_LATTICE_REFINE_H
#define UQD_LATTICE_REFINE_H

#include "codec/lattice/chunk.h"
#include "codec/lattice/extent.h"
#include "codec/lattice/neighbours.h"
#include "codec/lattice/select.h"
#include "codec/lattice/state.h"
#include "codec/symbols.h"
#include "entropy/adaptive.h"
#include "entropy/splits.h"

#include <stdint.h>

/* Which coefficients of a group are refined, by phase. The grid's rows are cut into segments, each
 * of one tile; the coefficients of one stand in `places`, where its cells have room, by phase and
 * then in coding order (codec/lattice/chunk.h). */
enum { UQD_MAX_SEGMENT = 128 };
_Static_assert((int)UQD_MAX_GROUP_CHANNELS <= 1 << UQD_PLACE_BITS &&
                   (int)UQD_MAX_SEGMENT <= 1 << (16 - UQD_PLACE_BITS),
               "a place is 16 bits");

struct uqd_phase_lists {
    uint16_t *places; /* [cell][n] */
    uint32_t *ends;   /* [segment][UQD_MAX_PHASES]: where each phase ends in the segment's places */
    uint32_t length;  /* of segments, in cells: that of a tile, UQD_MAX_SEGMENT at most */
};

/* Levels behind the first that are planned for coefficients which stay around 0. */
enum { UQD_PLAN_AHEAD = 3 };

struct uqd_refine {
    uint32_t phase; /* only coefficients of this phase are coded */
    int is_phased;  /* else all are of phase 0 */
    uqd_splits_function *splits;
    const struct uqd_select *select;
    const struct uqd_chunk_ops *chunk;
    struct {
        struct uqd_chunk_levels first; /* of first symbols */
        struct uqd_chunk_levels stage; /* of the whole stage, which phases are told from */
        struct uqd_chunk_levels ahead[UQD_PLAN_AHEAD];
    } levels;
    int32_t thresholds[UQD_MAX_PHASES - 1][UQD_MAX_GROUP_CHANNELS];
    struct uqd_phase_lists lists;
    const struct uqd_state *state;
    uint32_t unit;
    uint32_t first, n;                    /* channels in coding order */
    uint8_t from[UQD_MAX_GROUP_CHANNELS]; /* levels by channel - first */
    uint8_t to[UQD_MAX_GROUP_CHANNELS];
    const struct uqd_extents *extents;
    const int32_t *mean_q4;     /* [cell][n], or NULL: mean 0, UQD_TOP_SCALE_INDEX */
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

/* Fills first, n and extents for channels of the unit. */
void uqd_refine_init(struct uqd_refine *refine, const struct uqd_state *state, uint32_t unit,
                     const struct uqd_extents *extents, uint32_t first, uint32_t n);

/* Whether a coefficient is there and has symbols. */
static inline int uqd_is_refined(const struct uqd_refine *refine, uint32_t c, uint32_t x,
                                 uint32_t y)
{
    return refine->from[c] > refine->to[c] && uqd_exists(refine->extents, refine->first + c, x, y);
}

/* Segments of a row of the grid. */
static inline uint32_t uqd_n_segments(uint32_t grid_w, uint32_t length)
{
    return (grid_w + length - 1) / length;
}

/* The places of refine->phase in a segment that begins at x. */
struct uqd_places {
    const uint16_t *begin, *end;
};

static inline struct uqd_places uqd_places_of(const struct uqd_refine *refine, uint32_t x,
                                              uint32_t y)
{
    const uint32_t grid_w = refine->state->units[refine->unit].grid_w;
    const uint32_t length = refine->lists.length;
    const size_t segment = (size_t)y * uqd_n_segments(grid_w, length) + x / length;
    const uint32_t *ends = refine->lists.ends + segment * UQD_MAX_PHASES;
    const uint16_t *places = refine->lists.places + ((size_t)y * grid_w + x) * refine->n;
    return (struct uqd_places){places + (refine->phase > 0 ? ends[refine->phase - 1] : 0),
                               places + ends[refine->phase]};
}

/* What a tile teaches in one pass: whether coefficients around 0 leave it, by their level - 1 and
 * surroundings. */
struct uqd_curves {
    struct uqd_adaptive leaving[UQD_TOP_LEVEL][UQD_SURROUNDINGS];
};

void uqd_curves_init(struct uqd_curves *curves);

struct uqd_planned;
struct uqd_split;

/* Room for the plans of two bands of rows of a tile: one is coded while the next is planned. */
struct uqd_plan_bands {
    struct uqd_planned *planned[2]; /* uqd_plan_band_size(..) each */
    struct uqd_split *ahead[2];     /* [..][UQD_PLAN_AHEAD], or NULL: nothing is planned ahead */
    uint32_t *counts[2];            /* of each row of the tile */
};

/* Coefficients for which a band of a tile of so many cells has room. */
size_t uqd_plan_band_size(uint32_t width, uint32_t height);

/* Codes all symbols of the tile, DECODE or ENCODE; `threads` plan them. curves: NULL where nothing
 * adapts, with dither. bands: scratch. Returns UQD_OK; UQD_NEED_DATA where the chunk is cut: what
 * came before is refined; UQD_ERR_CORRUPT. */
int uqd_refine_tile(const struct uqd_refine *refine, struct uqd_tile tile,
                    struct uqd_symbols *symbols, struct uqd_curves *curves,
                    struct uqd_plan_bands *bands, uint32_t threads);

#endif
