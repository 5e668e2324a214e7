#include "codec/lattice/guess.h"

#include "entropy/split.h"
#include "util/random.h"

#include <assert.h>

/* The child that holds the mean; the lower one if it lies between two. */
static int central(int32_t mean_q4, struct uqd_cell cell, struct uqd_cuts cuts)
{
    const int32_t mean = uqd_split_clamp(mean_q4, cell.low, cell.high);
    return (mean > 16 * cuts.first - 8) + (mean > 16 * cuts.second - 8);
}

/* A child drawn by the random number of a counter. */
static int draw(int32_t mean_q4, uint32_t scale_index, struct uqd_cell cell, struct uqd_cuts cuts,
                uint64_t key, uint64_t counter)
{
    const struct uqd_split split =
        uqd_split_of(mean_q4, scale_index, cell.low, cuts.first, cuts.second, cell.high);
    const uint32_t u = (uint32_t)(((uqd_random(key, counter) >> 32) * split.total) >> 32);
    return (u >= split.cum1) + (u >= split.cum2);
}

static struct uqd_cell guess(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                             const struct uqd_symbols *symbols, uint64_t block_index, uint32_t c,
                             struct uqd_cell cell)
{
    const uint64_t offset = block_index * group->n + c;
    const int32_t mean_q4 = uqd_mean_of(data, offset);
    const uint32_t scale_index = uqd_scale_of(data, offset);
    /* Distinct for every symbol. */
    uint64_t counter = (uint64_t)data->unit_index << 60 |
                       (uint64_t)(group->first_channel + c) << 52 | block_index << 8 |
                       (uint64_t)group->from[c] << 4;
    for (uint32_t level = group->from[c]; level > group->to[c]; level--) {
        const struct uqd_cuts cuts = uqd_cell_cuts(cell, level);
        const int symbol = symbols->source == UQD_SYMBOLS_CENTRAL
                               ? central(mean_q4, cell, cuts)
                               : draw(mean_q4, scale_index, cell, cuts, symbols->key, counter++);
        cell = uqd_cell_child(cell, cuts, symbol);
    }
    return cell;
}

void uqd_guess_row(const struct uqd_group_phase *at, uint32_t y, const struct uqd_symbols *symbols)
{
    const struct uqd_stage_group *group = at->group;
    const struct uqd_group_data *data = at->data;
    const struct uqd_unit *unit = data->unit;
    assert(y < unit->grid_h && at->phase < uqd_n_phases(group));
    assert(symbols->source == UQD_SYMBOLS_SAMPLE || symbols->source == UQD_SYMBOLS_CENTRAL);
    for (uint32_t x = 0; x < unit->grid_w; x += data->lists.length) {
        const struct uqd_indices indices = uqd_indices_of(at, x, y);
        for (const uint16_t *index = indices.begin; index < indices.end; index++) {
            const uint32_t c = uqd_index_channel(*index);
            const uint64_t block = (uint64_t)y * unit->grid_w + x + uqd_index_x(*index);
            const int16_t twice_centre =
                unit->cells[block * UQD_BLOCK_CHANNELS + group->first_channel + c];
            const struct uqd_cell child =
                guess(group, data, symbols, block, c, uqd_cell_at(twice_centre, group->from[c]));
            data->moved[block * group->n + c] = (int16_t)(child.low + child.high - twice_centre);
        }
    }
}
