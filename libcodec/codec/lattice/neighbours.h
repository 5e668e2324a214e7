/* The eight samples around each coefficient in its own subband, as blocks and channels. */
#ifndef UQD_LATTICE_NEIGHBOURS_H
#define UQD_LATTICE_NEIGHBOURS_H

#include "codec/lattice/state.h"

#include <stddef.h>
#include <stdint.h>

enum {
    UQD_NEIGHBOURS = 8,
    UQD_NEIGHBOUR_ABOVE = 1,
    UQD_NEIGHBOUR_LEFT = 3,
    UQD_CONTEXT_CLASSES = 9,
    UQD_SUBBANDS = 3 * UQD_UNIT_LEVELS * 3, /* of all colours and levels */
};

struct uqd_neighbour {
    int8_t dx, dy;   /* of its block */
    uint8_t channel; /* coding order */
    uint8_t weight;  /* 2 beside, above and below, 1 at the corners */
};

struct uqd_neighbours {
    struct uqd_neighbour of[UQD_UNIT_CHANNELS][UQD_NEIGHBOURS];
    uint8_t subband[UQD_UNIT_CHANNELS]; /* of its colour and level: a bit of uqd_busy_subbands */
    /* From a block's first value to that of the neighbour, in a grid of the width last given to
     * uqd_neighbours_fit. */
    ptrdiff_t offset[UQD_UNIT_CHANNELS][UQD_NEIGHBOURS];
};

void uqd_neighbours_init(struct uqd_neighbours *neighbours, const struct uqd_channel *channels);

/* The last group before g that has a neighbour of a coefficient of group g, -1 if there is none. */
int uqd_neighbours_group_before(const struct uqd_neighbours *neighbours,
                                const struct uqd_model *model, uint32_t g);

/* The subbands in which a block has anything but cells around 0, a bit for each, of the n channels
 * from `first` on. */
uint32_t uqd_busy_subbands(const struct uqd_neighbours *neighbours, const int16_t *twice_centres,
                           uint32_t first, uint32_t n);

/* Those of a block and the blocks around it, given all of a unit's [grid_h][grid_w]: where a
 * subband is missing its context classes are 0. */
uint32_t uqd_busy_around(const struct uqd_unit *unit, const uint32_t *busy, uint32_t x, uint32_t y);

/* To be called before context classes are asked for in a grid of another width. */
void uqd_neighbours_fit(struct uqd_neighbours *neighbours, uint32_t grid_w);

/* The context class: how large what is known around channel c of block (x, y) is, on the scale of
 * cells of a level: 0, nothing but cells around 0, .. UQD_CONTEXT_CLASSES - 1. */
uint32_t uqd_context_class(const struct uqd_neighbours *neighbours, const struct uqd_unit *unit,
                           uint32_t c, uint32_t x, uint32_t y, uint32_t level);

#endif
