/* Surroundings without details, as they are shown. */
#ifndef UQD_LATTICE_FLAT_H
#define UQD_LATTICE_FLAT_H

#include "codec/lattice/state.h"
#include "transform/unit.h"

#include <stdint.h>

/* Sets the best guesses of unit u's coefficients to 0 in the blocks in whose surroundings
 * nothing is known but coefficients around 0. values_q4[block][UQD_UNIT_CHANNELS], of the blocks of
 * a part of the unit's grid. The result does not depend on the threads, nor on the parts.
 * Errors: UQD_ERR_CANCELLED. */
int uqd_flat_clear(const struct uqd_state *state, uint32_t u, struct uqd_grid_part part,
                   int32_t *values_q4, struct uqd_work *work);

#endif
