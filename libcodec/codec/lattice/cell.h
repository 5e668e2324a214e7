/* Lattice cells: what is known of one coefficient.
 *
 * At level j a coefficient is known to lie in a cell of 2^j integers, and every cell is two of the
 * level below. Without dither the cells are those of the magnitude, and the two that touch 0 are
 * one, of 2^(j+1) - 1 integers, that has three children: the dead zone of a quantiser, which leaves
 * small coefficients at 0 for little. With dither they are shifted by an offset per coefficient.
 *
 * States hold twice the centre of a cell: low + high. That is 0 only for the cell around 0, and
 * odd for any other of a level above 0. */
#ifndef UQD_LATTICE_CELL_H
#define UQD_LATTICE_CELL_H

#include <stdint.h>

/* The integers low .. high. */
struct uqd_cell {
    int32_t low, high;
};

/* The cell of that level that has this (low + high). */
static inline struct uqd_cell uqd_cell_at(int32_t twice_centre, uint32_t level)
{
    const int32_t far = ((int32_t)1 << level) - 1;
    if (twice_centre == 0)
        return (struct uqd_cell){-far, far};
    /* Even: the difference of low + high and high - low. */
    const int32_t low = (twice_centre - far) / 2;
    return (struct uqd_cell){low, low + far};
}

/* The cell of that level around x, without dither. */
static inline struct uqd_cell uqd_cell_of(int32_t x, uint32_t level)
{
    const int32_t far = ((int32_t)1 << level) - 1;
    const int32_t near = (x < 0 ? -x : x) & ~far;
    if (near == 0)
        return (struct uqd_cell){-far, far};
    return x < 0 ? (struct uqd_cell){-near - far, -near} : (struct uqd_cell){near, near + far};
}

/* The same with the dither's offset, x + offset being positive. */
static inline struct uqd_cell uqd_cell_of_dithered(int32_t x, int32_t offset, uint32_t level)
{
    const int32_t far = ((int32_t)1 << level) - 1;
    const int32_t low = ((x + offset) & ~far) - offset;
    return (struct uqd_cell){low, low + far};
}

/* An integer inside the cell, that next to its centre towards 0. */
static inline int32_t uqd_cell_member(int32_t twice_centre)
{
    return twice_centre / 2;
}

/* Where the children of a cell of level >= 1 begin: the second at cuts.first, the third, if there
 * is one, at cuts.second; else that is high + 1. */
struct uqd_cuts {
    int32_t first, second;
};

static inline struct uqd_cuts uqd_cell_cuts(struct uqd_cell cell, uint32_t level)
{
    const int32_t half = (int32_t)1 << (level - 1);
    if (cell.low + cell.high == 0)
        return (struct uqd_cuts){1 - half, half};
    return (struct uqd_cuts){cell.low + half, cell.high + 1};
}

static inline struct uqd_cell uqd_cell_child(struct uqd_cell cell, struct uqd_cuts cuts, int index)
{
    return (struct uqd_cell){
        index == 0   ? cell.low
        : index == 1 ? cuts.first
                     : cuts.second,
        index == 0   ? cuts.first - 1
        : index == 1 ? cuts.second - 1
                     : cell.high,
    };
}

#endif
