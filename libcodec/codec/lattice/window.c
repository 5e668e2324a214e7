#include "codec/lattice/window.h"

#include "transform/unit.h"
#include "util/checked.h"

#include <assert.h>
#include <string.h>

enum { CELLS_SIZE = UQD_BLOCK_CHANNELS * sizeof(int16_t) };

/* In the arrays of the unit. */
static size_t first_of_row(const struct uqd_unit *unit, const struct uqd_unit *part, uint32_t y)
{
    assert(part->x >= unit->x && part->x + part->grid_w <= unit->x + unit->grid_w);
    assert(part->y >= unit->y && part->y + part->grid_h <= unit->y + unit->grid_h);
    return (size_t)(part->y - unit->y + y) * unit->grid_w + part->x - unit->x;
}

void uqd_window_read(void *part_values, const struct uqd_unit *part, const void *unit_values,
                     const struct uqd_unit *unit, size_t block_size)
{
    const size_t row = part->grid_w * block_size;
    for (uint32_t y = 0; y < part->grid_h; y++)
        memcpy((uint8_t *)part_values + y * row,
               (const uint8_t *)unit_values + first_of_row(unit, part, y) * block_size, row);
}

void uqd_window_write(void *unit_values, const struct uqd_unit *unit, const void *part_values,
                      const struct uqd_unit *part, size_t block_size)
{
    const size_t row = part->grid_w * block_size;
    for (uint32_t y = 0; y < part->grid_h; y++)
        memcpy((uint8_t *)unit_values + first_of_row(unit, part, y) * block_size,
               (const uint8_t *)part_values + y * row, row);
}

/* Samples of the picture of a whole unit that the blocks from `begin` on, before `end`, have. */
static uint32_t samples_of(uint32_t begin, uint32_t end, uint32_t side)
{
    const uint32_t samples = (end - begin) * UQD_UNIT_BLOCK;
    const uint32_t left = side - begin * UQD_UNIT_BLOCK;
    return samples < left ? samples : left;
}

void uqd_window_size(struct uqd_unit *part, struct uqd_tile tile)
{
    part->x = tile.x_begin;
    part->y = tile.y_begin;
    part->grid_w = tile.x_end - tile.x_begin;
    part->grid_h = tile.y_end - tile.y_begin;
    part->width = samples_of(tile.x_begin, tile.x_end, part->whole_width);
    part->height = samples_of(tile.y_begin, tile.y_end, part->whole_height);
}

int uqd_window_take(struct uqd_state *part, const struct uqd_state *state, uint32_t u,
                    struct uqd_tile tile, struct uqd_work *work)
{
    assert(u < state->n_units && state->units[u].cells != NULL);
    const struct uqd_unit *unit = &state->units[u];
    *part = *state;
    part->version = 0;
    part->is_tile = 1;
    for (uint32_t v = 0; v < UQD_MAX_UNITS; v++) {
        part->units[v].cells = NULL;
        part->units[v].spent = NULL;
    }
    struct uqd_unit *to = &part->units[u];
    uqd_window_size(to, tile);
    const size_t n = (size_t)to->grid_w * to->grid_h;
    int status = uqd_work_look(work, n * UQD_BLOCK_CHANNELS / 16);
    if (status < 0)
        return status;
    to->cells = uqd_malloc_array(n, CELLS_SIZE);
    if (unit->spent != NULL)
        to->spent = uqd_calloc_array(n, sizeof *to->spent);
    if (to->cells == NULL || (unit->spent != NULL && to->spent == NULL)) {
        uqd_state_free(part);
        return UQD_ERR_NOMEM;
    }
    uqd_window_read(to->cells, to, unit->cells, unit, CELLS_SIZE);
    if (to->spent != NULL)
        uqd_window_read(to->spent, to, unit->spent, unit, sizeof *to->spent);
    return UQD_OK;
}

void uqd_window_give(struct uqd_state *state, uint32_t u, const struct uqd_state *part)
{
    struct uqd_unit *unit = &state->units[u];
    const struct uqd_unit *from = &part->units[u];
    uqd_window_write(unit->cells, unit, from->cells, from, CELLS_SIZE);
    if (unit->spent != NULL)
        uqd_window_write(unit->spent, unit, from->spent, from, sizeof *unit->spent);
}
