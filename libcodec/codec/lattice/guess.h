/* Coefficients refined without a file: drawn from the model, or by its means. */
#ifndef UQD_LATTICE_GUESS_H
#define UQD_LATTICE_GUESS_H

#include "codec/lattice/group.h"
#include "codec/symbols.h"

#include <stdint.h>

/* Refines the coefficients of the phase in a row of blocks, SAMPLE or CENTRAL. */
void uqd_guess_row(const struct uqd_group_phase *at, uint32_t y, const struct uqd_symbols *symbols);

#endif
