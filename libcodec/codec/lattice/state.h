/* What is known of a picture: per unit, the lattice cell of every coefficient. Cells nest
 * (codec/cell.h), so a coarser state follows from a finer one. */
#ifndef UQD_LATTICE_STATE_H
#define UQD_LATTICE_STATE_H

#include "codec/lattice/cell.h"
#include "model/model.h"

#include <stdint.h>

enum { UQD_MAX_UNITS = 6, UQD_MIXED_LEVELS = 255, UQD_DITHER_LEVEL = 14 };

/* The unit of a picture, or a window of it: a rectangle of its blocks, of which alone anything is
 * known (codec/lattice/window.h). */
struct uqd_unit {
    uint32_t width, height;    /* of its picture */
    uint32_t grid_w, grid_h;   /* in blocks */
    uint32_t x, y;             /* first block, in the grid of the whole unit */
    uint32_t whole_w, whole_h; /* that grid */
    uint32_t whole_width, whole_height;
    int16_t *cells;  /* [grid_h][grid_w][UQD_BLOCK_CHANNELS]: twice the centres of the
                        details' cells, in coding order, then the low-pass as known;
                        owned; NULL: nothing is known, the level is the top one */
    uint32_t *spent; /* [grid_h][grid_w]: what a step took to decode, in 1/256 bit;
                        owned; NULL: it is not counted */
    uint8_t nominal; /* level of the last completed stage; UQD_TOP_LEVEL: nothing known;
                        UQD_MIXED_LEVELS: a stage was interrupted */
    uint8_t level[UQD_UNIT_CHANNELS]; /* of each channel, coding order */
};

static inline int uqd_unit_is_window(const struct uqd_unit *unit)
{
    return unit->grid_w != unit->whole_w || unit->grid_h != unit->whole_h;
}

struct uqd_state {
    const struct uqd_model *model;
    uint32_t width, height, colours; /* colours 1 (grey) or 3 */
    uint32_t n_units;                /* 0 for a picture of 1 x 1 */
    int dithered;
    uint64_t seed;    /* of the dither */
    int phased;       /* in stages that leave it to the file */
    int joint;        /* units' first stages code all levels at once; not with dither */
    int sign_curves;  /* signs adapt; not with dither */
    int32_t low[3];   /* low-pass of the last unit, 1 x 1 */
    uint64_t version; /* changes whenever a unit does; 0: results must not be kept */
    int is_tile;      /* of another state, one unit of it: its low-pass is given */
    struct uqd_unit units[UQD_MAX_UNITS];
};

/* Bytes that a state of that size holds. */
uint64_t uqd_state_size(uint32_t width, uint32_t height);

/* A state in which nothing is known but the size and the last low-pass. Allocates nothing: a unit
 * has cells once something is known of it. */
void uqd_state_init(struct uqd_state *state, const struct uqd_model *model, uint32_t width,
                    uint32_t height, uint32_t colours, const int32_t low[3]);

/* Gives a unit cells if it has none: those of the top level around 0, or with dither those of level
 * UQD_DITHER_LEVEL, which a dithered file then refines to the top level.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED; it then has none. */
int uqd_unit_hold(struct uqd_state *state, uint32_t unit, struct uqd_work *work);

void uqd_state_free(struct uqd_state *state);

/* A copy, which does not count, of the units from `first` on; nothing is known of those below. On
 * failure empty. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_state_copy(struct uqd_state *copy, const struct uqd_state *state, uint32_t first,
                   struct uqd_work *work);

/* Dither offset of a coefficient: uniform on 6144 .. 10239, from a counter-based generator keyed by
 * seed, unit, channel (coding order) and block of the whole unit. All sums with coefficients lie in
 * the one cell 0 .. 16383 of level UQD_DITHER_LEVEL. */
int32_t uqd_dither_offset(const struct uqd_state *state, uint32_t unit, uint32_t channel,
                          uint64_t block);

/* Goes back to a coarser state of a unit: that in which it had completed the stage that ends at
 * the given levels (NULL: nothing is known of it). Errors: UQD_ERR_CANCELLED; the unit has
 * UQD_MIXED_LEVELS then, and may go back there later. */
int uqd_unit_coarsen(struct uqd_state *state, uint32_t unit, uint32_t nominal,
                     const uint8_t *levels, struct uqd_work *work);

/* Writes the low-pass channels of unit u's blocks from what is known of the units above: the
 * inverse transform of the cell centres. The unit is given cells if it has none. To be called when
 * unit u + 1 changed. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_state_update_low(struct uqd_state *state, uint32_t unit, struct uqd_work *work);

#endif
