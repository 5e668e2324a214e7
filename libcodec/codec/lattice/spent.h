/* Where the bits of a step went: counters of a state's blocks (uqd_unit.spent), which decoding
 * fills.
 */
#ifndef UQD_LATTICE_SPENT_H
#define UQD_LATTICE_SPENT_H

#include "codec/lattice/state.h"

#include <stdint.h>

/* From now on a state counts what its blocks take. It owns the counters, on failure as well.
 * Errors: UQD_ERR_NOMEM. */
int uqd_spent_begin(struct uqd_state *state);

/* Forgets what was counted, if the state counts. */
void uqd_spent_reset(struct uqd_state *state);

/* Adds what was counted in all units to the blocks of 8 x 8 pixels of the full-size unit:
 * a block of a coarser unit spreads evenly over the blocks that it covers, without a remainder. The
 * counters are of no use afterwards. blocks[grid_h][grid_w] of the full-size unit.
 * Errors: UQD_ERR_CANCELLED. */
int uqd_spent_take(struct uqd_state *state, uint32_t *blocks, struct uqd_work *work);

#endif
