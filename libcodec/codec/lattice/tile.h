/* Tiles: squares of a grid whose symbols have a chunk of their own. */
#ifndef UQD_LATTICE_TILE_H
#define UQD_LATTICE_TILE_H

#include <assert.h>
#include <stdint.h>

/* Blocks x_begin .. x_end - 1 of the rows y_begin .. y_end - 1. */
struct uqd_tile {
    uint32_t x_begin, x_end, y_begin, y_end;
};

/* How a grid is divided into tiles, row by row. */
struct uqd_tiling {
    uint32_t grid_w, grid_h; /* in blocks */
    uint32_t side;           /* of a tile that the grid's edge does not cut */
    uint32_t columns, rows;
};

static inline struct uqd_tiling uqd_tiling_of(uint32_t grid_w, uint32_t grid_h, uint32_t side)
{
    return (struct uqd_tiling){
        .grid_w = grid_w,
        .grid_h = grid_h,
        .side = side,
        .columns = (grid_w + side - 1) / side,
        .rows = (grid_h + side - 1) / side,
    };
}

static inline uint32_t uqd_n_tiles(const struct uqd_tiling *tiling)
{
    return tiling->columns * tiling->rows;
}

static inline struct uqd_tile uqd_tile_at(const struct uqd_tiling *tiling, uint32_t index)
{
    assert(index < uqd_n_tiles(tiling));
    const uint32_t side = tiling->side;
    const uint32_t x = index % tiling->columns * side, y = index / tiling->columns * side;
    const uint32_t w = tiling->grid_w - x, h = tiling->grid_h - y;
    return (struct uqd_tile){x, x + (w < side ? w : side), y, y + (h < side ? h : side)};
}

#endif
