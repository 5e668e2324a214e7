/* The denoiser's estimates as they are shown. */
#ifndef UQD_LATTICE_ESTIMATE_H
#define UQD_LATTICE_ESTIMATE_H

#include "codec/lattice/network.h"

#include <stdint.h>

/* Denoised means of a unit's coefficients from the trunk, under the conditions of
 * uqd_network_denoise, but plain ones in blocks in which the denoiser has run away and in a
 * unit of one block: a coefficient whose lattice cell holds 0 is 0, any other the centre of its
 * cell. mean_q4[block][UQD_UNIT_CHANNELS]. Errors: UQD_ERR_CANCELLED. */
int uqd_estimate(struct uqd_network *network, const struct uqd_state *state, uint32_t unit,
                 int32_t *mean_q4);

#endif
