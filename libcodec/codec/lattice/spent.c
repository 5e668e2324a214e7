#include "codec/lattice/spent.h"

#include "util/checked.h"

#include <assert.h>
#include <string.h>

static size_t n_blocks_of(const struct uqd_unit *unit)
{
    return (size_t)unit->grid_w * unit->grid_h;
}

int uqd_spent_begin(struct uqd_state *state)
{
    for (uint32_t u = 0; u < state->n_units; u++) {
        struct uqd_unit *unit = &state->units[u];
        unit->spent = uqd_calloc_array(n_blocks_of(unit), sizeof *unit->spent);
        if (unit->spent == NULL)
            return UQD_ERR_NOMEM;
    }
    return UQD_OK;
}

void uqd_spent_reset(struct uqd_state *state)
{
    for (uint32_t u = 0; u < state->n_units; u++) {
        struct uqd_unit *unit = &state->units[u];
        if (unit->spent != NULL)
            memset(unit->spent, 0, n_blocks_of(unit) * sizeof *unit->spent);
    }
}

static uint32_t end_of(uint32_t begin, uint32_t side)
{
    return begin + 8 < side ? begin + 8 : side;
}

/* Spreads a block over those of the finer unit that it covers. */
static void spread_block(uint32_t spent, struct uqd_unit *to, uint32_t x, uint32_t y)
{
    const uint32_t x_end = end_of(x, to->grid_w), y_end = end_of(y, to->grid_h);
    const uint64_t n = (uint64_t)(x_end - x) * (y_end - y);
    uint64_t k = 0;
    for (uint32_t j = y; j < y_end; j++)
        for (uint32_t i = x; i < x_end; i++, k++)
            to->spent[(size_t)j * to->grid_w + i] +=
                (uint32_t)(spent * (k + 1) / n - spent * k / n);
}

static void spread(const struct uqd_unit *from, struct uqd_unit *to, struct uqd_work *work)
{
    for (uint32_t y = 0;
         y < from->grid_h && uqd_work_look(work, 64 * (size_t)from->grid_w) == UQD_OK; y++)
        for (uint32_t x = 0; x < from->grid_w; x++)
            spread_block(from->spent[(size_t)y * from->grid_w + x], to, 8 * x, 8 * y);
}

int uqd_spent_take(struct uqd_state *state, uint32_t *blocks, struct uqd_work *work)
{
    assert(state->n_units == 0 || state->units[0].spent != NULL);
    if (state->n_units == 0)
        return UQD_OK;
    for (uint32_t u = state->n_units - 1; u > 0; u--)
        spread(&state->units[u], &state->units[u - 1], work);
    const struct uqd_unit *unit = &state->units[0];
    for (size_t y = 0; y < unit->grid_h && uqd_work_look(work, unit->grid_w) == UQD_OK; y++)
        for (size_t i = y * unit->grid_w; i < (y + 1) * unit->grid_w; i++)
            blocks[i] += unit->spent[i];
    return uqd_work_look(work, 0);
}
