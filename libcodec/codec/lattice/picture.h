/* Reconstructions from a state. */
#ifndef UQD_LATTICE_PICTURE_H
#define UQD_LATTICE_PICTURE_H

#include "codec/lattice/tiles.h"

#include <stddef.h>
#include <stdint.h>

/* A pass that the end of the data interrupted: the best guesses of its unit's coefficients. */
struct uqd_partial {
    uint32_t first; /* in: of units below this one, which are not shown, nothing is guessed */
    uint32_t unit;
    int32_t *mean_q4; /* [block][UQD_UNIT_CHANNELS], of no use once they are shown, or NULL: no
                         pass is interrupted */
};

/* The unit that a picture reduced so many times is found in: those below it are not needed. The
 * number of units if the low-pass of the last one is that picture. */
uint32_t uqd_picture_unit(const struct uqd_state *state, uint32_t reduce);

/* The denoised picture of a state, `reduce` times halved, into rows of ceil(width / 2^reduce) *
 * colours bytes; of a state whose unit 0 is a window the window's, reduced less than three times.
 * partial may be NULL. Updates low-pass channels of the state. Errors: UQD_ERR_NOMEM,
 * UQD_ERR_CANCELLED. */
int uqd_picture_denoised(struct uqd_engine *engine, struct uqd_state *state,
                         const struct uqd_partial *partial, uint32_t reduce, uint8_t *pixels,
                         size_t stride);

/* Completes the state by passes without a file (SAMPLE or CENTRAL) as far as a picture reduced
 * that much shows them. */
int uqd_picture_complete(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                         struct uqd_state *state, enum uqd_symbol_source source, uint64_t seed,
                         uint32_t reduce);

#endif
