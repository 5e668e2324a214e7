/* Coefficients refined without a file: drawn from the model, or by its means. */
#ifndef UQD_LATTICE_GUESS_H
#define UQD_LATTICE_GUESS_H

#include "codec/lattice/refine.h"

#include <stdint.h>

/* Refines a row of cells, SAMPLE or CENTRAL. */
void uqd_guess_row(const struct uqd_refine *refine, uint32_t y, const struct uqd_symbols *symbols);

#endif
