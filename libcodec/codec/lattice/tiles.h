/* Passes over units, and estimates of them, whether their tiles are predicted by themselves or
 * not. A tile that is coded knows nothing of those around it but the low-pass, which is all there:
 * its network and its context classes end at its borders. So tiles can be coded at the same time,
 * in the memory of one for each thread, and a tile whose bytes ended holds up no other. */
#ifndef UQD_LATTICE_TILES_H
#define UQD_LATTICE_TILES_H

#include "codec/lattice/pass.h"

#include <stdint.h>

/* As uqd_pass_run, for any unit. */
int uqd_tiles_run(struct uqd_engine *engine, struct uqd_state *state, const struct uqd_pass *pass,
                  struct uqd_stream *stream, const int16_t *exact, int32_t *partial_q4);

/* Passes over the chunks of a pass that is not run, over a unit of several tiles. Returns UQD_OK;
 * UQD_NEED_DATA where they are cut, as the pass would. Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM. */
int uqd_tiles_skip(const struct uqd_engine *engine, const struct uqd_state *state,
                   const struct uqd_pass *pass, struct uqd_stream *stream);

/* Best guesses of a unit's coefficients in a state between passes, as uqd_estimate; where they are
 * exactly known, what they are. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
int uqd_tiles_estimate(struct uqd_engine *engine, struct uqd_state *state, uint32_t unit,
                       int32_t *mean_q4);

#endif
