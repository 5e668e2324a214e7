/* Where a block and those around it have nothing but coefficients around 0, there is nothing to
 * be seen. In photographs the network says so too, so that its guesses can be left out; of a
 * picture of one colour, which is unlike all training, it may make up details that more bytes only
 * make larger. While the coefficients are known coarsely, being around 0 tells little, and the
 * low-pass must be flat as well (docs/decisions.md). */
#include "codec/lattice/flat.h"
#include "util/team.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FINE_LEVEL = 6, /* up to which being around 0 tells enough */
    FLAT_LOW = 8,   /* difference of flat low-passes */
};

static int is_fine(const struct uqd_unit *unit)
{
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        if (unit->level[c] > FINE_LEVEL)
            return 0;
    return 1;
}

static int is_around_0(const int16_t *twice_centres)
{
    int any = 0;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        any |= twice_centres[c];
    return any == 0;
}

static int is_close(const int16_t *low, const int16_t *other, uint32_t colours)
{
    for (uint32_t c = 0; c < colours; c++)
        if (abs(low[c] - other[c]) > FLAT_LOW)
            return 0;
    return 1;
}

static uint32_t after(uint32_t position, uint32_t side)
{
    return position + 2 < side ? position + 2 : side;
}

/* Whether the block (x, y) and its neighbours have only coefficients around 0, and, unless
 * these are known finely, nearly the same low-pass. */
static int is_flat(const struct uqd_unit *unit, uint32_t x, uint32_t y, int fine, uint32_t colours)
{
    const int16_t *row = unit->cells + (size_t)y * unit->grid_w * UQD_BLOCK_CHANNELS;
    const int16_t *low = row + (size_t)x * UQD_BLOCK_CHANNELS + UQD_UNIT_CHANNELS;
    for (uint32_t v = y > 0 ? y - 1 : 0; v < after(y, unit->grid_h); v++)
        for (uint32_t u = x > 0 ? x - 1 : 0; u < after(x, unit->grid_w); u++) {
            const int16_t *block =
                unit->cells + ((size_t)v * unit->grid_w + u) * UQD_BLOCK_CHANNELS;
            if (!is_around_0(block) ||
                (!fine && !is_close(low, block + UQD_UNIT_CHANNELS, colours)))
                return 0;
        }
    return 1;
}

int uqd_flat_clear(const struct uqd_state *state, uint32_t u, struct uqd_grid_part part,
                   int32_t *values_q4, struct uqd_work *work)
{
    assert(u < state->n_units);
    const struct uqd_unit *unit = &state->units[u];
    const int fine = is_fine(unit);
#pragma omp parallel for num_threads(uqd_team(work->threads, part.height >= 32)) schedule(static)
    for (uint32_t y = 0; y < part.height; y++) {
        if (uqd_work_look(work, (size_t)part.width * UQD_UNIT_CHANNELS) < 0)
            continue;
        for (uint32_t x = 0; x < part.width; x++)
            if (is_flat(unit, part.x + x, part.y + y, fine, state->colours))
                memset(values_q4 + ((size_t)y * part.width + x) * UQD_UNIT_CHANNELS, 0,
                       UQD_UNIT_CHANNELS * sizeof *values_q4);
    }
    return uqd_work_look(work, 0);
}
