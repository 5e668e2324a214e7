/* Which blocks of a unit's grid have a coefficient of a channel: at the right and the lower edge of
 * a picture some have none, and in grey pictures those of the other colours have none anywhere. */
#ifndef UQD_LATTICE_COVERAGE_H
#define UQD_LATTICE_COVERAGE_H

#include "codec/lattice/state.h"

#include <stdint.h>

/* By channel in coding order: the blocks (x, y) with x < w and y < h have it. */
struct uqd_coverage {
    uint32_t w[UQD_UNIT_CHANNELS], h[UQD_UNIT_CHANNELS];
};

void uqd_coverage_init(struct uqd_coverage *coverage, const struct uqd_state *state, uint32_t unit);

static inline int uqd_covers(const struct uqd_coverage *coverage, uint32_t channel, uint32_t x,
                             uint32_t y)
{
    return x < coverage->w[channel] && y < coverage->h[channel];
}

#endif
