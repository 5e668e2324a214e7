/* Details that are smaller than the roundings of the transform, as they are shown. */
#ifndef UQD_LATTICE_SHRINK_H
#define UQD_LATTICE_SHRINK_H

#include "codec/lattice/state.h"
#include "transform/unit.h"

#include <stdint.h>

/* Shrinks the best guesses of unit u's coefficients, in Q4, where a subband has little more than
 * what the roundings of the transform put there. values_q4[block][UQD_UNIT_CHANNELS], within
 * +-2^19. The whole coarsest levels are inverted in whole numbers, which gives them back exactly:
 * they stay. The values are of the blocks of a part of the unit's grid, which begins at multiples
 * of UQD_SHRINK_REGION and ends at such or at the grid's border: the result does not depend on the
 * parts, nor on the threads. Errors: UQD_ERR_CANCELLED. */
enum { UQD_SHRINK_REGION = 8 };
int uqd_shrink(const struct uqd_state *state, uint32_t u, uint32_t whole, struct uqd_grid_part part,
               int32_t *values_q4, struct uqd_work *work);

#endif
