/* Refining the cells of one group of channels: the innermost loop of the codec. */
#ifndef UQD_LATTICE_REFINE_H
#define UQD_LATTICE_REFINE_H

#include "codec/lattice/plan.h"
#include "codec/symbols.h"
#include "entropy/adaptive.h"

#include <stdint.h>

enum { UQD_SIGN_CLASSES = 9 };

/* What a tile teaches in one pass: whether coefficients around 0 leave it, by their level - 1 and
 * context class, and whether those that do are positive, by their subband and the signs of the
 * coefficients above and to the left in it. */
struct uqd_curves {
    struct uqd_adaptive leaving[UQD_TOP_LEVEL][UQD_CONTEXT_CLASSES];
    struct uqd_adaptive positive[UQD_SUBBANDS][UQD_SIGN_CLASSES];
};

void uqd_curves_init(struct uqd_curves *curves);

/* Codes all symbols of the phase in the tile, DECODE or ENCODE; `threads` plan them. curves: NULL
 * where nothing adapts, with dither. slices: scratch. Returns UQD_OK; UQD_NEED_DATA where the chunk
 * is cut: what came before is refined. Errors: UQD_ERR_CORRUPT, UQD_ERR_CANCELLED. */
int uqd_refine_tile(const struct uqd_group_phase *at, struct uqd_tile tile,
                    struct uqd_symbols *symbols, struct uqd_curves *curves,
                    struct uqd_plan_slices *slices, uint32_t threads, struct uqd_work *work);

#endif
