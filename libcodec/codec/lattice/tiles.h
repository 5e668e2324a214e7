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

/* Takes the values [block][UQD_UNIT_CHANNELS] of a part of a unit's grid, and may change them.
 * Called by several threads at once. Returns UQD_OK or an error. */
typedef int uqd_part_function(void *cookie, struct uqd_grid_part part, int32_t *values_q4);

/* Makes best guesses of a unit's coefficients in a state between passes, as uqd_estimate, or where
 * they are exactly known what they are, and hands them on, each block once: tile by tile where
 * tiles are predicted by themselves. Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE,
 * and what the function returns. */
int uqd_tiles_estimate(struct uqd_engine *engine, struct uqd_state *state, uint32_t unit,
                       uqd_part_function *function, void *cookie);

#endif
