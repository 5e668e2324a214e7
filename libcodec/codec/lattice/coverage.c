#include "codec/lattice/coverage.h"

#include <assert.h>

static uint32_t blocks_with(uint32_t side, uint32_t first, uint32_t shift)
{
    return side > first ? (side - first + (1u << shift) - 1) >> shift : 0;
}

void uqd_coverage_init(struct uqd_coverage *coverage, const struct uqd_state *state, uint32_t unit)
{
    assert(unit < state->n_units);
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const struct uqd_channel *channel = &state->model->channels[c];
        const struct uqd_subband subband =
            uqd_channel_subband(channel, state->units[unit].width, state->units[unit].height);
        const uint32_t shift = UQD_UNIT_LEVELS - channel->level;
        const int is_there = channel->colour < state->colours;
        coverage->w[c] = is_there ? blocks_with(subband.width, channel->dx, shift) : 0;
        coverage->h[c] = is_there ? blocks_with(subband.height, channel->dy, shift) : 0;
    }
}
