/* Best guesses of a unit in which a pass was interrupted: the data ended inside it. */
#ifndef UQD_LATTICE_INTERRUPTED_H
#define UQD_LATTICE_INTERRUPTED_H

#include "codec/lattice/engine.h"

#include <stdint.h>

/* Where a pass was interrupted. */
struct uqd_interruption {
    uint32_t unit;
    const struct uqd_stage_type *type; /* of the pass */
    uint32_t first_channel;            /* in coding order: those of earlier groups are refined */
    uint32_t phase;
};

/* What stands for the centroid of a coefficient that the pass has not refined. */
#define UQD_NOT_REFINED INT32_MIN

/* Whether guesses of what the pass has refined come from the denoiser of the stage type that
 * follows: the model's denoiser is made for it, and there is such a stage type. Else they are the
 * centroids that the refinement left; so with dither, where denoisers are wrong of cells of mixed
 * levels. */
int uqd_interrupted_is_ahead(const struct uqd_state *state, uint32_t unit,
                             const struct uqd_stage_type *type);

/* Replaces the guesses [block][UQD_UNIT_CHANNELS] of what the pass has refined by the means of the
 * denoiser of the stage type that follows, inside the new cells; all others stay, so that the pass
 * goes from the picture before it to the one after it. refined: as many, UQD_NOT_REFINED where it
 * has not; scratch: as many. Where uqd_interrupted_is_ahead says so only.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
int uqd_interrupted_denoise(struct uqd_engine *engine, const struct uqd_state *state,
                            const struct uqd_interruption *at, const int32_t *refined,
                            int32_t *mean_q4, int32_t *scratch);

/* For other models, in a later phase than the first. Nearly all that it has not refined is around 0
 * and would most likely have stayed there, so the state is close to the one that the pass leads to:
 * its denoiser knows more than that of the state the pass began with. Same errors. */
int uqd_interrupted_denoise_late(struct uqd_engine *engine, const struct uqd_state *state,
                                 const struct uqd_interruption *at, int32_t *mean_q4);

#endif
