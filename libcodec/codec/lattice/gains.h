/* What the sums of layers count whose gains depend on the stage type. */
#ifndef UQD_LATTICE_GAINS_H
#define UQD_LATTICE_GAINS_H

#include "model/model.h"

#include <stdint.h>

/* Rows of a table [uqd_n_gains][width]: the input layer's gains, its biases, the gains of blocks,
 * of groups, of denoise blocks, and last of the denoiser's head. */
enum { UQD_GAINS_INPUT, UQD_GAINS_INPUT_BIAS, UQD_GAINS_RESIDUAL_BLOCKS };

/* The row of the first denoise block. */
uint32_t uqd_gains_denoise(const struct uqd_model *model);

uint32_t uqd_n_gains(const struct uqd_model *model);

/* Fills in a table. type_row: where the stage type's rows begin in the model's tables of gains and
 * biases; weights: those of its network. */
void uqd_gains_set(float *gains, const struct uqd_model *model, const struct uqd_weights *weights,
                   uint32_t type_row);

#endif
